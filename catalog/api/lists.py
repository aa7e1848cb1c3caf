"""Query parameters of the lists of images and products."""

import re
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from catalog.api.filters import (
    FACET_COUNTS_HELP,
    FacetFilterInput,
    leave_out_blanks,
    make_currency_error,
    make_facet_filter,
    make_facets_field,
    serialize_counts,
)
from catalog.models import Image, IndexEntry, Product, VectorIndex
from catalog.search.facet_counts import CountedFacet, count_facets
from catalog.search.filters import FacetFilter
from catalog.search.order import PRICE_DIGITS, SortOrder, annotate_place
from core.api.views import NewestFirst, validate_parameters
from tenants.models import Shop


class CataloguePages(NewestFirst):
    """Pages that may have counts of facets in addition."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the counts; drf-spectacular calls this."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        fields = {
            "value": {"type": "string"},
            "count": {"type": "integer"},
            "up_to": {"type": ["string", "null"]},
        }
        count = {"type": "object", "properties": fields, "required": list(fields)}
        page["properties"]["facets"] = {
            "type": "object",
            "additionalProperties": {"type": "array", "items": count},
            "description": FACET_COUNTS_HELP,
        }
        return page


class CheapestFirst(CataloguePages):
    """Pages of rows that `annotate_place` has annotated."""

    ordering = "place"

    @staticmethod
    def parse_position(text: str) -> object:
        price, _, pk = text.partition(" ")
        if not re.fullmatch(rf"[-~]|[0-9]{{{PRICE_DIGITS}}}", price):
            raise ValueError(text)
        return price, UUID(pk)


class DearestFirst(CheapestFirst):
    ordering = "-place"


class CatalogueListInput(FacetFilterInput):
    """Filters of a list by facets, words, and the shop's own numbers."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1_000,
        help_text="Words in the name, the description or the brand; or the SKU of a variant, or "
        "your own id of the product.",
    )
    sku = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="The SKU of a variant."
    )
    sort = serializers.ChoiceField(
        choices=[order.value for order in SortOrder],
        default=SortOrder.NEWEST.value,
        help_text="`price`: the lowest current price of the variants that match the filters, in "
        "one currency; what has none comes last, also with `-price`, the highest first.",
    )

    @classmethod
    def parse(cls, parameters: QueryDict) -> Self:
        """Return the valid parameters; raises `ValidationError`."""
        parsed = cls(data=leave_out_blanks(parameters))
        validate_parameters(parsed)
        return parsed

    facets = make_facets_field()

    def arrange(self, rows: Any, facets: FacetFilter, variants: Any) -> tuple[Any, CataloguePages]:
        """Return the rows as the pages need them, and the pages.

        `variants` are those of the outer query's row that match the filters. Raises
        `ValidationError` for prices without a currency.
        """
        order, wanted = self.validated_data["sort"], facets.shown_variants
        if order == SortOrder.NEWEST:
            return rows, CataloguePages()
        if not wanted.currencies:
            raise make_currency_error()
        is_descending = order == SortOrder.DEAREST
        placed = annotate_place(rows, wanted, variants, is_descending=is_descending)
        return placed, DearestFirst() if is_descending else CheapestFirst()

    @property
    def counted(self) -> list[CountedFacet]:
        """The facets to count."""
        return list(map(CountedFacet, self.validated_data.get("facets", ())))

    def make_filter(self, shop: Shop) -> FacetFilter:
        wanted = self.validated_data
        facets = make_facet_filter(wanted, shop=shop)
        if "sku" not in wanted:
            return facets
        return replace(facets, variants=replace(facets.variants, skus=(wanted["sku"],)))


class ImageListInput(CatalogueListInput):
    item_group_id = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Your own id of the product."
    )
    status = serializers.ChoiceField(choices=Image.Status.choices, required=False)
    index_state = serializers.ChoiceField(choices=IndexEntry.State.choices, required=False)

    def count(self, images: QuerySet[Image], facets: FacetFilter, shop: Shop) -> dict[str, Any]:
        """Return what the page has of counts: of the products of these images, with the filters."""
        if not self.counted:
            return {}
        among = None
        if not {"q", "item_group_id", "status", "index_state"}.isdisjoint(self.validated_data):
            found = self.narrow(images, FacetFilter(), shop).order_by()
            among = list(found.values_list("product_id", flat=True).distinct())
        counts = count_facets(self.counted, facets, among=among, only_with_images=True)
        return {"facets": serialize_counts(counts)}

    def narrow(self, images: QuerySet[Image], facets: FacetFilter, shop: Shop) -> QuerySet[Image]:
        """Return the images that have what the parameters name, and the facets."""
        wanted: dict[str, Any] = self.validated_data
        found: Any = images.filter(facets.condition())
        if "q" in wanted:
            found = found.matching(wanted["q"], language=shop.language)
        if state := wanted.get("index_state"):
            live = VectorIndex.State.LIVE
            found = found.filter(entries__state=state, entries__index__state=live)
        for name in ("item_group_id", "status"):
            if name in wanted:
                found = found.filter(**{name: wanted[name]})
        narrowed: QuerySet[Image] = found
        return narrowed


class ProductListInput(CatalogueListInput):
    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)

    def count(self, products: QuerySet[Product], facets: FacetFilter, shop: Shop) -> dict[str, Any]:
        """Return what the page has of counts: of these products, with the filters."""
        if not self.counted:
            return {}
        among = None
        if "q" in self.validated_data:
            found = self.narrow(products, FacetFilter(), shop).order_by()
            among = list(found.values_list("pk", flat=True))
        status = self.validated_data.get("status", "")
        counts = count_facets(self.counted, facets, among=among, status=status)
        return {"facets": serialize_counts(counts)}

    def narrow(
        self, products: QuerySet[Product], facets: FacetFilter, shop: Shop
    ) -> QuerySet[Product]:
        """Return the products that have what the parameters name, and the facets."""
        wanted: dict[str, Any] = self.validated_data
        found: Any = products.filter(facets.product_condition())
        if "q" in wanted:
            found = found.matching(wanted["q"], language=shop.language)
        if "status" in wanted:
            found = found.filter(status=wanted["status"])
        narrowed: QuerySet[Product] = found
        return narrowed
