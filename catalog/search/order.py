"""The order of lists of images and products."""

from enum import StrEnum
from typing import Any

from django.db.models import BigIntegerField, CharField, Value
from django.db.models.functions import Cast, Coalesce, Collate, Concat, LPad

from catalog.search.filters import VariantFilter
from catalog.search.prices import select_lowest_price

PRICE_DIGITS = 13


class SortOrder(StrEnum):
    """The orders of lists; of prices, the lowest current one counts."""

    NEWEST = "newest"
    PRICE = "price"
    DEAREST = "-price"


def annotate_place(rows: Any, wanted: VariantFilter, variants: Any, *, is_descending: bool) -> Any:
    """Annotate rows with `place`, a unique text that sorts as their prices do.

    `variants` are those that count, of the outer query's row. Rows with the same price are sorted
    by age. Rows without a price come last in both directions.
    """
    cents = Cast(select_lowest_price(wanted, variants) * Value(100), BigIntegerField())
    digits = LPad(Cast(cents, CharField()), PRICE_DIGITS, Value("0"))
    # Before and behind all digits, as bytes are sorted.
    last = Value("-" if is_descending else "~")
    place = Concat(Coalesce(digits, last), Value(" "), Cast("pk", CharField()))
    return rows.annotate(place=Collate(place, "C"))
