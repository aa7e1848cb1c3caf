from typing import Any

from rest_framework import serializers
from rest_framework.utils.urls import replace_query_param

from catalog.api.serializers import FacetFilterInput
from recommendations.api.events.serializers import EventSerializer
from recommendations.api.search.serializers import PromptSerializer
from recommendations.feedback.export import Export
from recommendations.feedback.shoppers import LONGEST_ID, InvalidShopperId, is_shopper_id
from recommendations.models import Preferences
from tenants.models import Shopper

MOST_SIZES = 50
MOST_OCCASIONS = 20
TASTE_FACETS = ("category", "styles", "colour", "brand")


class ShopperInput(serializers.Serializer[Any]):
    external_id = serializers.CharField(
        max_length=LONGEST_ID,
        trim_whitespace=False,
        help_text="Your own id of this customer; any characters but a slash.",
    )

    def validate_external_id(self, value: str) -> str:
        if not is_shopper_id(value):
            raise serializers.ValidationError(
                InvalidShopperId().message, code=InvalidShopperId.code
            )
        return value


class ShopperSerializer(serializers.ModelSerializer[Shopper]):
    class Meta:
        model = Shopper
        fields = ("external_id", "created_at")
        read_only_fields = fields


class TasteInput(FacetFilterInput):
    """Kinds, styles, colours and brands; kinds and styles by id or name, as in filters."""

    def get_fields(self) -> Any:
        fields = super().get_fields()
        return {name: fields[name] for name in TASTE_FACETS}

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        """Return every facet's values by name, as they are kept."""
        values = super().to_internal_value(data)
        # A name may be given twice, once by its id.
        return {name: list(dict.fromkeys(map(str, values[name]))) for name in values}


class PreferencesInput(serializers.ModelSerializer[Preferences]):
    """What a shopper says they like; PUT replaces all of it, PATCH what is named."""

    liked = TasteInput(required=False)
    avoided = TasteInput(required=False)
    sizes = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=MOST_SIZES,
        help_text="As your shop writes them: M, 38, W32/L34 …",
    )

    occasions = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=MOST_OCCASIONS,
        help_text="What the shopper dresses for: work, party, hiking …",
    )

    class Meta:
        model = Preferences
        fields = ("liked", "avoided", "sizes", "occasions", "budget_min", "budget_max", "text")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fields = attrs if self.partial else {**self._blank_fields(), **attrs}
        self._refuse_contradictions(fields)
        return fields

    def _refuse_contradictions(self, fields: dict[str, Any]) -> None:
        """Look at what is said now together with what stays as it was."""
        said = {name: fields.get(name, getattr(self.instance, name)) for name in self.Meta.fields}
        lowest, highest = said["budget_min"], said["budget_max"]
        if lowest is not None and highest is not None and lowest > highest:
            raise serializers.ValidationError({"budget_max": ["This is less than `budget_min`."]})
        for name, liked in said["liked"].items():
            avoided = {value.lower() for value in said["avoided"].get(name, ())}
            if both := [value for value in liked if value.lower() in avoided]:
                message = f"Liked and avoided at once: {', '.join(both)}."
                raise serializers.ValidationError({"avoided": {name: [message]}})

    def _blank_fields(self) -> dict[str, Any]:
        """Return what a shopper who said nothing prefers, for PUT to start from."""
        blank = Preferences()
        return {name: getattr(blank, name) for name in self.Meta.fields}


class TasteSerializer(serializers.Serializer[Any]):
    """Values by name; empty where nothing was said."""

    category = serializers.ListField(child=serializers.CharField(), default=list)
    styles = serializers.ListField(child=serializers.CharField(), default=list)
    colour = serializers.ListField(child=serializers.CharField(), default=list)
    brand = serializers.ListField(child=serializers.CharField(), default=list)


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    liked = TasteSerializer()
    avoided = TasteSerializer()
    sizes = serializers.ListField(child=serializers.CharField())
    occasions = serializers.ListField(child=serializers.CharField())
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="Null when nothing was said yet."
    )

    class Meta:
        model = Preferences
        fields = (
            "liked",
            "avoided",
            "sizes",
            "occasions",
            "budget_min",
            "budget_max",
            "text",
            "updated_at",
        )
        read_only_fields = fields


class ExportInput(serializers.Serializer[Any]):
    before = serializers.UUIDField(required=False, help_text="As `next` has it.")


class ExportSerializer(serializers.Serializer[Export]):
    """Everything that is kept about a shopper; `events` and `prompts` in pages."""

    shopper = ShopperSerializer()
    preferences = PreferencesSerializer()
    events = EventSerializer(many=True)
    prompts = PromptSerializer(many=True)
    more = serializers.DictField(
        help_text="Wardrobe, outfits, opinions and conversations, all of them on every page."
    )
    next = serializers.SerializerMethodField(help_text="Where older ones are; null at the end.")

    def get_next(self, export: Export) -> str | None:
        if export.before is None:
            return None
        address = self.context["request"].build_absolute_uri()
        return str(replace_query_param(address, "before", str(export.before)))
