"""The facets of a shop's products as columns in memory, to count them in milliseconds.

A process caches the tables of the shops that it used last. A table is read again when it is older
than `READS_IN_AGE` times the seconds that reading it took: a fraction of a second in a small shop,
and less than a minute with 100,000 products. So reading costs at most a twentieth of a process.
"""

import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from core.tenancy import scoped_shop_id

T = TypeVar("T", bound=Hashable)
Mask = NDArray[np.bool_]
MAX_TABLES = 4  # 100,000 products with 300,000 variants take some 20 MB
READS_IN_AGE = 20


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One value for each row: `codes` int32 (n,), the positions in `values`."""

    codes: NDArray[np.int32]
    values: list[T]

    @classmethod
    def of(cls, values: Iterable[T], key: Callable[[T], Hashable] = lambda value: value) -> Self:
        """Return the column of these values; of those with the same key, the first one counts."""
        known: dict[Hashable, int] = {}
        first: list[T] = []
        codes = array("i")
        for value in values:
            code = known.setdefault(key(value), len(first))
            if code == len(first):
                first.append(value)
            codes.append(code)
        return cls(np.array(codes, np.int32), first)

    def match(self, is_wanted: Callable[[T], bool]) -> Mask:
        """Return which rows have a value that is wanted."""
        wanted = np.fromiter(map(is_wanted, self.values), np.bool_, len(self.values))
        return wanted[self.codes] if len(wanted) else np.zeros(len(self.codes), np.bool_)


@dataclass(frozen=True, slots=True)
class Size:
    """A size as the shop writes it, with its system if it has one."""

    text: str
    system: str

    def __str__(self) -> str:
        return f"{self.system} {self.text}".strip()

    @property
    def names(self) -> tuple[str, str]:
        """What filters may call it, in lower case: without and with its system."""
        return self.text.lower(), f"{self.system} {self.text}".lower()


@dataclass(frozen=True, eq=False)
class FacetTable:
    """n products, and m variants in the order of their products.

    `products` int32 (m,): the position of each variant's product. `cents` int64 (m,): the current
    price in hundredths, -1 without one. `colours` are lower case; where `is_seen` (m,), the variant
    states none, and a photo of the product shows it. `has_image` (n,): whether photos are there.
    """

    ids: list[UUID]
    categories: Column[UUID | None]
    brands: Column[str]
    genders: Column[str]
    statuses: Column[str]
    has_image: Mask
    products: NDArray[np.int32]
    sizes: Column[Size]
    colours: Column[str]
    is_seen: Mask
    availability: Column[str]
    currencies: Column[str]
    cents: NDArray[np.int64]

    @cached_property
    def _positions(self) -> dict[UUID, int]:
        return {pk: position for position, pk in enumerate(self.ids)}

    def match_ids(self, ids: Collection[UUID]) -> Mask:
        """Return which products have one of these ids."""
        mask = np.zeros(len(self.ids), np.bool_)
        mask[[self._positions[pk] for pk in ids if pk in self._positions]] = True
        return mask


@dataclass(slots=True)
class _CachedTable:
    table: FacetTable
    read_at: float  # time.monotonic()
    max_age: float  # seconds


_cache: OrderedDict[UUID, _CachedTable] = OrderedDict()
_lock = Lock()
_reading: set[UUID] = set()


def get_table(shop_id: UUID) -> FacetTable:
    """Return the table of the scope's shop; while a thread reads it again, others use the old."""
    with _lock:
        cached = _cache.get(shop_id)
        is_fresh = cached and time.monotonic() - cached.read_at < cached.max_age
        if cached and (is_fresh or shop_id in _reading):
            _cache.move_to_end(shop_id)
            return cached.table
        _reading.add(shop_id)
    try:
        start = time.monotonic()
        table = _read()
        now = time.monotonic()
    finally:
        with _lock:
            _reading.discard(shop_id)
    with _lock:
        _cache[shop_id] = _CachedTable(table, now, READS_IN_AGE * (now - start))
        _cache.move_to_end(shop_id)
        while len(_cache) > MAX_TABLES:
            _cache.popitem(last=False)
    return table


def _read() -> FacetTable:
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS, [scoped_shop_id()])
        ids, categories, brands, genders, statuses, seen, has_image = _transpose(
            cursor.fetchall(), 7
        )
        cursor.execute(_VARIANTS, [scoped_shop_id()])
        owners, sizes, systems, colours, availability, currencies, cents = _transpose(
            cursor.fetchall(), 7
        )
    positions = {pk: position for position, pk in enumerate(ids)}
    products = np.fromiter((positions.get(pk, -1) for pk in owners), np.int32, len(owners))
    # A product that was added after the first statement.
    known = products >= 0
    is_stated = np.fromiter(map(bool, colours), np.bool_, len(colours))
    shown = [
        colour or seen[product] for colour, product in zip(colours, products.tolist(), strict=True)
    ]
    return FacetTable(
        ids=list(ids),
        categories=Column.of(categories),
        brands=Column.of(brands, str.lower),
        genders=Column.of(genders, str.lower),
        statuses=Column.of(statuses),
        has_image=np.fromiter(has_image, np.bool_, len(ids)),
        products=products[known],
        sizes=_select(Column.of(map(Size, sizes, systems), _name_size), known),
        colours=_select(Column.of(shown), known),
        is_seen=~is_stated[known],
        availability=_select(Column.of(availability), known),
        currencies=_select(Column.of(currencies), known),
        cents=np.fromiter(cents, np.int64, len(cents))[known],
    )


def _name_size(size: Size) -> Hashable:
    return size.names


def _transpose(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _select(column: Column[T], rows: Mask) -> Column[T]:
    return Column(column.codes[rows], column.values)


# The colour of the first photo that shows one surely, of an image that states none.
_PRODUCTS = """
    SELECT product.id, product.category_id, product.brand, product.gender, product.status,
        COALESCE(image.colour, ''), image.product_id IS NOT NULL
    FROM catalog_product AS product
    LEFT JOIN (
        SELECT image.product_id, (array_agg(facts.colour ORDER BY image.product_position, image.id)
            FILTER (WHERE facts.is_colour_sure AND image.colour = '' AND image.colours = '{}'))[1]
            AS colour
        FROM catalog_image AS image
        LEFT JOIN catalog_photofacts AS facts ON facts.image_id = image.id
            AND facts.image_version = image.version
        WHERE image.deleted_at IS NULL
        GROUP BY image.product_id
    ) AS image ON image.product_id = product.id
    WHERE product.shop_id = %s
    ORDER BY product.id
"""
_VARIANTS = """
    SELECT product_id, trim(size), trim(size_system), lower(colour), availability, currency,
        COALESCE(current_price * 100, -1)::bigint
    FROM catalog_variant WHERE shop_id = %s ORDER BY product_id
"""
