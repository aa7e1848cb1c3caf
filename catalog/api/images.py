"""The images of a shop: list, add, change and delete them."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api.image_serializers import (
    ImageDetailSerializer,
    ImageInput,
    ImagePhotoInput,
    ImageSerializer,
    NewImageInput,
    select_images,
)
from catalog.api.lists import CataloguePages, ImageListInput
from catalog.api.photo_fetches import PhotoFetchSerializer
from catalog.fetches.refetch import refetch
from catalog.models import Image, PhotoFetch
from core.api.views import validate
from core.photos import Photo, open_photo
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

CREATE_EXAMPLE = OpenApiExample("A dress", ImageInput.Meta.examples, request_only=True)
LINK_EXAMPLE = OpenApiExample(
    "A dress by link",
    {"image_url": "https://cdn.shop.example/dr-1042.jpg", **ImageInput.Meta.examples},
    request_only=True,
    media_type="application/json",
)
CHANGE_EXAMPLE = OpenApiExample(
    "A lower price", {"price": "49.90", "availability": "out_of_stock"}, request_only=True
)


@extend_schema_view(
    retrieve=extend_schema(summary="Show one image"),
)
@extend_schema(tags=["catalogue"])
class ImageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's product photos with the facts that describe them."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ImageDetailSerializer
    filter_backends = ()
    pagination_class = CataloguePages

    def get_queryset(self) -> QuerySet[Image]:
        return select_images()

    @extend_schema(
        summary="List images, by default the newest first",
        parameters=[ImageListInput],
        responses=ImageSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        wanted = ImageListInput.parse(request.query_params)
        facets = wanted.make_filter(self.shop)
        images = select_images(facets.shown_variants.condition())
        images = wanted.narrow(images, facets, self.shop)
        variants = facets.shown_variants.select_of_images()
        images, pages = wanted.arrange(images, facets, variants)
        page: Any = pages.paginate_queryset(images, request, view=self)
        body = ImageSerializer(page, many=True, context=self.get_serializer_context()).data
        response = pages.get_paginated_response(body)  # type: ignore[arg-type]
        response.data |= wanted.count(Image.objects.live(), facets, self.shop)
        return response

    @extend_schema(
        summary="Add an image",
        description="Send the photo as a file in a multipart form. Search finds the image once "
        "its `index_state` is `indexed`, usually within seconds. Or send `image_url` in place of "
        "the photo: a worker fetches it and adds the image, and `url` of the answer shows its "
        "state.",
        request={"multipart/form-data": NewImageInput, "application/json": NewImageInput},
        responses={201: ImageDetailSerializer, 202: PhotoFetchSerializer},
        examples=[LINK_EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields, photo = self._read(NewImageInput(data=request.data))
        if photo is None:
            url = fields.pop("image_url")
            return self._show_fetch(services.request_fetch(shop=self.shop, url=url, fields=fields))
        image = services.create_image(shop=self.shop, photo=photo, fields=fields)
        return Response(self._serialize(image), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Fetch an image's photo from a link",
        description="From `image_url` if you send it, else from the link that the photo came from. "
        "A photo that has not changed is neither stored nor embedded again. `url` of the answer "
        "shows the state.",
        request=ImagePhotoInput,
        responses={202: PhotoFetchSerializer},
    )
    @action(detail=True, methods=["post"], url_path="fetch-photo")
    def fetch_photo(self, request: Request, pk: str) -> Response:
        image = self.get_object()
        url = validate(ImagePhotoInput(image, data=request.data))["image_url"]
        return self._show_fetch(refetch(image=image, url=url))

    def _show_fetch(self, fetch: PhotoFetch) -> Response:
        body = PhotoFetchSerializer(fetch, context=self.get_serializer_context()).data
        return Response(body, status.HTTP_202_ACCEPTED)

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
        description="No search returns it from now on; a worker deletes its vector, files and row.",
        responses={204: OpenApiResponse(description="Deleted.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_image(image=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        image = self.get_object()
        ignored = () if partial else ImageSerializer.Meta.fields
        serializer = ImageInput(image, data=request.data, partial=partial)
        fields, photo = self._read(serializer, ignored=ignored)
        services.update_image(image=image, fields=fields, photo=photo)
        return Response(self._serialize(image))

    def _read(
        self, serializer: ImageInput, *, ignored: Collection[str] = ()
    ) -> tuple[dict[str, Any], Photo | None]:
        fields = validate(serializer, ignored=ignored)
        file = fields.pop("photo", None)
        return fields, open_photo(file) if file else None

    def _serialize(self, image: Image) -> Any:
        """Serialize the image as the database stored it."""
        return self.get_serializer(self.get_queryset().get(pk=image.pk)).data
