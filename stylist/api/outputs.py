"""What callers are answered, as the API's description tells it; `stylist.api.showing` makes it."""

from typing import Any

from rest_framework import serializers

from quality.api.base import ProblemOutput
from quality.models import Job
from stylist.garments.garment import GarmentSource, Slot

SLOTS = [slot.value for slot in Slot]
SOURCES = [source.value for source in GarmentSource]


class TagOutput(serializers.Serializer[Any]):
    value = serializers.CharField()
    confidence = serializers.FloatField(help_text="How often such a tag is right, 0 to 1.")
    is_sure = serializers.BooleanField()
    is_corrected = serializers.BooleanField()
    alternatives = serializers.ListField(child=serializers.CharField())


class TagsOutput(serializers.Serializer[Any]):
    type = TagOutput(allow_null=True)
    primary_colour = TagOutput(allow_null=True)
    secondary_colour = TagOutput(allow_null=True)
    pattern = TagOutput(allow_null=True)
    style = TagOutput(allow_null=True)  # type: ignore[assignment]
    season = TagOutput(allow_null=True)
    formality = TagOutput(allow_null=True)


class ItemOutput(serializers.Serializer[Any]):
    """A garment that a shopper owns; its tags are there once `state` is `done`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    photo_url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    problem = ProblemOutput(allow_null=True)
    slot = serializers.ChoiceField(choices=SLOTS, allow_null=True)
    garments_seen = serializers.ChoiceField(
        choices=["one", "none", "several"], allow_null=True, help_text="Not `one`: look again."
    )
    tags = TagsOutput()
    unsure = serializers.ListField(
        child=serializers.CharField(), help_text="Tags that the shopper might look at."
    )
    created_at = serializers.DateTimeField()


class PieceOutput(serializers.Serializer[Any]):
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    id = serializers.UUIDField()
    slot = serializers.ChoiceField(choices=SLOTS)
    kind = serializers.CharField()
    is_gone = serializers.BooleanField(help_text="It was taken out or deleted since.")
    name = serializers.CharField(required=False)
    photo_url = serializers.URLField(required=False)
    price = serializers.CharField(required=False, allow_null=True)
    currency = serializers.CharField(required=False)
    link = serializers.URLField(required=False)
    availability = serializers.CharField(required=False)


class PartOutput(serializers.Serializer[Any]):
    """One reason; the points of all parts add up to the score."""

    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    points = serializers.FloatField()
    sentence = serializers.CharField()


class OutfitOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    score = serializers.FloatField(help_text="0 to 1.")
    parts = PartOutput(many=True)
    wish = serializers.DictField()
    pieces = PieceOutput(many=True)
    picture_url = serializers.URLField(help_text="A collage, WebP; nobody can guess the address.")
    created_at = serializers.DateTimeField()


class OutfitsOutput(serializers.Serializer[Any]):
    """Outfits, the best first; `lacking` says why there are none."""

    outfits = OutfitOutput(many=True)
    lacking = serializers.CharField()


class PurchaseOutput(serializers.Serializer[Any]):
    """What to buy: how many good outfits it makes possible, and the best of them."""

    image = serializers.UUIDField()
    outfits = serializers.IntegerField()
    mean_score = serializers.FloatField()
    best = OutfitOutput()


class PurchasesOutput(serializers.Serializer[Any]):
    purchases = PurchaseOutput(many=True)


class OpinionOutput(serializers.Serializer[Any]):
    outfit = serializers.UUIDField()
    opinion = serializers.CharField()


class GarmentTypeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    slot = serializers.ChoiceField(choices=SLOTS)
    is_own = serializers.BooleanField()


class VocabularyOutput(serializers.Serializer[Any]):
    """Every value that a tag can have, and what outfits can be asked for."""

    types = GarmentTypeOutput(many=True)
    colours = serializers.ListField(child=serializers.CharField())
    patterns = serializers.ListField(child=serializers.CharField())
    styles = serializers.ListField(child=serializers.CharField())
    seasons = serializers.ListField(child=serializers.CharField())
    formality = serializers.ListField(child=serializers.CharField())
    occasions = serializers.ListField(child=serializers.CharField())
