"""The ids that a shop's collection holds, from the vector store itself."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.pagination import Cursor
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api.examples import IMAGE
from core.api.views import NewestFirst
from tenants.api.base import TenantAPIView
from tenants.models import Scope


class IndexedImageSerializer(serializers.Serializer[Any]):
    """An image in the vector store."""

    id = serializers.CharField(
        source="image_id", help_text="The image's id; another text if the vector is not ours."
    )
    vectors = serializers.IntegerField(
        help_text="How many vectors it has: one for the photo, and one for each garment in it."
    )


class IndexedImagePages(NewestFirst):
    """The pages of a sequence in memory, in the order of their ids, in place of a queryset."""

    parse_position = str
    page_size = 200
    max_page_size = 1_000

    def paginate_queryset(  # type: ignore[override]  # of a list, not of rows
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[services.IndexedImage]:
        """Return the page of a sequence after or before the position of the cursor."""
        self.request = request
        self.base_url = request.build_absolute_uri()
        size = self.get_page_size(request)
        cursor = self.decode_cursor(request)
        start, stop = 0, size
        if cursor and cursor.position is not None and cursor.reverse:
            stop = sum(image.image_id > cursor.position for image in queryset)
            start = max(stop - size, 0)
        elif cursor and cursor.position is not None:
            start = sum(image.image_id >= cursor.position for image in queryset)
            stop = start + size
        self.page = list(queryset[start:stop])
        self.has_next, self.has_previous = stop < len(queryset), start > 0
        return self.page

    def get_next_link(self) -> str | None:
        return self._link(self.page[-1], reverse=False) if self.has_next and self.page else None

    def get_previous_link(self) -> str | None:
        return self._link(self.page[0], reverse=True) if self.has_previous and self.page else None

    def _link(self, image: services.IndexedImage, *, reverse: bool) -> str:
        position: Any = image.image_id  # the types of DRF expect a number
        link: str = self.encode_cursor(Cursor(offset=0, reverse=reverse, position=position))
        return link


@extend_schema(tags=["index"])
class IndexedImagesView(TenantAPIView):
    """What the vector store holds of the shop, whether it should or not."""

    read_scope = Scope.CATALOG_READ
    serializer_class = IndexedImageSerializer
    pagination_class = IndexedImagePages
    filter_backends = ()

    @extend_schema(
        summary="List the images in the vector store, the newest first",
        description="It is read from the vector store itself. `index/drift/` compares it with the "
        "catalogue.",
        responses=IndexedImageSerializer(many=True),
        examples=[OpenApiExample("A photo with two garments", {"id": IMAGE, "vectors": 3})],
        operation_id="index_ids",
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(services.list_indexed_images(shop=self.shop))  # type: ignore[arg-type]  # a list in its place
        return self.get_paginated_response(IndexedImageSerializer(page, many=True).data)  # type: ignore[arg-type]
