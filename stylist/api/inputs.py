"""What callers send the stylist: photos, corrections, wishes, opinions, own types, words."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.photos import MAX_BYTES, Photo, open_photo
from stylist.garments.garment import SEASONS, Season, Slot
from stylist.outfits.feedback import Opinion
from stylist.outfits.suggestions import Origin
from stylist.outfits.wishes import OCCASIONS, Wish
from stylist.tagging.records import NAMES
from stylist.tagging.taxonomy import LONGEST_NAME, LONGEST_PROMPT, MOST_OWN_TYPES, MOST_PROMPTS

ORIGINS = [origin.value for origin in Origin]
MOST_PHOTOS = 20
MOST_OUTFITS = 10
MOST_PURCHASES = 10
MOST_ANCHORS = 4


class WardrobeInput(serializers.Serializer[Any]):
    """One garment or many: multipart files named `photo`, each of one garment."""

    photo = serializers.ListField(
        child=serializers.FileField(),
        allow_empty=False,
        max_length=MOST_PHOTOS,
        help_text=f"JPEG, PNG, WebP or AVIF of at most {MAX_BYTES // 1024**2} MB each.",
    )
    name = serializers.CharField(max_length=200, required=False, default="")

    def photos(self) -> list[Photo]:
        """Return the photos opened; raises `PhotoRefused`."""
        return [open_photo(file) for file in self.validated_data["photo"]]


class ItemChange(serializers.Serializer[Any]):
    """Tags set right; null goes back to what was seen."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    tags = serializers.DictField(
        child=serializers.CharField(max_length=60, allow_null=True), required=False
    )

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "tags": {"type": "jeans", "primary_colour": "navy", "style": None}
        }

    def validate_tags(self, value: dict[str, str | None]) -> dict[str, str | None]:
        if unknown := sorted(value.keys() - set(NAMES)):
            message = f"There is no such tag; there are {', '.join(NAMES)}."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return value


class WishInput(serializers.Serializer[Any]):
    """What the outfits are for; all of it may be left open."""

    occasion = serializers.ChoiceField(choices=sorted(OCCASIONS), required=False, allow_null=True)
    season = serializers.ChoiceField(choices=[*SEASONS], required=False, allow_null=True)
    formality = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        allow_null=True,
        help_text="0 the sofa, 0.25 casual, 0.5 smart casual, 0.75 business, 1 black tie.",
    )

    def wish(self) -> Wish:
        """Return what is wished for."""
        data = self.validated_data
        occasion, season = data.get("occasion"), data.get("season")
        return Wish(
            occasion=OCCASIONS[occasion] if occasion else None,
            season=Season(season) if season else None,
            formality=data.get("formality"),
            anchors=frozenset(data.get("items", ())),
        )


class OutfitsInput(WishInput):
    """Outfits of what the shopper owns, what the shop sells, or both."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ORIGINS, default=Origin.WARDROBE.value
    )
    items = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_ANCHORS,
        help_text="What every outfit is to hold: items of the wardrobe, or images.",
    )
    number_of_outfits = serializers.IntegerField(min_value=1, max_value=MOST_OUTFITS, default=3)


class LookInput(WishInput):
    """Outfits around an image, of what the shop sells."""

    number_of_outfits = serializers.IntegerField(min_value=1, max_value=MOST_OUTFITS, default=3)


class PurchasesInput(WishInput):
    number_of_images = serializers.IntegerField(min_value=1, max_value=MOST_PURCHASES, default=3)


class OpinionInput(serializers.Serializer[Any]):
    opinion = serializers.ChoiceField(choices=[opinion.value for opinion in Opinion])

    class Meta:
        examples: ClassVar[dict[str, Any]] = {"opinion": "like"}


class OwnTypeInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_NAME)
    slot = serializers.ChoiceField(choices=[slot.value for slot in Slot])
    prompts = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_PROMPT),
        required=False,
        max_length=MOST_PROMPTS,
        help_text="Words that an encoder may know it by; otherwise its name.",
    )


class OwnTypesInput(serializers.Serializer[Any]):
    """The types that the shop adds; what is not named is taken out."""

    types = serializers.ListField(child=OwnTypeInput(), max_length=MOST_OWN_TYPES)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "types": [{"name": "dirndl", "slot": "one_piece", "prompts": ["bavarian dress"]}]
        }
