"""A shop's settings of its stylist: its own types of garments, and the language model."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from core.api.views import validate
from stylist.api.base import SLOTS, StylistMixin
from stylist.api.messages import RESPONDERS
from stylist.chat.llm.model_choice import choose_model, find_model
from stylist.models import StylistSettings
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.records import TAG_VALUES
from stylist.tagging.taxonomy import (
    MAX_NAME_LENGTH,
    MAX_OWN_TYPES,
    MAX_PROMPT_LENGTH,
    MAX_PROMPTS,
    get_own_types,
    get_taxonomy,
    set_own_types,
)
from tenants.api.base import TenantAPIView


class OwnTypeInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=MAX_NAME_LENGTH)
    slot = serializers.ChoiceField(choices=SLOTS)
    prompts = serializers.ListField(
        child=serializers.CharField(max_length=MAX_PROMPT_LENGTH),
        required=False,
        max_length=MAX_PROMPTS,
        help_text="Words by which an encoder may know the type, instead of its name.",
    )


class OwnTypesInput(serializers.Serializer[Any]):
    """The types that the shop adds; types that are not listed are removed."""

    types = serializers.ListField(child=OwnTypeInput(), max_length=MAX_OWN_TYPES)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "types": [{"name": "dirndl", "slot": "one_piece", "prompts": ["bavarian dress"]}]
        }


class GarmentTypeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    slot = serializers.ChoiceField(choices=SLOTS)
    is_own = serializers.BooleanField()


class VocabularyOutput(serializers.Serializer[Any]):
    """Every value that a tag can have, and the occasions for outfits."""

    types = GarmentTypeOutput(many=True)
    colours = serializers.ListField(source="primary_colour", child=serializers.CharField())
    patterns = serializers.ListField(source="pattern", child=serializers.CharField())
    styles = serializers.ListField(source="style", child=serializers.CharField())
    seasons = serializers.ListField(source="season", child=serializers.CharField())
    formality = serializers.ListField(child=serializers.CharField())
    occasions = serializers.ListField(child=serializers.CharField())


@extend_schema(tags=["stylist"])
class VocabularyView(StylistMixin, TenantAPIView):
    """The words for garments, and the shop's own types."""

    serializer_class = VocabularyOutput
    # Forms cannot express nested types.
    parser_classes = (JSONParser,)

    @extend_schema(summary="List every value that a tag can have", operation_id="vocabulary")
    def get(self, request: Request) -> Response:
        own = {row["name"].casefold() for row in get_own_types(self.shop.pk)}
        types = [
            {"name": kind.name, "slot": kind.slot, "is_own": kind.name.casefold() in own}
            for kind in get_taxonomy(self.shop.pk).types
        ]
        words = {**TAG_VALUES, "types": types, "occasions": sorted(OCCASIONS)}
        return Response(VocabularyOutput(words).data)

    @extend_schema(
        summary="Replace the shop's own types",
        description="Photos that are tagged from now on use them.",
        request=OwnTypesInput,
    )
    def patch(self, request: Request) -> Response:
        set_own_types(shop=self.shop, **validate(OwnTypesInput(data=request.data)))
        return self.get(request)


class ModelInput(serializers.Serializer[Any]):
    server = serializers.CharField(
        max_length=60, allow_blank=True, help_text="One that the operators allow."
    )
    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    key = serializers.CharField(
        max_length=500,
        allow_blank=True,
        allow_null=True,
        default=None,
        write_only=True,
        help_text="Null leaves it as it is.",
    )


class ModelOutput(serializers.Serializer[Any]):
    server = serializers.CharField()
    name = serializers.CharField()
    has_key = serializers.BooleanField()
    speaks = serializers.ChoiceField(choices=RESPONDERS)


@extend_schema(tags=["stylist"])
class ModelView(StylistMixin, TenantAPIView):
    """The language model of the shop's stylist."""

    serializer_class = ModelOutput

    @extend_schema(summary="Show the stylist's language model", responses=ModelOutput)
    def get(self, request: Request) -> Response:
        chosen = StylistSettings.objects.filter(shop=self.shop).first() or StylistSettings()
        body = {
            "server": chosen.model_server,
            "name": chosen.model_name,
            "has_key": bool(chosen.model_key),
            "speaks": "model" if find_model(self.shop.pk) else "rules",
        }
        return Response(ModelOutput(body).data)

    @extend_schema(
        summary="Choose the stylist's language model",
        description="One of the servers that the operators allow; an empty `server` selects the "
        "installation's. The key is stored encrypted and never returned.",
        request=ModelInput,
        responses=ModelOutput,
    )
    def patch(self, request: Request) -> Response:
        choose_model(shop=self.shop, **validate(ModelInput(data=request.data)))
        return self.get(request)
