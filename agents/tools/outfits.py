"""Outfits around a product, or for a shopper."""

from typing import Any

from rest_framework import serializers

from agents.operations import Caller, ViewOperation
from agents.tools.products import EXTERNAL_ID_HELP, find_photo
from agents.tools.tool import Arguments, Tool
from catalog.models import Image
from core.api.views import validate
from stylist.api.outfits import LookView, OutfitsInput, ShopperOutfitsView
from stylist.garments.garment import GarmentSource
from tenants.models import MAX_SHOPPER_ID_LENGTH

FOR_SHOPPER = ViewOperation("POST", ShopperOutfitsView.as_view(), "shopper-outfits")
AROUND = ViewOperation("POST", LookView.as_view())


class OutfitArguments(OutfitsInput):
    """A product that every outfit contains, a shopper whom they are for, or both."""

    external_id = serializers.CharField(max_length=100, required=False, help_text=EXTERNAL_ID_HELP)
    shopper = serializers.CharField(
        max_length=MAX_SHOPPER_ID_LENGTH,
        required=False,
        help_text="The shop's own id of a shopper, whose wardrobe and taste then count.",
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields.pop("items")
        fields["source"].help_text = "Of the garments; only with `shopper`."
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"external_id", "shopper"} & attrs.keys():
            message = "Send the `external_id` of a product, a `shopper`, or both."
            raise serializers.ValidationError({"external_id": [message]}, code="required")
        return attrs


class GarmentOutput(serializers.Serializer[Any]):
    """One garment of an outfit."""

    source = serializers.CharField(  # type: ignore[assignment]
        help_text="`catalog`: the shop sells it; `wardrobe`: the shopper owns it."
    )
    external_id = serializers.CharField(help_text="Of a product of the shop; empty if owned.")
    slot = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField(default="")
    price = serializers.CharField(default=None, allow_null=True)
    currency = serializers.CharField(default="")
    availability = serializers.CharField(default="")
    link = serializers.CharField(default="", help_text="Where people buy it.")
    photo_url = serializers.CharField(default="")


class SuggestedOutfitOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 1.")
    reasons = serializers.ListField(child=serializers.CharField())
    garments = GarmentOutput(many=True)
    picture_url = serializers.CharField(help_text="A collage of the outfit.")


class SuggestionOutput(serializers.Serializer[Any]):
    """Outfits, the best first; `lacking` is the reason if there are none."""

    outfits = SuggestedOutfitOutput(many=True)
    lacking = serializers.CharField()


def suggest_outfits(caller: Caller, arguments: Arguments) -> Any:
    named = validate(OutfitArguments(data=arguments))
    wish = {key: arguments[key] for key in arguments if key not in ("external_id", "shopper")}
    photo = str(find_photo(arguments).pk) if "external_id" in arguments else None
    if shopper := named.get("shopper"):
        anchors = {"items": [photo]} if photo else {}
        answer = caller.call(FOR_SHOPPER, {**wish, **anchors}, external_id=shopper)
    else:
        answer = caller.call(AROUND, wish, pk=photo)
    return SuggestionOutput(_shorten(answer)).data


def _shorten(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the outfits of an answer of the API with the shop's own ids of products."""
    pieces = [piece for outfit in answer["outfits"] for piece in outfit["pieces"]]
    sold = [piece["id"] for piece in pieces if piece["source"] == GarmentSource.CATALOG]
    images = Image.objects.live().filter(pk__in=sold)
    names = {str(pk): name for pk, name in images.values_list("pk", "product__external_id")}
    outfits = [
        {
            **outfit,
            "reasons": [part["sentence"] for part in outfit["parts"]],
            "garments": [
                {**piece, "external_id": names.get(piece["id"]) or ""} for piece in outfit["pieces"]
            ],
        }
        for outfit in answer["outfits"]
    ]
    return {"outfits": outfits, "lacking": answer["lacking"]}


TOOLS = (
    Tool(
        name="suggest_outfits",
        title="Put outfits together",
        description="Complete the look of a product (`external_id`), or dress a shopper "
        "(`shopper`) from their wardrobe, the shop (`source`), or both. Say what it is for by "
        "`occasion`, `season` and `formality`.",
        arguments=OutfitArguments,
        output=SuggestionOutput,
        operations=(AROUND, FOR_SHOPPER),
        run=suggest_outfits,
    ),
)
