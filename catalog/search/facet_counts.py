"""Count the products of each value of a facet, among those that pass a filter.

A facet is counted without its own filter, so that a shopper who chose one value sees the others.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import Category, Product
from catalog.search.facet_table import Column, FacetTable, Mask, get_table
from catalog.search.filters import FacetFilter, VariantFilter
from core.tenancy import scoped_shop_id

# Of one facet, those with the most products.
MAX_FACET_VALUES = 50
MAX_RANGES = 8
MAX_CELLS = 32_000_000  # bytes of a matrix of products and values
STEPS = (1, 2, 5)


class CountedFacet(StrEnum):
    """The facets whose values are counted."""

    CATEGORY = "category"
    BRAND = "brand"
    GENDER = "gender"
    SIZE = "size"
    COLOUR = "colour"
    AVAILABILITY = "availability"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value as filters take it, and the number of products that have it.

    Of prices, `value` is the lowest and `up_to` the highest of a range.
    """

    value: str
    count: int
    up_to: str | None = None


def count_facets(
    wanted: Collection[CountedFacet],
    facets: FacetFilter,
    *,
    among: Collection[UUID] | None = None,
    only_with_images: bool = False,
    status: str = "",
) -> dict[str, list[FacetCount]]:
    """Return the counts of each wanted facet, the most frequent values first, prices in order.

    `among`: ids of the products that count; by default all. Needs the shop's scope.
    """
    table = get_table(scoped_shop_id())
    mask = np.ones(len(table.ids), np.bool_) if among is None else table.match_ids(among)
    if only_with_images:
        mask &= table.has_image
    if status:
        mask &= table.statuses.match(lambda value: value == status)
    others = _leave_columns_out(facets)
    if others.has_conditions:
        found = Product.objects.filter(others.product_condition()).order_by()
        mask &= table.match_ids(found.values_list("pk", flat=True))
    return {name.value: _count(table, name, facets, mask) for name in wanted}


def _leave_columns_out(facets: FacetFilter) -> FacetFilter:
    """Return the part of a filter that Postgres has to evaluate."""
    return replace(
        facets,
        categories=(),
        brands=(),
        genders=(),
        colours=(),
        variants=VariantFilter(skus=facets.variants.skus),
        exclude=(),
        exclude_products=(),
    )


def leave_own_out(facets: FacetFilter, name: CountedFacet) -> FacetFilter:
    """Return the filter without what it says of one facet."""
    variants = facets.variants
    match name:
        case CountedFacet.CATEGORY:
            return replace(facets, categories=())
        case CountedFacet.BRAND:
            return replace(facets, brands=())
        case CountedFacet.GENDER:
            return replace(facets, genders=())
        case CountedFacet.COLOUR:
            return replace(facets, colours=())
        case CountedFacet.SIZE:
            return replace(facets, variants=replace(variants, sizes=()))
        case CountedFacet.AVAILABILITY:
            return replace(facets, variants=replace(variants, availability=()))
        case CountedFacet.PRICE:
            return replace(facets, variants=replace(variants, price_min=None, price_max=None))


def _count(
    table: FacetTable, name: CountedFacet, facets: FacetFilter, mask: Mask
) -> list[FacetCount]:
    rest = leave_own_out(facets, name)
    products = mask & _match_products(table, rest)
    variants = _match_variants(table, rest) & products[table.products]
    if replace(rest.shown_variants, skus=()).has_conditions:
        having = np.zeros(len(products), np.bool_)
        having[table.products[variants]] = True
        products &= having
    if name is CountedFacet.CATEGORY:
        return _sort(_add_to_wider(_count_values(table.categories, products)))
    if name is CountedFacet.BRAND:
        return _sort(_count_values(table.brands, products))
    if name is CountedFacet.GENDER:
        return _sort(_count_values(table.genders, products))
    if name is CountedFacet.PRICE:
        return _count_prices(table, variants & _match_currencies(table, rest.variants.currencies))
    if name is CountedFacet.COLOUR and facets.only_stated:
        variants &= ~table.is_seen
    columns: dict[CountedFacet, Column[Any]] = {
        CountedFacet.SIZE: table.sizes,
        CountedFacet.COLOUR: table.colours,
        CountedFacet.AVAILABILITY: table.availability,
    }
    column = columns[name]
    counts = _count_pairs(table, variants, column.codes[variants], len(column.values))
    return _sort(Counter(dict(zip(map(str, column.values), counts.tolist(), strict=True))))


def _match_products(table: FacetTable, facets: FacetFilter) -> Mask:
    mask = np.ones(len(table.ids), np.bool_)
    if facets.categories:
        categories = frozenset(facets.categories)
        mask &= table.categories.match(lambda pk: pk in categories)
    for column, wanted in ((table.brands, facets.brands), (table.genders, facets.genders)):
        if wanted:
            names = {name.lower() for name in wanted}
            mask &= column.match(lambda name, names=names: name.lower() in names)  # type: ignore[misc]
    return mask


def _match_variants(table: FacetTable, facets: FacetFilter) -> Mask:
    wanted = facets.variants
    mask = np.ones(len(table.products), np.bool_)
    if wanted.sizes:
        sizes = {" ".join(size.lower().split()) for size in wanted.sizes}
        mask &= table.sizes.match(lambda size: not sizes.isdisjoint(size.names))
    if facets.colours:
        colours = {colour.lower() for colour in facets.colours}
        mask &= table.colours.match(lambda colour: colour in colours)
        if facets.only_stated:
            mask &= ~table.is_seen
    if wanted.availability:
        mask &= table.availability.match(lambda value: value in wanted.availability)
    if wanted.price_min is not None:
        mask &= table.cents >= int(wanted.price_min * 100)
    if wanted.price_max is not None:
        mask &= table.cents <= int(wanted.price_max * 100)
    if wanted.price_min is not None or wanted.price_max is not None:
        mask &= _match_currencies(table, wanted.currencies)
    return mask


def _match_currencies(table: FacetTable, currencies: Sequence[str]) -> Mask:
    """Return which variants have a price in one of these currencies."""
    return table.currencies.match(lambda currency: currency in currencies) & (table.cents >= 0)


def _count_values(column: Column[Any], rows: Mask) -> Counter[Any]:
    counts = np.bincount(column.codes[rows], minlength=len(column.values))
    return Counter(dict(zip(column.values, counts.tolist(), strict=True)))


def _count_pairs(
    table: FacetTable, variants: Mask, codes: NDArray[Any], size: int
) -> NDArray[np.int64]:
    """Return of each code below `size` the number of products with a variant that has it."""
    keys = table.products[variants].astype(np.int64) * size + codes
    if len(table.ids) * size > MAX_CELLS:
        return np.bincount(np.unique(keys) % size, minlength=size)
    cells = np.zeros(len(table.ids) * size, np.bool_)
    cells[keys] = True
    return np.asarray(np.count_nonzero(cells.reshape(-1, size), axis=0), np.int64)


def _count_prices(table: FacetTable, variants: Mask) -> list[FacetCount]:
    """Count prices in at most `MAX_RANGES` ranges of equal, round width."""
    cents = table.cents[variants]
    if not len(cents):
        return []
    lowest, highest = int(cents.min()), int(cents.max())
    width = next(
        width
        for power in range(2, 20)
        for width in (step * 10**power for step in STEPS)
        if highest // width - lowest // width < MAX_RANGES
    )
    start = lowest // width
    counts = _count_pairs(table, variants, cents // width - start, highest // width - start + 1)
    return [
        FacetCount(_format(width * number), count, _format(width * (number + 1) - 1))
        for number, count in enumerate(counts.tolist(), start)
        if count
    ]


def _format(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2).quantize(Decimal("0.01")))


def _add_to_wider(counts: Counter[UUID | None]) -> Counter[str]:
    """Count the products of each category and of those below it, by name."""
    rows = Category.objects.visible().values_list("pk", "name", "parent_id")
    known = {pk: (name, parent) for pk, name, parent in rows}
    total: Counter[str] = Counter()
    for category, count in counts.items():
        while category in known:
            name, category = known[category]
            total[name] += count
    return total


def _sort(counts: Counter[str]) -> list[FacetCount]:
    best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    named = [FacetCount(value, count) for value, count in best if value and count]
    return named[:MAX_FACET_VALUES]
