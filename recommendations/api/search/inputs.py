"""Parse queries: JSON, or a form with photos and everything else as JSON in `query`."""

import io
from collections.abc import Mapping
from copy import copy
from typing import Any

from drf_spectacular.utils import extend_schema_field
from PIL import Image as Pillow
from rest_framework import serializers

from catalog.api.filters import (
    FacetFilterInput,
    make_currency_error,
    make_facet_filter,
    make_facets_field,
)
from catalog.models import Image
from catalog.search.facet_counts import CountedFacet
from catalog.search.filters import FacetFilter
from core.api.parsers import load_json
from core.api.views import validate
from core.errors import DomainError
from core.photos import Photo, open_photos
from recommendations.query import AnswerOrder, ImageTerm, PhotoTerm, Query, Term
from recommendations.ranking.candidate_pool import MAX_CANDIDATES
from recommendations.ranking.match import MATCHES, Match
from tenants.models import MAX_SHOPPER_ID_LENGTH, Shop, is_shopper_id

MAX_PROMPT_LENGTH = 1_000
MAX_IMAGES = 100
MAX_TERMS, MAX_LIKENESSES, MAX_PHOTOS, MAX_EXCLUDED = 10, 20, 5, 1_000
MAX_WEIGHT = 10.0
# Pixels. The encoder gains nothing from larger regions.
MAX_SIDE, MIN_SIDE = 512, 16


SORT_HELP = (
    f"`price` and `newest` sort the {MAX_CANDIDATES} most relevant images. Of prices, the lowest "
    "current one counts of the variants that match the filters, in one currency; what has none "
    "comes last."
)
MIN_MATCH_HELP = "Leave out images with a weaker match; `none` returns what does not match, too."
CURSOR_HELP = "`next` of the page before; send it with the same query."


class WeightField(serializers.FloatField):
    """A weight; negative for what is not wanted."""

    default_error_messages = {"weight": "Send a number from -10 to 10, except 0."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": 1.0, **kwargs})

    def to_internal_value(self, data: Any) -> float:
        value = float(super().to_internal_value(data))
        if value == 0 or abs(value) > MAX_WEIGHT:
            self.fail("weight")
        return value


class TermInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_PROMPT_LENGTH)
    weight = WeightField()


class LikenessInput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    weight = WeightField()


class BoxInput(serializers.Serializer[Any]):
    """A region, as fractions of the photo's width and height from its upper left corner."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=0.01, max_value=1)
    height = serializers.FloatField(min_value=0.01, max_value=1)

    def validate(self, attrs: dict[str, float]) -> dict[str, float]:
        if attrs["x"] + attrs["width"] > 1.001 or attrs["y"] + attrs["height"] > 1.001:
            raise serializers.ValidationError("The box extends beyond the photo.", code="outside")
        return attrs


class PhotoInput(serializers.Serializer[Any]):
    box = BoxInput(required=False)
    weight = WeightField()


class RecommendationInput(serializers.Serializer[Any]):
    """A query: any mix of a prompt, terms, images, photos and a shopper, or filters alone."""

    prompt = serializers.CharField(
        max_length=MAX_PROMPT_LENGTH,
        required=False,
        help_text="What the shopper wants: in English, Arabic, Chinese, Dutch, French, German, "
        "Italian, Japanese, Persian, Polish, Russian, Spanish or Turkish, or in a language of the "
        "encoder (`GET index`).",
    )
    terms = serializers.ListField(child=TermInput(), required=False, max_length=MAX_TERMS)
    images = serializers.ListField(
        child=LikenessInput(),
        required=False,
        max_length=MAX_LIKENESSES,
        help_text="Images that results should resemble, or should not if the weight is negative.",
    )
    photos = serializers.ListField(
        child=PhotoInput(),
        required=False,
        max_length=MAX_PHOTOS,
        help_text="One entry for each file named `photo`, in their order; by default whole photos "
        "with weight 1.",
    )
    shopper = serializers.CharField(
        max_length=MAX_SHOPPER_ID_LENGTH, required=False, help_text="Your own id of the shopper."
    )
    session = serializers.CharField(max_length=100, required=False)
    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MAX_IMAGES, default=10, help_text="Maximum number of results."
    )
    filters = FacetFilterInput(required=False)
    exclude = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_EXCLUDED,
        help_text="Images to leave out of the answer.",
    )
    diversity = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        help_text="How strongly similar images give way to others; by default the shop's weight.",
    )
    min_match = serializers.ChoiceField(
        choices=MATCHES, default=Match.WEAK.value, help_text=MIN_MATCH_HELP
    )
    understand = serializers.BooleanField(
        default=True,
        help_text="Whether to correct the prompt's spelling and to read prices, sizes, what it "
        "excludes and the like from it; the answer says what was read.",
    )
    group_by = serializers.ChoiceField(
        choices=["item", "none"],
        default="item",
        help_text="`item`: the best photo of each product. `none`: all photos.",
    )
    sort = serializers.ChoiceField(
        choices=[order.value for order in AnswerOrder],
        default=AnswerOrder.RELEVANCE.value,
        help_text=SORT_HELP,
    )
    cursor = serializers.UUIDField(required=False, help_text=CURSOR_HELP)
    facets = make_facets_field()
    related = serializers.BooleanField(
        default=False, help_text="Return `related_searches` that other shoppers asked."
    )
    explain = serializers.BooleanField(
        default=False, help_text="Explain the position of each image."
    )

    def get_fields(self) -> dict[str, Any]:
        """Return shallow copies of the fields, which share the fields of their items.

        DRF copies all of them for every request, which takes longer than to validate a prompt.
        """
        return {name: copy(field) for name, field in self._declared_fields.items()}

    def validate_shopper(self, value: str) -> str:
        if not is_shopper_id(value):
            raise serializers.ValidationError("This is not a valid shopper id.", code="invalid")
        return value

    def validate_images(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = {entry["id"] for entry in value}
        found = set(Image.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
        if missing := ids - found:
            names = ", ".join(sorted(map(str, missing)))
            raise serializers.ValidationError(f"There is no such image: {names}.", code="unknown")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        parts = ("prompt", "terms", "images", "shopper", "session", "filters")
        files = self.context.get("photos", ())
        if not files and not any(attrs.get(name) for name in parts):
            message = "Send at least one of: a prompt, terms, images, photos, a shopper, filters."
            raise serializers.ValidationError({"prompt": [message]}, code="required")
        if len(attrs.get("photos", files)) != len(files):
            message = "Send a file named `photo` for each entry."
            raise serializers.ValidationError({"photos": [message]}, code="photos")
        return attrs

    def make_query(self, shop: Shop) -> Query:
        """Return the query, with its photos decoded; raises `ValidationError`, `PhotoRefused`."""
        data = self.validated_data if hasattr(self, "_validated_data") else validate(self)
        terms = [Term(data["prompt"])] if "prompt" in data else []
        terms += [Term(**term) for term in data.get("terms", ())]
        files = self.context.get("photos", ())
        parts = data.get("photos") or [{"weight": 1.0}] * len(files)
        return Query(
            terms=tuple(terms),
            photos=tuple(
                _make_photo_term(*pair)
                for pair in zip(open_photos(files) if files else (), parts, strict=True)
            ),
            images=tuple(
                ImageTerm(entry["id"], entry["weight"]) for entry in data.get("images", ())
            ),
            shopper=data.get("shopper"),
            session=data.get("session", ""),
            count=data["number_of_images"],
            facets=_read_facets(data, shop),
            min_match=Match(data["min_match"]),
            diversity=data.get("diversity"),
            by_item=data["group_by"] == "item",
            order=AnswerOrder(data["sort"]),
            cursor=data.get("cursor"),
            counted=tuple(map(CountedFacet, data.get("facets", ()))),
            with_related=data["related"],
            # Photos are not stored; their entries show that there were some.
            request={**self.initial_data, **({"photos": parts} if files else {})},
            is_interpreted=data["understand"],
        )


@extend_schema_field({"type": "string", "contentMediaType": "application/json"})
class QueryField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object as a text."""

    default_error_messages = {
        "invalid": "Send everything except the photos as a JSON object in this field."
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            value = load_json(data or "{}")
        except (TypeError, ValueError):
            self.fail("invalid")
        if not isinstance(value, dict):
            self.fail("invalid")
        return value


class RecommendationForm(serializers.Serializer[Any]):
    """A query with photos, as a form."""

    photo = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        max_length=MAX_PHOTOS,
        help_text="Photos that results should resemble.",
    )
    query = QueryField(
        required=False, help_text="Everything except the photos, as JSON: the body without a form."
    )


class PhotoNotStored(DomainError):
    """A stored request has photos."""

    code = "photo_not_stored"
    message = "The prompt had a photo, and photos of prompts are not stored."


class StoredQueryInvalid(DomainError):
    """A stored request is no valid one today."""

    code = "stored_query_invalid"


def read_stored_query(shop: Shop, body: Mapping[str, Any]) -> Query:
    """Return the query of a request that `Prompt.query` stores; needs the shop's scope.

    Raises `PhotoNotStored`, and `StoredQueryInvalid` if it names what is not there any more.
    """
    if body.get("photos"):
        raise PhotoNotStored
    try:
        return RecommendationInput(data=dict(body)).make_query(shop)
    except serializers.ValidationError as error:
        names = ", ".join(error.detail) if isinstance(error.detail, dict) else "the request"
        raise StoredQueryInvalid(f"Not valid any more: {names}.") from error


def _read_facets(data: Mapping[str, Any], shop: Shop) -> FacetFilter:
    is_by_price = data["sort"] in (AnswerOrder.PRICE, AnswerOrder.DEAREST)
    if not data.get("filters") and not is_by_price:
        return FacetFilter(exclude=tuple(map(str, data.get("exclude", ()))))
    try:
        facets = make_facet_filter(
            data.get("filters", {}), shop=shop, exclude=data.get("exclude", ())
        )
        if is_by_price and not facets.variants.currencies:
            raise make_currency_error()
        return facets
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"filters": error.detail}) from error


def _make_photo_term(photo: Photo, entry: dict[str, Any]) -> PhotoTerm:
    with Pillow.open(io.BytesIO(photo.rendition)) as image:
        region = image.crop(_scale_box(entry["box"], image)) if "box" in entry else image
        if min(region.size) < MIN_SIDE:
            message = f"A region needs at least {MIN_SIDE} pixels on each side; send a larger one."
            raise serializers.ValidationError({"photos": [message]}, code="too_small")
        region.thumbnail((MAX_SIDE, MAX_SIDE))
        out = io.BytesIO()
        region.save(out, "JPEG", quality=92)
    return PhotoTerm(out.getvalue(), entry["weight"])


def _scale_box(box: dict[str, float], image: Pillow.Image) -> tuple[int, int, int, int]:
    left, upper = box["x"] * image.width, box["y"] * image.height
    right, lower = left + box["width"] * image.width, upper + box["height"] * image.height
    return (round(left), round(upper), round(right), round(lower))
