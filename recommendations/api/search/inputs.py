"""How the API takes a query: as JSON, or as a form with photos and the rest as JSON in `query`."""

import io
import json
import math
from typing import Any

from PIL import Image as Pillow
from rest_framework import serializers

from catalog.api.serializers import FacetFilterInput
from catalog.indexing.facets import FacetFilter
from catalog.models import Image
from core.photos import open_photo
from recommendations.feedback.shoppers import LONGEST_ID, is_shopper_id
from recommendations.query.queries import Likeness, PhotoPart, Query, Term
from recommendations.ranking.match import Match

LONGEST_PROMPT = 1_000
MOST_IMAGES = 100
MOST_TERMS, MOST_LIKENESSES, MOST_PHOTOS, MOST_EXCLUDED = 10, 20, 5, 1_000
LARGEST_WEIGHT = 10.0
# A region is sent to the encoder no larger than it can use.
PHOTO_SIDE, SMALLEST_SIDE = 512, 16
MATCHES = [match.value for match in Match]
# The words of the API, one for each field of `FacetFilter`.
FACETS = {
    "category": "categories",
    "styles": "styles",
    "age_group": "age_groups",
    "colour": "colours",
    "gender": "genders",
    "brand": "brands",
    "availability": "availability",
}


class WeightField(serializers.FloatField):
    """How much something is wanted; below 0, not wanted."""

    default_error_messages = {"weight": "A number from -10 to 10, and not 0."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": 1.0, **kwargs})

    def to_internal_value(self, data: Any) -> float:
        value = float(super().to_internal_value(data))
        if not math.isfinite(value) or value == 0 or abs(value) > LARGEST_WEIGHT:
            self.fail("weight")
        return value


class TermInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_PROMPT)
    weight = WeightField()


class LikenessInput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    weight = WeightField()


class BoxInput(serializers.Serializer[Any]):
    """A region in shares of the photo's width and height, from its upper left corner."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=0.01, max_value=1)
    height = serializers.FloatField(min_value=0.01, max_value=1)

    def validate(self, attrs: dict[str, float]) -> dict[str, float]:
        if attrs["x"] + attrs["width"] > 1.001 or attrs["y"] + attrs["height"] > 1.001:
            raise serializers.ValidationError("The box reaches out of the photo.", code="outside")
        return attrs


class PhotoInput(serializers.Serializer[Any]):
    box = BoxInput(required=False)
    weight = WeightField()


class RecommendationInput(serializers.Serializer[Any]):
    """What is wanted: any mix of a prompt, terms, images, photos and a shopper."""

    prompt = serializers.CharField(
        max_length=LONGEST_PROMPT,
        required=False,
        help_text="What the shopper is looking for, in the encoder's languages: see `GET index`.",
    )
    terms = serializers.ListField(child=TermInput(), required=False, max_length=MOST_TERMS)
    images = serializers.ListField(
        child=LikenessInput(),
        required=False,
        max_length=MOST_LIKENESSES,
        help_text="Images of the catalogue to be like, or with a weight below 0 unlike.",
    )
    photos = serializers.ListField(
        child=PhotoInput(),
        required=False,
        max_length=MOST_PHOTOS,
        help_text="One entry for each file named `photo`, in their order; without it they count "
        "whole, with weight 1.",
    )
    shopper = serializers.CharField(
        max_length=LONGEST_ID, required=False, help_text="Your own id of the shopper who asks."
    )
    session = serializers.CharField(max_length=100, required=False)
    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MOST_IMAGES, default=10, help_text="How many images at most."
    )
    filters = FacetFilterInput(required=False)
    exclude = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_EXCLUDED,
        help_text="Images that are not to be in the answer.",
    )
    diversity = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        help_text="How far alike images make room for others; otherwise as the shop has it.",
    )
    min_match = serializers.ChoiceField(
        choices=MATCHES,
        default=Match.NONE.value,
        help_text="Leave out what matches less than this.",
    )
    group_by = serializers.ChoiceField(
        choices=["item", "none"],
        default="item",
        help_text="`item`: one variant of each `item_group_id`. `none`: all of them.",
    )
    explain = serializers.BooleanField(
        default=False, help_text="Say of each image what put it where it is."
    )

    def validate_shopper(self, value: str) -> str:
        if not is_shopper_id(value):
            raise serializers.ValidationError("No shopper can have this id.", code="invalid")
        return value

    def validate_images(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        wanted = {entry["id"] for entry in value}
        known = set(Image.objects.live().filter(pk__in=wanted).values_list("pk", flat=True))
        if missing := wanted - known:
            names = ", ".join(sorted(map(str, missing)))
            raise serializers.ValidationError(f"There is no such image: {names}.", code="unknown")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = ("prompt", "terms", "images", "shopper", "session")
        files = self.context.get("photos", ())
        if not files and not any(attrs.get(name) for name in said):
            message = "Say what is wanted: a prompt, terms, images, photos or a shopper."
            raise serializers.ValidationError({"prompt": [message]}, code="required")
        if len(attrs.get("photos", files)) != len(files):
            message = "Send a file named `photo` for each entry."
            raise serializers.ValidationError({"photos": [message]}, code="photos")
        return attrs

    def query(self) -> Query:
        """Return what was asked, with photos opened; raises `PhotoRefused`."""
        data = self.validated_data
        terms = [Term(data["prompt"])] if "prompt" in data else []
        terms += [Term(**term) for term in data.get("terms", ())]
        files = self.context.get("photos", ())
        parts = data.get("photos") or [{"weight": 1.0}] * len(files)
        return Query(
            terms=tuple(terms),
            photos=tuple(_part(file, part) for file, part in zip(files, parts, strict=True)),
            images=tuple(
                Likeness(entry["id"], entry["weight"]) for entry in data.get("images", ())
            ),
            shopper=data.get("shopper"),
            session=data.get("session", ""),
            count=data["number_of_images"],
            facets=self._facets(),
            min_match=Match(data["min_match"]),
            diversity=data.get("diversity"),
            by_item=data["group_by"] == "item",
            asked=dict(self.initial_data),
        )

    def _facets(self) -> FacetFilter:
        chosen = self.validated_data.get("filters", {})
        values = {name: tuple(chosen.get(word, ())) for word, name in FACETS.items()}
        return FacetFilter(
            **values,
            price_min=chosen.get("price_min"),
            price_max=chosen.get("price_max"),
            exclude=tuple(map(str, self.validated_data.get("exclude", ()))),
        )


def form_query(form: Any) -> Any:
    """Return what a form's `query` holds; raises a validation error if it is no JSON object."""
    try:
        value = json.loads(form.get("query") or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        message = "Send everything but the photos as a JSON object in this field."
        raise serializers.ValidationError({"query": [message]}, code="invalid")
    return value


def _part(file: Any, entry: dict[str, Any]) -> PhotoPart:
    photo = open_photo(file)
    with Pillow.open(io.BytesIO(photo.rendition)) as image:
        part = image.crop(_pixels(image, entry["box"])) if "box" in entry else image
        if min(part.size) < SMALLEST_SIDE:
            message = f"The region has at least {SMALLEST_SIDE} pixels a side; take a larger one."
            raise serializers.ValidationError({"photos": [message]}, code="too_small")
        part.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        out = io.BytesIO()
        part.save(out, "JPEG", quality=92)
    return PhotoPart(out.getvalue(), entry["weight"])


def _pixels(image: Pillow.Image, box: dict[str, float]) -> tuple[int, int, int, int]:
    left, upper = box["x"] * image.width, box["y"] * image.height
    right, lower = left + box["width"] * image.width, upper + box["height"] * image.height
    return (round(left), round(upper), round(right), round(lower))
