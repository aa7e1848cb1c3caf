"""Up to a thousand images in one request: added by link, changed, deleted."""

from functools import partial
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api.bulk.rows import (
    MAX_ROWS,
    RowResultSerializer,
    leave_rows,
    read_rows,
    try_row,
    validate_row,
)
from catalog.api.image_serializers import ImageInput, NewImageInput
from catalog.models import Image
from core.api.names import check_fields
from core.api.parsers import BulkJSONParser
from core.errors import DomainError
from tenants.api.base import TenantAPIView
from tenants.api.idempotency import idempotent
from tenants.models import Scope, Shop

ACTIONS = ("create", "update", "delete")
RESULTS = ("requested", "updated", "deleted", "failed")


class BulkImageInput(NewImageInput):
    """An image to add by link, to change or to delete."""

    photo = None  # type: ignore[assignment] # a file has no place in JSON
    id = serializers.UUIDField(required=False, help_text="Of an image to change or to delete.")
    action = serializers.ChoiceField(choices=ACTIONS)

    class Meta(NewImageInput.Meta):
        fields: tuple[str, ...] = (
            *("action", "id"),
            *(name for name in NewImageInput.Meta.fields if name != "photo"),
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "action" not in attrs:
            message = f"Name one of: {', '.join(ACTIONS)}."
            raise serializers.ValidationError({"action": [message]}, code="required")
        if attrs["action"] == "create":
            return super().validate(attrs)
        if "id" not in attrs:
            raise serializers.ValidationError({"id": ["Name the image."]}, code="required")
        allowed = {"action", "id"}
        if attrs["action"] == "update":
            allowed |= {*ImageInput.Meta.fields}
        if unknown := sorted(attrs.keys() - allowed):
            message = "This action does not take the field."
            raise serializers.ValidationError({name: [message] for name in unknown}, "invalid")
        return attrs


class ImagesBulkInput(serializers.Serializer[Any]):
    images = serializers.ListField(child=BulkImageInput(), min_length=1, max_length=MAX_ROWS)


class BulkImageResult(RowResultSerializer):
    """What became of an image."""

    id = serializers.UUIDField(allow_null=True, help_text="Of the image; null for a new one.")
    photo_fetch = serializers.UUIDField(
        allow_null=True, help_text="Of a new one: `photo-fetches/{id}/` shows its state."
    )
    result = serializers.ChoiceField(choices=RESULTS)


class BulkImageResults(serializers.Serializer[Any]):
    """The results, in the order of the request."""

    results = BulkImageResult(many=True)


BULK_EXAMPLE = OpenApiExample(
    "Two new photos",
    {
        "images": [
            {"action": "create", "image_url": "https://cdn.shop.example/1.jpg", "name": "Dress"},
            {"action": "create", "image_url": "https://cdn.shop.example/2.jpg", "name": "Shirt"},
        ]
    },
    request_only=True,
)


class ImagesBulkView(TenantAPIView):
    """Changes of many images at once."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    parser_classes = (BulkJSONParser,)

    @extend_schema(
        summary="Add by link, change and delete up to 1,000 images",
        description="Each has its own result: one that fails stops no other.",
        tags=["catalogue"],
        request=ImagesBulkInput,
        responses=BulkImageResults,
        examples=[BULK_EXAMPLE],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        check_fields(ImagesBulkInput(data=leave_rows(request.data, "images")))
        rows = read_rows(request.data, "images")
        serializer = BulkImageInput(partial=True, context={"found_facets": {}})
        results = [
            try_row(partial(apply_row, self.shop, serializer, row), id=None, photo_fetch=None)
            for row in rows
        ]
        return Response({"results": BulkImageResult(results, many=True).data})


def apply_row(shop: Shop, serializer: BulkImageInput, row: Any) -> dict[str, Any]:
    """Do what a row says, or nothing of it; return its result."""
    fields = validate_row(serializer, row)
    action, pk = fields.pop("action"), fields.pop("id", None)
    with transaction.atomic():
        if action == "create":
            url = fields.pop("image_url")
            fetch = services.request_fetch(shop=shop, url=url, fields=fields)
            return {"result": "requested", "photo_fetch": fetch.pk}
        image = Image.objects.live().filter(pk=pk).first()
        if image is None:
            raise NotFound
        if action == "delete":
            services.delete_image(image=image)
            return {"result": "deleted", "id": pk}
        if not fields:
            raise DomainError("There is nothing to change.", code="nothing_to_change")
        services.update_image(image=image, fields=fields)
        return {"result": "updated", "id": pk}
