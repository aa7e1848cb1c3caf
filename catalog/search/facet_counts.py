"""Count the products of each value of a facet, among those that pass a filter.

A facet is counted without its own filter, so that a shopper who chose one value sees the others.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
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


# Of products; the others are of variants.
PRODUCT_FACETS = frozenset((CountedFacet.CATEGORY, CountedFacet.BRAND, CountedFacet.GENDER))


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
    matches = Matches(_match_columns(table, facets), _match_others(table, facets))
    if among is not None:
        matches.others.append(table.match_ids(among))
    if only_with_images:
        matches.others.append(table.has_image)
    if status:
        matches.others.append(table.statuses.match(lambda value: value == status))
    return {name.value: _count(table, name, facets, matches) for name in wanted}


@dataclass(frozen=True, slots=True)
class Matches:
    """Which rows of a table pass each part of a filter: by facet, and all other parts.

    Those of `PRODUCT_FACETS` and of `others` are of products, the rest of variants.
    """

    by_facet: dict[CountedFacet, Mask]
    others: list[Mask]

    def select_products(self, left_out: CountedFacet) -> Mask | None:
        """Return the products that pass all but one facet; None if all do."""
        own = [mask for name, mask in self.by_facet.items() if name in PRODUCT_FACETS - {left_out}]
        return _combine([*own, *self.others])

    def select_variants(self, left_out: CountedFacet) -> Mask | None:
        """Return the variants that pass all but one facet; None if all do."""
        skipped = PRODUCT_FACETS | {left_out}
        return _combine([mask for name, mask in self.by_facet.items() if name not in skipped])


def _combine(masks: Sequence[Mask]) -> Mask | None:
    return reduce(np.logical_and, masks) if masks else None


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
    table: FacetTable, name: CountedFacet, facets: FacetFilter, matches: Matches
) -> list[FacetCount]:
    products, variants = matches.select_products(name), matches.select_variants(name)
    if name in PRODUCT_FACETS:
        if variants is not None:
            having = np.zeros(len(table), np.bool_)
            having[table.products[variants]] = True
            products = having if products is None else products & having
        return _sort(_count_values(table, name, products))
    if products is not None:
        shown = products[table.products]
        variants = shown if variants is None else variants & shown
    if name is CountedFacet.PRICE:
        priced = _match_currencies(table, facets.variants.currencies)
        return _count_prices(table, priced if variants is None else variants & priced)
    if name is CountedFacet.COLOUR and facets.only_stated:
        variants = ~table.is_seen if variants is None else variants & ~table.is_seen
    columns: dict[CountedFacet, Column[Any]] = {
        CountedFacet.SIZE: table.sizes,
        CountedFacet.COLOUR: table.colours,
        CountedFacet.AVAILABILITY: table.availability,
    }
    column = columns[name]
    codes = column.codes if variants is None else column.codes[variants]
    owners = table.products if variants is None else table.products[variants]
    counts = _count_pairs(len(table), owners, codes, len(column.values))
    total: Counter[str] = Counter()
    for value, count in zip(column.values, counts.tolist(), strict=True):
        total[str(value)] += count
    return _sort(total)


def _match_others(table: FacetTable, facets: FacetFilter) -> list[Mask]:
    """Return which products pass the part of a filter that the table has no columns for."""
    others = _leave_columns_out(facets)
    if not others.has_conditions:
        return []
    found = Product.objects.filter(others.product_condition()).order_by()
    return [table.match_ids(found.values_list("pk", flat=True))]


def _match_columns(table: FacetTable, facets: FacetFilter) -> dict[CountedFacet, Mask]:
    """Return which rows pass each part of a filter."""
    found, wanted = {}, facets.variants
    if facets.categories:
        categories = frozenset(map(str, facets.categories))
        found[CountedFacet.CATEGORY] = table.categories.match(categories.__contains__)
    if facets.brands:
        found[CountedFacet.BRAND] = _match_names(table.brands, facets.brands)
    if facets.genders:
        found[CountedFacet.GENDER] = _match_names(table.genders, facets.genders)
    if facets.colours:
        colours = _match_names(table.colours, facets.colours)
        found[CountedFacet.COLOUR] = colours & ~table.is_seen if facets.only_stated else colours
    if wanted.sizes:
        sizes = {" ".join(size.lower().split()) for size in wanted.sizes}
        found[CountedFacet.SIZE] = table.sizes.match(lambda size: not sizes.isdisjoint(size.names))
    if wanted.availability:
        values = frozenset(wanted.availability)
        found[CountedFacet.AVAILABILITY] = table.availability.match(values.__contains__)
    if wanted.price_min is not None or wanted.price_max is not None:
        prices = _match_currencies(table, wanted.currencies)
        if wanted.price_min is not None:
            prices &= table.cents >= int(wanted.price_min * 100)
        if wanted.price_max is not None:
            prices &= table.cents <= int(wanted.price_max * 100)
        found[CountedFacet.PRICE] = prices
    return found


def _match_names(column: Column[str], wanted: Sequence[str]) -> Mask:
    names = {name.lower() for name in wanted}
    return column.match(lambda name: name.lower() in names)


def _match_currencies(table: FacetTable, currencies: Sequence[str]) -> Mask:
    """Return which variants have a price in one of these currencies."""
    return table.currencies.match(lambda currency: currency in currencies) & (table.cents >= 0)


def _count_values(table: FacetTable, name: CountedFacet, products: Mask | None) -> Counter[str]:
    columns = {
        CountedFacet.CATEGORY: table.categories,
        CountedFacet.BRAND: table.brands,
        CountedFacet.GENDER: table.genders,
    }
    column = columns[name]
    codes = column.codes if products is None else column.codes[products]
    counts = np.bincount(codes, minlength=len(column.values))
    found = Counter(dict(zip(column.values, counts.tolist(), strict=True)))
    return _add_to_wider(found) if name is CountedFacet.CATEGORY else found


def _count_pairs(
    products: int, owners: NDArray[np.int32], codes: NDArray[Any], size: int
) -> NDArray[np.int64]:
    """Return of each code below `size` how many owners have it; owners are below `products`."""
    if products * size > MAX_CELLS:
        keys = np.unique(owners.astype(np.int64) * size + codes)
        return np.bincount(keys % size, minlength=size)
    cells = np.zeros((size, products), np.bool_)
    cells[codes, owners] = True
    return np.asarray(np.count_nonzero(cells, axis=1), np.int64)


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
    owners, codes = table.products[variants], cents // width - start
    counts = _count_pairs(len(table), owners, codes, highest // width - start + 1)
    return [
        FacetCount(_format(width * number), count, _format(width * (number + 1) - 1))
        for number, count in enumerate(counts.tolist(), start)
        if count
    ]


def _format(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2).quantize(Decimal("0.01")))


def _add_to_wider(counts: Counter[str]) -> Counter[str]:
    """Count the products of each category and of those below it, by name."""
    rows = Category.objects.visible().values_list("pk", "name", "parent_id")
    known = {str(pk): (name, str(parent)) for pk, name, parent in rows}
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
