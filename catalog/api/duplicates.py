"""Photos of a shop that are nearly the same: list them, merge what they are of, or dismiss them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE
from catalog.api.image_serializers import THUMBNAILS_HELP, PhotoUrlField, ThumbnailsField
from catalog.duplicates.decisions import dismiss_pair, merge_pair
from catalog.models import DuplicatePair, Image
from core.api.views import NewestFirst, validate
from tenants.api.base import TenantViewSet
from tenants.models import Scope


class DuplicateImageSerializer(serializers.ModelSerializer[Image]):
    """An image of a pair, with the product that it is of; `images/{id}` shows all of it."""

    external_id = serializers.CharField(
        source="product.external_id", default="", help_text="The id of its product."
    )
    photo_url = PhotoUrlField(source="*", read_only=True, help_text="The address of the photo.")
    thumbnails = ThumbnailsField(source="*", read_only=True, help_text=THUMBNAILS_HELP)

    class Meta:
        model = Image
        fields = (
            *("id", "external_id", "name", "sku", "status", "photo_url", "thumbnails"),
            *("width", "height", "created_at"),
        )
        read_only_fields = fields


class DuplicatePairSerializer(serializers.ModelSerializer[DuplicatePair]):
    """Two images with nearly the same photo."""

    images = serializers.SerializerMethodField(help_text="The two images, the older one first.")
    is_identical = serializers.BooleanField(help_text="Whether the photos have the same bytes.")
    is_one_product = serializers.SerializerMethodField(
        help_text="Whether both are photos of one product: merging then deletes a photo only."
    )
    distance = serializers.IntegerField(
        help_text="In how many of 64 bits the photos' perceptual hashes differ."
    )
    similarity = serializers.FloatField(help_text="Cosine of the photos' embeddings, up to 1.")

    class Meta:
        model = DuplicatePair
        fields = (
            *("id", "images", "is_identical", "is_one_product", "distance", "similarity"),
            "created_at",
        )
        read_only_fields = fields

    def get_images(self, pair: DuplicatePair) -> DuplicateImageSerializer(many=True):  # type: ignore[valid-type]
        images = [pair.first, pair.second]
        return DuplicateImageSerializer(images, many=True, context=self.context).data

    def get_is_one_product(self, pair: DuplicatePair) -> bool:
        return pair.first.product_id is not None and pair.first.product_id == pair.second.product_id


class DuplicateMergeInput(serializers.Serializer[Any]):
    keep = serializers.UUIDField(help_text="The id of the image that stays.")


@extend_schema(tags=["catalogue"])
@extend_schema_view(
    list=extend_schema(
        summary="List pairs of images with nearly the same photo",
        description="The newest first. Photos are compared seconds after they are indexed: "
        "versions in another size, format or light, with a border or a small crop are found, "
        "other photos of a product and other colours are not. Answers never show the images of a "
        "pair side by side. Merge a pair that is of one product, or dismiss it.",
    ),
    retrieve=extend_schema(summary="Show one pair of images with nearly the same photo"),
)
class DuplicateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Near-duplicates that the shop has not decided on."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = DuplicatePairSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[DuplicatePair]:
        return select_pairs()

    @extend_schema(
        summary="Merge a pair: keep one photo, and one product",
        description="The other photo is deleted. If it was of another product, that product's "
        "variants and other photos move to the kept one, which gets the facts that it lacks, and "
        "the other product is deleted. Variants with the same size and colour become one; if each "
        "has an SKU, nothing changes and the answer is 409.",
        request=DuplicateMergeInput,
        responses={
            204: OpenApiResponse(description="Merged."),
            409: OpenApiResponse(description="The SKUs clash, or the pair was decided on."),
        },
        examples=[
            OpenApiExample(
                "Keep the older image",
                {"keep": IMAGE},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        pair = self.get_object()
        keep = validate(DuplicateMergeInput(data=request.data))["keep"]
        merge_pair(pair=pair, keep=keep)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Dismiss a pair: the photos are of two products",
        description="It leaves the list, and answers may show both images, until one of the photos "
        "changes.",
        request=None,
        responses={
            204: OpenApiResponse(description="Dismissed."),
            409: OpenApiResponse(description="The pair was decided on."),
        },
    )
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        dismiss_pair(pair=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


def select_pairs() -> QuerySet[DuplicatePair]:
    """Return the open pairs of the tenancy scope, with all that their serializers read."""
    joined = [
        f"{side}__{name}" for side in ("first", "second") for name in ("product", "thumbnails")
    ]
    pairs: QuerySet[DuplicatePair] = DuplicatePair.objects.open().select_related(*joined)
    return pairs
