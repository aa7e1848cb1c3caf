"""Outfits: composing them for a shopper or around an image, listing them, judging them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Manager, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.fields import SkipField
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Image
from core.api.views import NewestFirst, validate
from recommendations.api.shoppers import EXTERNAL_ID
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.api.base import SLOTS, SOURCES, PhotoField, ScoreField, ShopperMixin, StylistMixin
from stylist.garments.garment import GarmentSource, Season
from stylist.models import Outfit, OutfitFeedback, WardrobeItem
from stylist.outfits import suggestions
from stylist.outfits.feedback import Opinion, give_opinion
from stylist.outfits.pictures import picture_path
from stylist.outfits.suggestions import Suggestions
from stylist.outfits.wishes import OCCASIONS, Origin, Wish
from tenants.api.base import TenantAPIView
from tenants.models import Scope

ORIGINS = [origin.value for origin in Origin]
MAX_OUTFITS = 10
MAX_ANCHORS = 4


class WishInput(serializers.Serializer[Any]):
    """What the outfits are for; every field is optional."""

    occasion = serializers.ChoiceField(choices=sorted(OCCASIONS), required=False, allow_null=True)
    season = serializers.ChoiceField(choices=[*Season], required=False, allow_null=True)
    formality = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        allow_null=True,
        help_text="0 the sofa, 0.25 casual, 0.5 smart casual, 0.75 business, 1 black tie.",
    )


class LookInput(WishInput):
    """Outfits around an image, from what the shop sells."""

    number_of_outfits = serializers.IntegerField(min_value=1, max_value=MAX_OUTFITS, default=3)


class OutfitsInput(LookInput):
    """Outfits from what the shopper owns, what the shop sells, or both."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ORIGINS, default=Origin.WARDROBE.value
    )
    items = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_ANCHORS,
        help_text="Garments that every outfit must contain: wardrobe items or images.",
    )


class OpinionInput(serializers.Serializer[Any]):
    opinion = serializers.ChoiceField(choices=[opinion.value for opinion in Opinion])

    class Meta:
        examples: ClassVar[dict[str, Any]] = {"opinion": "like"}


class PriceField(serializers.CharField):
    """The price of an image; left out for garments of a wardrobe, which have none."""

    def get_attribute(self, piece: Mapping[str, Any]) -> Any:
        if not hasattr(piece["garment"], "price"):
            raise SkipField
        return super().get_attribute(piece)


class PieceOutput(serializers.Serializer[Any]):
    """One garment of an outfit; without name, photo and price once it is deleted."""

    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    id = serializers.UUIDField()
    slot = serializers.ChoiceField(choices=SLOTS)
    kind = serializers.CharField()
    is_gone = serializers.BooleanField(help_text="The garment was deleted since.")
    name = serializers.CharField(source="garment.name", required=False)
    photo_url = PhotoField(source="garment.photo", required=False)
    price = PriceField(source="garment.price", required=False, allow_null=True)
    currency = serializers.CharField(source="garment.currency", required=False)
    link = serializers.CharField(source="garment.link", required=False)
    availability = serializers.CharField(source="garment.availability", required=False)

    def to_representation(self, piece: dict[str, Any]) -> dict[str, Any]:
        garment = self.context["garments"].get((piece["source"], piece["id"]))
        return super().to_representation({**piece, "garment": garment, "is_gone": garment is None})


class PartOutput(serializers.Serializer[Any]):
    """One reason; the points of all parts add up to the score."""

    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    points = serializers.FloatField()
    sentence = serializers.CharField()


class PictureField(serializers.URLField):
    """The signed address of an outfit's picture."""

    def to_representation(self, outfit: Any) -> str:
        return str(self.context["request"].build_absolute_uri(picture_path(outfit)))


class OutfitOutput(serializers.Serializer[Outfit]):
    id = serializers.UUIDField()
    score = ScoreField(source="total", help_text="0 to 1.")
    parts = PartOutput(many=True)
    wish = serializers.DictField()
    pieces = PieceOutput(many=True)
    picture_url = PictureField(
        source="*", help_text="A collage, WebP, at an address that cannot be guessed."
    )
    created_at = serializers.DateTimeField()


class OutfitsOutput(serializers.Serializer[Suggestions]):
    """Outfits, the best first; `lacking` is the reason if there are none."""

    outfits = OutfitOutput(many=True)
    lacking = serializers.CharField()


class OpinionOutput(serializers.Serializer[OutfitFeedback]):
    outfit = serializers.UUIDField(source="outfit_id")
    opinion = serializers.CharField()


def make_wish(data: Mapping[str, Any]) -> Wish:
    """Return the wish in the validated data of a `WishInput`."""
    return Wish(
        occasion=OCCASIONS.get(data.get("occasion") or ""),
        season=data.get("season"),
        formality=data.get("formality"),
        anchors=frozenset(data.get("items", ())),
    )


def outfit_context(outfits: Iterable[Outfit], request: Request) -> dict[str, Any]:
    """Return the context that `OutfitOutput` needs for these outfits.

    It holds their garments as they are now; makes at most two queries.
    """
    pieces = [piece for outfit in outfits for piece in outfit.pieces]
    items = _garments(WardrobeItem.objects.all(), pieces, GarmentSource.WARDROBE)
    images = _garments(Image.objects.live(), pieces, GarmentSource.CATALOG)
    return {"request": request, "garments": items | images}


def _garments(
    rows: QuerySet[Any] | Manager[Any], pieces: Collection[dict[str, Any]], source: GarmentSource
) -> dict[tuple[str, str], WardrobeItem | Image]:
    ids = {piece["id"] for piece in pieces if piece["source"] == source}
    found = rows.in_bulk(list(ids)) if ids else {}
    return {(source.value, str(pk)): row for pk, row in found.items()}


def serialize_outfits(outfits: Iterable[Outfit], request: Request) -> list[dict[str, Any]]:
    """Return outfits with their garments as they are now; makes at most two queries."""
    listed = list(outfits)
    context = outfit_context(listed, request)
    return list(OutfitOutput(listed, many=True, context=context).data)  # type: ignore[arg-type]


@extend_schema(tags=["stylist"])
class ShopperOutfitsView(ShopperMixin, TenantAPIView):
    """Outfits for a shopper."""

    serializer_class = OutfitsOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Outfit]:
        outfits: QuerySet[Outfit] = Outfit.objects.filter(shopper=self.shopper)
        return outfits.exclude(shopper=None)

    @extend_schema(
        summary="List the outfits that a shopper was shown, the newest first",
        operation_id="outfits_list",
        parameters=[EXTERNAL_ID],
        responses=OutfitOutput(many=True),
    )
    def get(self, request: Request, external_id: str) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(serialize_outfits(page or (), request))

    @extend_schema(
        summary="Compose outfits",
        description="From the wardrobe, the catalogue, or both; around `items`, for an occasion, "
        "a season, a formality. Each part of the score is explained. An outfit never has two "
        "garments for one slot, nor more than three colours in addition to neutral ones; "
        "preferences and opinions count. A shopper who is not known yet is added.",
        parameters=[EXTERNAL_ID],
        request=OutfitsInput,
        responses=OutfitsOutput,
        examples=[
            OpenApiExample(
                "For work, from both",
                {"source": "mixed", "occasion": "work", "season": "autumn"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, external_id: str) -> Response:
        data = validate(OutfitsInput(data=request.data))
        with transaction.atomic():
            # In one transaction: the shopper cannot be erased before the outfits are stored.
            shopper, _ = get_or_create_shopper(shop=self.shop, external_id=external_id)
            found = suggestions.suggest_outfits(
                shop=self.shop,
                shopper=shopper,
                origin=Origin(data["source"]),
                wish=make_wish(data),
                count=data["number_of_outfits"],
            )
        return Response(OutfitsOutput(found, context=outfit_context(found.outfits, request)).data)


@extend_schema(tags=["stylist"])
class LookView(StylistMixin, TenantAPIView):
    """Complete the look of an image."""

    # Product pages call this without a shopper, so a publishable key is enough.
    read_scope = write_scope = Scope.RECOMMEND
    reading_methods = ("POST",)
    serializer_class = OutfitsOutput

    @extend_schema(
        summary="Complete the look of an image",
        description="Outfits around the image, from what the shop sells.",
        request=LookInput,
        responses=OutfitsOutput,
    )
    def post(self, request: Request, pk: str) -> Response:
        image = get_object_or_404(Image.objects.searchable(), pk=pk)
        data = validate(LookInput(data=request.data))
        found = suggestions.complete_look(
            shop=self.shop, image=image, wish=make_wish(data), count=data["number_of_outfits"]
        )
        return Response(OutfitsOutput(found, context=outfit_context(found.outfits, request)).data)


@extend_schema(tags=["stylist"])
class OutfitFeedbackView(StylistMixin, TenantAPIView):
    """A shopper's opinion of an outfit."""

    serializer_class = OpinionOutput

    @extend_schema(
        summary="Store how a shopper likes an outfit, or that they wore it",
        description="Later outfits take it into account. A like replaces a dislike.",
        request=OpinionInput,
        responses=OpinionOutput,
    )
    def post(self, request: Request, pk: str) -> Response:
        outfit = get_object_or_404(Outfit.objects.all(), pk=pk)
        opinion = Opinion(validate(OpinionInput(data=request.data))["opinion"])
        return Response(OpinionOutput(give_opinion(outfit=outfit, opinion=opinion)).data)
