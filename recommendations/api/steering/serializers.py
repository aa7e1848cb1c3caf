import math
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import MOST_VALUES, FacetFilterInput
from catalog.models import Facet, Image
from recommendations.models import Experiment, Rule
from recommendations.steering.rules import words_of

MOST_PHRASES = 50
LEAST_SHARE, MOST_SHARE = 0.01, 0.99


class KnownNames(serializers.Serializer[Any]):
    """Refuses names that are none: what was misspelt would change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            message = f"There is no such name; there are {', '.join(self.fields)}."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


class ShareField(serializers.FloatField):
    """A number from 0 to 1; "nan", and integers too large for a float, are none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0.0, "max_value": 1.0, **kwargs})

    def to_internal_value(self, data: Any) -> float:
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class TargetInput(KnownNames, FacetFilterInput):
    """What a rule is about, in the words of filters; everything named must hold."""

    images = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_VALUES
    )
    # These change often, and a rule is about the garment.
    availability = price_min = price_max = None  # type: ignore[assignment]

    def validate_images(self, ids: list[UUID]) -> list[UUID]:
        found = set(Image.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
        if missing := [str(pk) for pk in ids if pk not in found]:
            raise serializers.ValidationError(f"There is no image {', '.join(missing)}.")
        return list(dict.fromkeys(ids))

    def validate(self, attrs: dict[str, Any]) -> dict[str, list[str]]:
        """Return what is named as a rule keeps it: ids and names."""
        named = {name: values for name, values in attrs.items() if values}
        if not named:
            message = f"Name at least one of: {', '.join(self.fields)}."
            raise serializers.ValidationError(message)
        return {name: [_word(value) for value in values] for name, values in named.items()}


@extend_schema_field(TargetInput)
class TargetField(serializers.JSONField):
    """A target as it is kept."""


class RuleSerializer(serializers.ModelSerializer[Rule]):
    target = TargetField()
    prompts = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Rule
        fields = (
            "id",
            "name",
            "action",
            "strength",
            "target",
            "prompts",
            "starts_at",
            "ends_at",
            "is_active",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RuleInput(serializers.Serializer[Rule]):
    name = serializers.CharField(max_length=120)
    action = serializers.ChoiceField(choices=Rule.Action.choices)
    strength = ShareField(default=0.5, help_text="Of a boost or a burial, from 0 to 1.")
    target = TargetInput()
    prompts = serializers.ListField(
        child=serializers.CharField(max_length=200),
        default=list,
        max_length=MOST_PHRASES,
        help_text="The rule counts where a prompt holds all the words of one of these; with "
        "none, it always counts.",
    )
    starts_at = serializers.DateTimeField(default=None, allow_null=True)
    ends_at = serializers.DateTimeField(default=None, allow_null=True)
    is_active = serializers.BooleanField(default=True)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "name": "Summer dresses first",
            "action": "boost",
            "strength": 0.6,
            "target": {"category": ["dress"], "styles": ["summer", "beach"]},
            "prompts": ["holiday", "summer dress"],
            "starts_at": "2026-05-01T00:00:00Z",
            "ends_at": "2035-09-01T00:00:00Z",
        }

    def validate_prompts(self, phrases: list[str]) -> list[str]:
        if not all(words_of(phrase) for phrase in phrases):
            raise serializers.ValidationError("Each of these holds at least one word.")
        return phrases

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts_at, ends_at = (
            attrs.get(name, getattr(self.instance, name, None)) for name in ("starts_at", "ends_at")
        )
        if starts_at and ends_at and ends_at <= starts_at:
            raise serializers.ValidationError({"ends_at": ["This is not after `starts_at`."]})
        return attrs


class WeightsSerializer(serializers.Serializer[Any]):
    """How much each part of a ranking counts."""

    text = serializers.FloatField()
    taste = serializers.FloatField()
    popularity = serializers.FloatField()
    diversity = serializers.FloatField()


class WeightsInput(KnownNames):
    text = ShareField(
        required=False, help_text="Of words in name and description; the photo's is the rest."
    )
    taste = ShareField(required=False, help_text="Of what the shopper likes.")
    popularity = ShareField(required=False, help_text="Of what shoppers look at and buy.")
    diversity = ShareField(
        required=False, help_text="How far images that are alike make room for others."
    )


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    control = WeightsSerializer()
    variant = WeightsSerializer()

    class Meta:
        model = Experiment
        fields: tuple[str, ...] = (
            "id",
            "name",
            "control",
            "variant",
            "share",
            "started_at",
            "ended_at",
        )
        read_only_fields = fields


class ExperimentInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    control = WeightsInput(
        default=dict, help_text="What is not named is the shop's, as it is when this starts."
    )
    variant = WeightsInput(help_text="What is not named is the control's.")
    share = ShareField(
        default=0.5,
        min_value=LEAST_SHARE,
        max_value=MOST_SHARE,
        help_text="Of shoppers, who see the variant.",
    )


class RoundedField(serializers.FloatField):
    """A number to six decimals, which is more than any shop has answers for."""

    def to_representation(self, value: float) -> Any:
        return round(value, 6)


class RateSerializer(serializers.Serializer[Any]):
    """A share of answers with its 95 % interval; null while there is no answer."""

    rate = RoundedField(source="value", allow_null=True)
    low = RoundedField()
    high = RoundedField()


class ArmSerializer(serializers.Serializer[Any]):
    shoppers = serializers.IntegerField()
    answers = serializers.IntegerField()
    click_through = RateSerializer(help_text="Of answers, those with a click.")
    add_to_cart = RateSerializer(help_text="Of answers, those with something put in the cart.")


class DifferenceSerializer(serializers.Serializer[Any]):
    """The variant's rate less the control's, with its 95 % interval."""

    difference = RoundedField(source="estimate.value", allow_null=True)
    low = RoundedField(source="estimate.low")
    high = RoundedField(source="estimate.high")
    sentence = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Any]):
    control = ArmSerializer()
    variant = ArmSerializer()
    click_through = DifferenceSerializer()
    add_to_cart = DifferenceSerializer()


class ReadExperimentSerializer(ExperimentSerializer):
    """An experiment with what its answers led to so far."""

    outcome = OutcomeSerializer()

    class Meta(ExperimentSerializer.Meta):
        fields = (*ExperimentSerializer.Meta.fields, "outcome")
        read_only_fields = fields


def _word(value: Any) -> str:
    return value.name if isinstance(value, Facet) else str(value)
