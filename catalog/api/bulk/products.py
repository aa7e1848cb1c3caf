"""Up to a thousand products in one request."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
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
from catalog.api.image_serializers import MAX_EXTERNAL_ID_LENGTH
from catalog.api.products import ProductInput, make_spec
from catalog.models import Product
from catalog.products.specs import ProductChange, ProductSpec, WrittenProduct
from core.api.names import check_fields
from core.api.parsers import BulkJSONParser
from core.errors import DomainError
from tenants.api.base import TenantAPIView
from tenants.api.idempotency import idempotent
from tenants.models import Scope

ACTIONS = ("put", "patch", "delete")
RESULTS = (*(change.value for change in ProductChange), "deleted")


class BulkProductInput(ProductInput):
    """A product to write or to delete."""

    external_id = serializers.CharField(max_length=MAX_EXTERNAL_ID_LENGTH)
    action = serializers.ChoiceField(
        choices=ACTIONS,
        default="put",
        help_text="`put` replaces the product or adds it, `patch` changes what it names.",
    )

    class Meta(ProductInput.Meta):
        fields = ("external_id", "action", *ProductInput.Meta.fields)


class ProductsBulkInput(serializers.Serializer[Any]):
    products = serializers.ListField(child=BulkProductInput(), min_length=1, max_length=MAX_ROWS)


class BulkProductResult(RowResultSerializer):
    """What became of a product."""

    external_id = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(choices=RESULTS)


class BulkProductResults(serializers.Serializer[Any]):
    """The results, in the order of the request."""

    results = BulkProductResult(many=True)


BULK_EXAMPLE = OpenApiExample(
    "A price, a new product, and one that goes",
    {
        "products": [
            {
                "action": "patch",
                "external_id": "DR-1042",
                "variants": [{"sku": "DR-1042-38", "price": "69.90", "currency": "EUR"}],
            },
            {"action": "put", "external_id": "SH-7", "name": "Linen shirt"},
            {"action": "delete", "external_id": "SH-6"},
        ]
    },
    request_only=True,
)


class ProductsBulkView(TenantAPIView):
    """Changes of many products at once."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    parser_classes = (BulkJSONParser,)

    @extend_schema(
        summary="Add, change and delete up to 1,000 products",
        description="Each has its own result: one that fails stops no other. Deletions come "
        "first, and each id may come once.",
        tags=["catalogue"],
        request=ProductsBulkInput,
        responses=BulkProductResults,
        examples=[BULK_EXAMPLE],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        check_fields(ProductsBulkInput(data=leave_rows(request.data, "products")))
        rows = read_rows(request.data, "products")
        return Response({"results": BulkWrite(self.shop).run(rows)})


class BulkWrite:
    """The rows of one request, checked one by one and written together."""

    def __init__(self, shop: Any) -> None:
        context: dict[str, Any] = {"found_facets": {}}
        self._shop = shop
        self._whole = BulkProductInput(context=context)
        self._part = BulkProductInput(partial=True, context=context)
        self._specs: dict[int, ProductSpec] = {}
        self._deleted: dict[int, str] = {}
        self._ids: set[str] = set()

    def run(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Return the result of each row."""
        results = [
            try_row(partial(self._read, number, row), external_id=_read_id(row))
            for number, row in enumerate(rows)
        ]
        with transaction.atomic():
            gone = self._delete()
            written = services.upsert_products(shop=self._shop, specs=list(self._specs.values()))
        for number, external_id in self._deleted.items():
            if external_id not in gone:
                results[number] |= _fail("not_found", "There is no product with this id.")
        for number, result in zip(self._specs, written, strict=True):
            results[number] |= _describe(result)
        return results

    def _read(self, number: int, row: Any) -> dict[str, Any]:
        is_partial = isinstance(row, Mapping) and row.get("action") in ("patch", "delete")
        fields = validate_row(self._part if is_partial else self._whole, row)
        external_id, action = fields.pop("external_id", ""), fields.pop("action", "put")
        if not external_id:
            raise serializers.ValidationError({"external_id": ["Name the product."]}, "required")
        if external_id in self._ids:
            raise DomainError("An earlier row has the same id: use each once.", code="id_repeated")
        self._ids.add(external_id)
        if action == "delete":
            if fields:
                raise DomainError("A row that deletes has no other fields.", code="unknown_field")
            self._deleted[number] = external_id
            return {"result": "deleted"}
        self._specs[number] = make_spec(external_id, fields, is_partial=action == "patch")
        return {"result": ProductChange.UNCHANGED.value}

    def _delete(self) -> set[str]:
        """Delete products; return the ids of those that were there."""
        found = Product.objects.filter(external_id__in=self._deleted.values())
        ids = dict(found.values_list("pk", "external_id"))
        services.delete_products(shop_id=self._shop.pk, product_ids=list(ids))
        return set(ids.values())


def _read_id(row: Any) -> str | None:
    found = row.get("external_id") if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else None


def _describe(written: WrittenProduct) -> dict[str, Any]:
    if written.change is ProductChange.FAILED:
        return _fail(written.code, written.detail)
    return {"result": written.change.value}


def _fail(code: str, detail: str) -> dict[str, Any]:
    return {"result": ProductChange.FAILED.value, "problem": {"code": code, "detail": detail}}
