"""The catalogue's API: parse, one call, answer."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, ProtectedError, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from catalog import services
from catalog.api.filters import ImageFilter
from catalog.api.serializers import (
    DriftSerializer,
    ImageInput,
    ImageSerializer,
    IndexSerializer,
    RetrySerializer,
    facet_serializer,
)
from catalog.indexing.indexes import live_index
from catalog.models import AgeGroup, Category, Facet, Image, IndexEntry, Style
from core.api.pagination import NewestFirst
from core.errors import Conflict
from core.photos import Photo, open_photo
from tenants.api.base import TenantMixin, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

MOST_DRIFT_IDS = 1_000

CREATE_EXAMPLE = OpenApiExample("A dress", ImageInput.Meta.examples, request_only=True)
CHANGE_EXAMPLE = OpenApiExample(
    "A lower price", {"price": "49.90", "availability": "out_of_stock"}, request_only=True
)


@extend_schema_view(
    list=extend_schema(summary="List images, the newest first"),
    retrieve=extend_schema(summary="Show one image"),
)
@extend_schema(tags=["catalogue"])
class ImageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's product photos with the facts that describe them."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ImageSerializer
    filterset_class = ImageFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Image]:
        images: QuerySet[Image] = (
            Image.objects.live()
            .select_related("category", "age_group")
            .prefetch_related("styles", Prefetch("entries", IndexEntry.objects.defer("embedding")))
            .defer("search")
        )
        return images

    @extend_schema(
        summary="Add an image",
        description="Multipart, with the photo as a file. The answer says `pending`; the image "
        "is in answers once its `index_state` is `indexed`, usually within seconds.",
        request={"multipart/form-data": ImageInput},
        responses={201: ImageSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields, photo = self._read(ImageInput(data=request.data))
        assert photo is not None  # noqa: S101 - the serializer requires it here
        image = services.create_image(shop=self.shop, photo=photo, fields=fields)
        return Response(self._show(image), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Replace an image's facts, and its photo if one is sent",
        request={"application/json": ImageInput, "multipart/form-data": ImageInput},
        examples=[CREATE_EXAMPLE],
    )
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(
        summary="Change some of an image's facts, or its photo",
        request={"application/json": ImageInput, "multipart/form-data": ImageInput},
        examples=[CHANGE_EXAMPLE],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(
        summary="Delete an image",
        description="It is in no answer from now on; its vector, files and row follow.",
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_image(image=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        image = self.get_object()
        fields, photo = self._read(ImageInput(image, data=request.data, partial=partial))
        services.update_image(image=image, fields=fields, photo=photo)
        return Response(self._show(image))

    def _read(self, serializer: ImageInput) -> tuple[dict[str, Any], Photo | None]:
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        file = fields.pop("photo", None)
        return fields, open_photo(file) if file else None

    def _show(self, image: Image) -> Any:
        """Read the image back, since what was saved may have been shaped by the database."""
        return self.get_serializer(self.get_queryset().get(pk=image.pk)).data


class FacetInUse(Conflict):
    """A facet value that images have cannot go."""

    code = "facet_in_use"

    def __init__(self) -> None:
        super().__init__("Images use this value; give them another one first.")


class FacetViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    TenantViewSet,
):
    """The default taxonomy, to read, and the shop's own values, to change."""

    facet_model: type[Any] = Facet
    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> Any:
        facets = self.facet_model.objects
        is_reading = self.request.method in {"GET", "HEAD", "OPTIONS"}
        return facets.visible() if is_reading else facets.filter(shop=self.shop)

    def perform_create(self, serializer: Any) -> None:
        self._save(serializer, shop=self.shop)

    def perform_update(self, serializer: Any) -> None:
        self._save(serializer)

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_destroy(self, instance: Any) -> None:
        try:
            super().perform_destroy(instance)
        except ProtectedError as error:
            raise FacetInUse from error

    def _save(self, serializer: Any, **fields: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save(**fields)
        except IntegrityError as error:
            # Somebody took the name since it was looked at.
            message = "You have one of this name already."
            raise ValidationError({"name": [message]}, code="unique") from error


def _facet_docs(one: str, many: str) -> Any:
    return extend_schema_view(
        list=extend_schema(summary=f"List {many}: the defaults and your own", tags=["facets"]),
        retrieve=extend_schema(summary=f"Show one {one}", tags=["facets"]),
        create=extend_schema(summary=f"Add your own {one}", tags=["facets"]),
        update=extend_schema(summary=f"Replace your own {one}", tags=["facets"]),
        partial_update=extend_schema(summary=f"Change your own {one}", tags=["facets"]),
        destroy=extend_schema(summary=f"Delete your own {one}", tags=["facets"]),
    )


@_facet_docs("category", "categories")
class CategoryViewSet(FacetViewSet):
    facet_model = Category
    queryset = Category.objects.none()  # names the model in the API's description
    serializer_class = facet_serializer(Category)


@_facet_docs("style", "styles")
class StyleViewSet(FacetViewSet):
    facet_model = Style
    queryset = Style.objects.none()  # names the model in the API's description
    serializer_class = facet_serializer(Style)

    def perform_destroy(self, instance: Any) -> None:
        # The database protects a category by its foreign key, and styles not at all.
        if Image.objects.filter(styles=instance).exists():
            raise FacetInUse
        super().perform_destroy(instance)


@_facet_docs("age group", "age groups")
class AgeGroupViewSet(FacetViewSet):
    facet_model = AgeGroup
    queryset = AgeGroup.objects.none()  # names the model in the API's description
    serializer_class = facet_serializer(AgeGroup)


@extend_schema(tags=["index"])
class IndexViewSet(TenantMixin, ViewSet):
    """Where the shop's vector index stands, and how to mend it."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE

    @extend_schema(
        summary="How many images are in which state",
        responses=IndexSerializer,
        operation_id="index",
    )
    def list(self, request: Request) -> Response:
        index = live_index(self.shop.pk)
        counts = services.count_states(index_id=index.pk)
        body = {
            "encoder": index.encoder,
            "languages": settings.ENCODERS.get(index.encoder, {}).get("languages", "not told"),
            "is_complete": index.is_complete,
            "is_calibrated": index.is_calibrated,
            **counts,
        }
        return Response(IndexSerializer(body).data)

    @extend_schema(
        summary="Compare the vector store with the catalogue",
        description="`missing`: indexed images without a vector; `extra`: vectors without an "
        "image. Both are mended by themselves, and never in an answer.",
        responses=DriftSerializer,
    )
    @action(detail=False, methods=["get"])
    def drift(self, request: Request) -> Response:
        drift = services.find_drift(shop=self.shop)
        body = {
            "missing": sorted(drift.missing)[:MOST_DRIFT_IDS],
            "extra": sorted(drift.extra)[:MOST_DRIFT_IDS],
        }
        return Response(DriftSerializer(body).data)

    @extend_schema(
        summary="Try failed images again", request=None, responses={202: RetrySerializer}
    )
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        body = {"retried": services.retry_failed(shop=self.shop)}
        return Response(RetrySerializer(body).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Build the vector store anew from the catalogue",
        description="Needs no encoder; search is exact meanwhile.",
        request=None,
        responses={202: IndexSerializer},
    )
    @action(detail=False, methods=["post"])
    def rebuild(self, request: Request) -> Response:
        services.rebuild(shop=self.shop)
        answer = self.list(request)
        answer.status_code = status.HTTP_202_ACCEPTED
        return answer
