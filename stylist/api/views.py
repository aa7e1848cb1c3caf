"""Wardrobes, outfits and the words for them: parse, one call, answer."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import status
from rest_framework.fields import ChoiceField
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Image
from core.api.pagination import NewestFirst
from core.api.parsers import JSONParser
from core.errors import Unavailable
from core.tenancy import shop_scope
from recommendations.api.shoppers import EXTERNAL_ID
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.api.base import ShopperMixin, StylistMixin
from stylist.api.inputs import (
    ItemChange,
    LookInput,
    OpinionInput,
    OutfitsInput,
    OwnTypesInput,
    PurchasesInput,
    WardrobeInput,
)
from stylist.api.outputs import (
    ItemOutput,
    OpinionOutput,
    OutfitOutput,
    OutfitsOutput,
    PurchasesOutput,
    VocabularyOutput,
)
from stylist.api.showing import show_item, show_outfits
from stylist.garments.garment import Slot
from stylist.models import Outfit, WardrobeItem
from stylist.outfits import opinions, suggestions
from stylist.outfits.feedback import Opinion
from stylist.outfits.pictures import picture_of, read_token
from stylist.outfits.suggestions import Origin
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.records import VALUES
from stylist.tagging.shop_taxonomy import own_types_of, set_own_types, taxonomy_of
from stylist.wardrobe import items as wardrobes
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

ITEM = [EXTERNAL_ID, OpenApiParameter("id", UUID, OpenApiParameter.PATH)]
ONE_DAY = 86_400
SLOT = ChoiceField(choices=[slot.value for slot in Slot])


@extend_schema_view(
    retrieve=extend_schema(summary="Show a garment", parameters=ITEM, responses=ItemOutput)
)
@extend_schema(tags=["stylist"])
class WardrobeViewSet(ShopperMixin, TenantViewSet):
    """What a shopper owns; photos are tagged by themselves."""

    serializer_class = ItemOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[WardrobeItem]:
        items: QuerySet[WardrobeItem] = WardrobeItem.objects.filter(shopper=self.shopper)
        slot = self.request.query_params.get("slot")
        return items.filter(slot=SLOT.to_internal_value(slot)) if slot else items

    @extend_schema(
        summary="List a wardrobe, the newest first",
        parameters=[EXTERNAL_ID, OpenApiParameter("slot", str, enum=[*Slot])],
        responses=ItemOutput(many=True),
    )
    def list(self, request: Request, external_id: str) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([show_item(item, request) for item in page or ()])

    def retrieve(self, request: Request, external_id: str, pk: str) -> Response:
        return Response(show_item(self.get_object(), request))

    @extend_schema(
        summary="Add garments",
        description="One photo for each garment, up to 20. They are `pending` until they are "
        "tagged, usually within seconds. A shopper who is not known yet is added.",
        parameters=[EXTERNAL_ID],
        request={"multipart/form-data": WardrobeInput},
        responses={201: ItemOutput(many=True)},
    )
    @idempotent
    def create(self, request: Request, external_id: str) -> Response:
        data = WardrobeInput(data=request.data)
        data.is_valid(raise_exception=True)
        items = wardrobes.add_items(
            shop=self.shop,
            external_id=external_id,
            photos=data.photos(),
            name=data.validated_data["name"],
        )
        return Response([show_item(item, request) for item in items], status.HTTP_201_CREATED)

    @extend_schema(
        summary="Set a garment's tags right",
        description="What is set stays, whatever is seen in the photo later; null goes back to "
        "what was seen. `stylist/vocabulary/` has every value there is.",
        parameters=ITEM,
        request=ItemChange,
        responses=ItemOutput,
    )
    def partial_update(self, request: Request, external_id: str, pk: str) -> Response:
        item = self.get_object()
        data = ItemChange(data=request.data)
        data.is_valid(raise_exception=True)
        changed = wardrobes.correct_item(
            item=item,
            name=data.validated_data.get("name"),
            tags=data.validated_data.get("tags", {}),
        )
        return Response(show_item(changed, request))

    @extend_schema(
        summary="Take a garment out",
        description="Its photo goes, too, also from the pictures of outfits.",
        parameters=ITEM,
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def destroy(self, request: Request, external_id: str, pk: str) -> Response:
        wardrobes.remove_item(item=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["stylist"])
class ShopperOutfitsView(ShopperMixin, TenantAPIView):
    """Outfits for a shopper."""

    serializer_class = OutfitsOutput
    filter_backends = ()

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
        return self.get_paginated_response(show_outfits(page or (), request))

    @extend_schema(
        summary="Put outfits together",
        description="From the wardrobe, the catalogue, or both; around `items`, for an occasion, "
        "a season, a formality. Each part of the score is explained. Never two garments of a "
        "kind, at most three colours beside neutral ones; preferences and opinions count. A "
        "shopper who is not known yet is added.",
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
        data = OutfitsInput(data=request.data)
        data.is_valid(raise_exception=True)
        with transaction.atomic():
            # Whoever is named is there from now on, and not erased before their outfits are kept.
            shopper, _ = get_or_create_shopper(shop=self.shop, external_id=external_id)
            dressed = suggestions.dress(
                shop=self.shop,
                shopper=shopper,
                origin=Origin(data.validated_data["source"]),
                wish=data.wish(),
                count=data.validated_data["number_of_outfits"],
            )
        body = {"outfits": show_outfits(dressed.outfits, request), "lacking": dressed.lacking}
        return Response(body)


@extend_schema(tags=["stylist"])
class PurchasesView(ShopperMixin, TenantAPIView):
    """What to buy."""

    serializer_class = PurchasesOutput

    @extend_schema(
        summary="Ask what one purchase would complete the most outfits",
        parameters=[EXTERNAL_ID],
        request=PurchasesInput,
        responses=PurchasesOutput,
    )
    def post(self, request: Request, external_id: str) -> Response:
        shopper = self.known_shopper()
        data = PurchasesInput(data=request.data)
        data.is_valid(raise_exception=True)
        advised = suggestions.advise_purchases(
            shopper=shopper, wish=data.wish(), count=data.validated_data["number_of_images"]
        )
        shown = show_outfits([outfit for _, outfit in advised], request)
        purchases = [
            {
                "image": str(purchase.garment.id),
                "outfits": purchase.outfits,
                "mean_score": round(purchase.mean_total, 4),
                "best": best,
            }
            for (purchase, _), best in zip(advised, shown, strict=True)
        ]
        return Response({"purchases": purchases})


@extend_schema(tags=["stylist"])
class LookView(StylistMixin, TenantAPIView):
    """Complete the look of an image."""

    # As a shop's product pages ask it, for nobody in particular.
    read_scope = write_scope = Scope.RECOMMEND
    serializer_class = OutfitsOutput

    @extend_schema(
        summary="Complete the look of an image",
        description="Outfits around it, of what the shop sells.",
        request=LookInput,
        responses=OutfitsOutput,
    )
    def post(self, request: Request, pk: str) -> Response:
        image = get_object_or_404(Image.objects.searchable(), pk=pk)
        data = LookInput(data=request.data)
        data.is_valid(raise_exception=True)
        dressed = suggestions.complete_look(
            shop=self.shop,
            image=image,
            wish=data.wish(),
            count=data.validated_data["number_of_outfits"],
        )
        body = {"outfits": show_outfits(dressed.outfits, request), "lacking": dressed.lacking}
        return Response(body)


@extend_schema(tags=["stylist"])
class OutfitFeedbackView(StylistMixin, TenantAPIView):
    """What a shopper says of an outfit."""

    serializer_class = OpinionOutput

    @extend_schema(
        summary="Say how a shopper likes an outfit, or that they wore it",
        description="The next outfits are put together by it. A like takes back a dislike.",
        request=OpinionInput,
        responses=OpinionOutput,
    )
    def post(self, request: Request, pk: str) -> Response:
        outfit = get_object_or_404(Outfit.objects.all(), pk=pk)
        data = OpinionInput(data=request.data)
        data.is_valid(raise_exception=True)
        given = opinions.give_opinion(
            outfit=outfit, opinion=Opinion(data.validated_data["opinion"])
        )
        return Response({"outfit": str(outfit.pk), "opinion": given.opinion})


@extend_schema(tags=["stylist"])
class VocabularyView(StylistMixin, TenantAPIView):
    """The words for garments, and the shop's own types."""

    serializer_class = VocabularyOutput
    # Types are nested, which forms cannot say.
    parser_classes = (JSONParser,)

    @extend_schema(summary="List every value that a tag can have", operation_id="vocabulary")
    def get(self, request: Request) -> Response:
        own = {row["name"].casefold() for row in own_types_of(self.shop.pk)}
        return Response(
            {
                "types": [
                    {"name": kind.name, "slot": kind.slot, "is_own": kind.name.casefold() in own}
                    for kind in taxonomy_of(self.shop.pk).types
                ],
                "colours": VALUES["primary_colour"],
                "patterns": VALUES["pattern"],
                "styles": VALUES["style"],
                "seasons": VALUES["season"],
                "formality": VALUES["formality"],
                "occasions": sorted(OCCASIONS),
            }
        )

    @extend_schema(
        summary="Replace the shop's own types",
        description="What is tagged from now on is told by them.",
        request=OwnTypesInput,
    )
    def patch(self, request: Request) -> Response:
        data = OwnTypesInput(data=request.data)
        data.is_valid(raise_exception=True)
        set_own_types(shop=self.shop, types=data.validated_data["types"])
        return self.get(request)


def serve_picture(request: HttpRequest, token: str) -> HttpResponse:
    """Send an outfit's picture to whoever has its signed address."""
    found = read_token(token)
    if found is None:
        raise Http404
    shop_id, outfit_id = found
    try:
        with shop_scope(shop_id):
            picture = picture_of(get_object_or_404(Outfit.objects.all(), pk=outfit_id))
    except Unavailable as error:
        headers = {"Retry-After": str(error.retry_after)}
        return HttpResponse(error.message, "text/plain", status=503, headers=headers)
    return HttpResponse(
        picture,
        content_type="image/webp",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, max-age={ONE_DAY}",
        },
    )
