"""The prices that lists and answers are sorted by."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Subquery

from catalog.models import Image
from catalog.search.filters import VariantFilter


def read_prices(image_ids: Collection[UUID], wanted: VariantFilter) -> dict[UUID, Decimal]:
    """Return the lowest current price of the variants that each image shows and that match.

    Prices in another currency than `wanted.currencies` do not count. Needs the shop's scope.
    """
    images = Image.objects.filter(pk__in=image_ids)
    priced = images.annotate(lowest=select_lowest_price(wanted, wanted.select_of_images()))
    return dict(priced.exclude(lowest=None).order_by().values_list("pk", "lowest"))


def select_lowest_price(wanted: VariantFilter, variants: Any) -> Subquery:
    """Return the lowest current price of these variants in one of the wanted currencies."""
    priced = variants.filter(currency__in=wanted.currencies, current_price__isnull=False)
    return Subquery(priced.order_by("current_price").values("current_price")[:1])
