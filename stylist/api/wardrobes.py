"""Wardrobes: the garments that a shopper owns, and purchases that would complete outfits."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from core.api.views import NewestFirst, validate, validate_parameters
from core.jobs.models import Job
from core.photos import open_photos
from decoder.limits import MAX_BYTES
from quality.api.fields import ProblemOutput
from recommendations.api.shoppers import EXTERNAL_ID
from stylist.api.base import SLOTS, NullableChoiceField, PhotoField, ScoreField, ShopperMixin
from stylist.api.outfits import OutfitOutput, WishInput, make_wish, outfit_context
from stylist.models import WardrobeItem
from stylist.outfits.suggestions import PurchaseAdvice, advise_purchases
from stylist.tagging.records import TAG_NAMES, EffectiveTag, resolve_tags
from stylist.wardrobe import items as wardrobe
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent

MAX_PHOTOS = 20
MAX_PURCHASES = 10
ITEM = [EXTERNAL_ID, OpenApiParameter("id", UUID, OpenApiParameter.PATH)]


class WardrobeInput(serializers.Serializer[Any]):
    """One garment or several: multipart files named `photo`, each of one garment."""

    photo = serializers.ListField(
        child=serializers.FileField(),
        allow_empty=False,
        max_length=MAX_PHOTOS,
        help_text=f"JPEG, PNG, WebP, AVIF or HEIC of at most {MAX_BYTES // 1024**2} MB each.",
    )
    name = serializers.CharField(max_length=200, required=False, default="")


class WardrobeFilter(serializers.Serializer[Any]):
    """Query parameters of the list."""

    slot = serializers.ChoiceField(choices=SLOTS, required=False)


class ItemChange(serializers.Serializer[Any]):
    """Corrected tags; null restores the tag that was found in the photo."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    tags = serializers.DictField(
        child=serializers.CharField(max_length=60, allow_null=True), required=False
    )

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "tags": {"type": "jeans", "primary_colour": "navy", "style": None}
        }

    def validate_tags(self, value: dict[str, str | None]) -> dict[str, str | None]:
        if unknown := sorted(value.keys() - set(TAG_NAMES)):
            message = f"There is no such tag; the tags are {', '.join(TAG_NAMES)}."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return value


class TagOutput(serializers.Serializer[EffectiveTag]):
    value = serializers.CharField()
    confidence = serializers.FloatField(help_text="How often such a tag is right, 0 to 1.")
    is_sure = serializers.BooleanField()
    is_corrected = serializers.BooleanField()
    alternatives = serializers.ListField(child=serializers.CharField())


class TagsOutput(serializers.Serializer[WardrobeItem]):
    def get_fields(self) -> dict[str, Any]:
        return {name: TagOutput(allow_null=True) for name in TAG_NAMES}

    def to_representation(self, item: WardrobeItem) -> dict[str, Any]:
        return super().to_representation(_tags_of(item))  # type: ignore[arg-type]


class UnsureField(serializers.ListField):
    """The names of an item's tags that are not sure."""

    def to_representation(self, item: Any) -> list[Any]:
        return [name for name, tag in _tags_of(item).items() if tag and not tag.is_sure]


class ItemOutput(serializers.Serializer[WardrobeItem]):
    """A garment that a shopper owns; its tags are present once `state` is `done`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    photo_url = PhotoField(source="photo")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    problem = ProblemOutput(allow_null=True)
    slot = NullableChoiceField(choices=SLOTS, allow_null=True)
    garments_seen = NullableChoiceField(
        source="tags.sighting",
        choices=["one", "none", "several"],
        allow_null=True,
        help_text="Other than `one`: check the photo.",
    )
    tags = TagsOutput(source="*")
    unsure = UnsureField(
        source="*",
        child=serializers.CharField(),
        help_text="Tags that the shopper may want to check.",
    )
    created_at = serializers.DateTimeField()


def _tags_of(item: WardrobeItem) -> Mapping[str, EffectiveTag | None]:
    return resolve_tags(item.tags, item.corrected)


@extend_schema_view(
    list=extend_schema(
        summary="List a wardrobe, the newest first",
        parameters=[EXTERNAL_ID, WardrobeFilter],
    ),
    retrieve=extend_schema(summary="Show a garment", parameters=ITEM),
)
@extend_schema(tags=["stylist"])
class WardrobeViewSet(
    ShopperMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet
):
    """The garments that a shopper owns; their photos are tagged automatically."""

    serializer_class = ItemOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_parsers(self) -> list[Any]:
        # Tags are nested, which forms cannot express. While the API is described, this is called
        # before there is a request.
        is_change = getattr(self.request, "method", None) == "PATCH"
        return [JSONParser()] if is_change else super().get_parsers()

    def get_queryset(self) -> QuerySet[WardrobeItem]:
        items: QuerySet[WardrobeItem] = WardrobeItem.objects.filter(shopper=self.shopper)
        return items

    def filter_queryset(self, queryset: Any) -> Any:
        if self.action != "list":
            return queryset
        wanted = validate_parameters(WardrobeFilter(data=self.request.query_params))
        return queryset.filter(**wanted)

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
        data = validate(WardrobeInput(data=request.data))
        items = wardrobe.add_items(
            shop=self.shop,
            external_id=external_id,
            photos=open_photos(data["photo"]),
            name=data["name"],
        )
        return Response(self.get_serializer(items, many=True).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Correct a garment's tags",
        description="A corrected tag stays, whatever is found in the photo later; null restores "
        "the tag that was found. `stylist/vocabulary/` lists the possible values.",
        parameters=ITEM,
        request=ItemChange,
    )
    def partial_update(self, request: Request, external_id: str, pk: str) -> Response:
        item = self.get_object()
        data = validate(ItemChange(data=request.data))
        changed = wardrobe.correct_item(item=item, name=data.get("name"), tags=data.get("tags", {}))
        return Response(self.get_serializer(changed).data)

    @extend_schema(
        summary="Remove a garment",
        description="Its photo is deleted, also from the pictures of outfits.",
        parameters=ITEM,
        responses={204: OpenApiResponse(description="Removed.")},
    )
    def destroy(self, request: Request, external_id: str, pk: str) -> Response:
        wardrobe.remove_item(item=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PurchasesInput(WishInput):
    number_of_images = serializers.IntegerField(min_value=1, max_value=MAX_PURCHASES, default=3)


class PurchaseOutput(serializers.Serializer[PurchaseAdvice]):
    """A purchase: how many good outfits it makes possible, and the best of them."""

    image = serializers.UUIDField(source="purchase.garment.id")
    outfits = serializers.IntegerField(source="purchase.outfits")
    mean_score = ScoreField(source="purchase.mean_total")
    best = OutfitOutput()


class PurchasesOutput(serializers.Serializer[Any]):
    purchases = PurchaseOutput(many=True)


@extend_schema(tags=["stylist"])
class PurchasesView(ShopperMixin, TenantAPIView):
    """Advice on purchases."""

    serializer_class = PurchasesOutput

    @extend_schema(
        summary="Find the purchases that would complete the most outfits",
        parameters=[EXTERNAL_ID],
        request=PurchasesInput,
        responses=PurchasesOutput,
    )
    def post(self, request: Request, external_id: str) -> Response:
        if (shopper := self.shopper) is None:
            raise Http404
        data = validate(PurchasesInput(data=request.data))
        advice = advise_purchases(
            shopper=shopper, wish=make_wish(data), count=data["number_of_images"]
        )
        context = outfit_context([row.best for row in advice], request)
        return Response(PurchasesOutput({"purchases": advice}, context=context).data)
