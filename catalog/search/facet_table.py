"""The facets of a shop's products as columns in memory, to count them in milliseconds.

A process caches the tables of the shops that it used last. A table is read again when it is older
than `READS_IN_AGE` times the seconds that reading it took: a fraction of a second in a small shop,
and less than a minute with 100,000 products. So reading costs at most a twentieth of a process.
"""

import time
from array import array
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from threading import Condition
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from core.shop_cache import ShopCache
from core.tenancy import scoped_shop_id

T = TypeVar("T", bound=Hashable)
U = TypeVar("U", bound=Hashable)
Mask = NDArray[np.bool_]
MAX_TABLES = 4  # 100,000 products with 300,000 variants take some 20 MB
READS_IN_AGE = 20
END = "\x1f"  # the unit separator: no name has it


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

    def map(self, convert: Callable[[T], U]) -> "Column[U]":
        """Return the column with every value converted."""
        return Column(self.codes, list(map(convert, self.values)))

    def select(self, rows: Mask) -> "Column[T]":
        return Column(self.codes[rows], self.values)

    def match(self, is_wanted: Callable[[T], bool]) -> Mask:
        """Return which rows have a value that is wanted."""
        wanted = np.fromiter(map(is_wanted, self.values), np.bool_, len(self.values))
        return wanted[self.codes] if len(wanted) else np.zeros(len(self.codes), np.bool_)


@dataclass(frozen=True, slots=True)
class Size:
    """A size as the shop writes it, with its system if it has one."""

    text: str
    system: str

    @classmethod
    def of(cls, parts: tuple[str, str]) -> Self:
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.system} {self.text}".strip()

    @property
    def names(self) -> tuple[str, str]:
        """What filters may call it, in lower case: without and with its system."""
        return self.text.lower(), f"{self.system} {self.text}".lower()


@dataclass(frozen=True, eq=False)
class FacetTable:
    """n products, and m variants.

    `positions`: the number of each product, by its id. `products` int32 (m,): that of each
    variant's product. `cents` int64 (m,): the current price in hundredths, -1 without one.
    `colours` are lower case; where `is_seen` (m,), the variant states none, and a photo of the
    product shows it. `has_image` (n,): whether photos are there.
    """

    positions: dict[str, int]
    categories: Column[str]
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

    def __len__(self) -> int:
        return len(self.positions)

    def match_ids(self, ids: Iterable[UUID]) -> Mask:
        """Return which products have one of these ids."""
        mask = np.zeros(len(self), np.bool_)
        found = (self.positions.get(str(pk)) for pk in ids)
        mask[[position for position in found if position is not None]] = True
        return mask


@dataclass(slots=True)
class _CachedTable:
    table: FacetTable
    read_at: float  # time.monotonic()
    max_age: float  # seconds


_cache: ShopCache[_CachedTable] = ShopCache(MAX_TABLES)
_reading: set[UUID] = set()
_changed = Condition()  # also the lock of `_reading`


def get_table(shop_id: UUID) -> FacetTable:
    """Return the table of the scope's shop.

    One thread reads it. Meanwhile the others use the old one, or wait if there is none.
    """
    with _changed:
        while (table := _find_usable(shop_id)) is None and shop_id in _reading:
            _changed.wait()
        if table is not None:
            return table
        _reading.add(shop_id)
    try:
        start = time.monotonic()
        table = _read()
        now = time.monotonic()
        _cache.set(shop_id, _CachedTable(table, now, READS_IN_AGE * (now - start)))
    finally:
        with _changed:
            _reading.discard(shop_id)
            _changed.notify_all()
    return table


def _find_usable(shop_id: UUID) -> FacetTable | None:
    cached = _cache.get(shop_id)
    if cached is None:
        return None
    is_fresh = time.monotonic() - cached.read_at < cached.max_age
    if not is_fresh and shop_id not in _reading:
        return None
    return cached.table


def _read() -> FacetTable:
    with connection.cursor() as cursor:
        ids, categories, brands, genders, statuses, seen, has_image = _read_columns(
            cursor, _PRODUCTS
        )
        owners, sizes, systems, colours, availability, currencies, cents = _read_columns(
            cursor, _VARIANTS
        )
    positions = {pk: position for position, pk in enumerate(ids)}
    products = np.array([positions.get(pk, -1) for pk in owners], np.int32)
    shown = [
        colour or (seen[product] if product >= 0 else "")
        for colour, product in zip(colours, products.tolist(), strict=True)
    ]
    # Without the variants of products that were added between both statements.
    known = products >= 0
    return FacetTable(
        positions=positions,
        categories=Column.of(categories),
        brands=Column.of(brands, str.lower),
        genders=Column.of(genders, str.lower),
        statuses=Column.of(statuses),
        has_image=np.array([text == "true" for text in has_image], np.bool_),
        products=products[known],
        sizes=Column.of(zip(sizes, systems, strict=True), _fold).map(Size.of).select(known),
        colours=Column.of(shown).select(known),
        is_seen=np.array([not colour for colour in colours], np.bool_)[known],
        availability=Column.of(availability).select(known),
        currencies=Column.of(currencies).select(known),
        cents=np.array(cents, np.int64)[known],
    )


def _fold(size: tuple[str, str]) -> tuple[str, str]:
    return size[0].lower(), size[1].lower()


def _read_columns(cursor: Any, query: str) -> list[list[str]]:
    """Return the columns of a statement that returns each as one text.

    Fetching the rows one by one takes five times as long.
    """
    cursor.execute(query, {"shop": scoped_shop_id(), "end": END})
    return [[] if text is None else text.split(END)[:-1] for text in cursor.fetchone()]


def _join_columns(*columns: str) -> str:
    """Return SQL for all values of each column as one text, with `END` behind each value."""
    texts = (f"string_agg(replace({column}, %(end)s, ' ') || %(end)s, '')" for column in columns)
    return ", ".join(texts)


# The colour of the first photo that shows one surely, of an image that states none.
_PRODUCTS = f"""
    SELECT {
    _join_columns(
        *("product.id::text", "COALESCE(product.category_id::text, '')", "product.brand"),
        *("product.gender", "product.status", "COALESCE(image.colour, '')"),
        "(image.product_id IS NOT NULL)::text",
    )
}
    FROM catalog_product AS product
    LEFT JOIN (
        SELECT image.product_id, (array_agg(facts.colour ORDER BY image.product_position, image.id)
            FILTER (WHERE facts.is_colour_sure AND image.colour = '' AND image.colours = '{{}}'))[1]
            AS colour
        FROM catalog_image AS image
        LEFT JOIN catalog_photofacts AS facts ON facts.image_id = image.id
            AND facts.image_version = image.version
        WHERE image.deleted_at IS NULL AND image.shop_id = %(shop)s
        GROUP BY image.product_id
    ) AS image ON image.product_id = product.id
    WHERE product.shop_id = %(shop)s
"""  # noqa: S608 - the columns are this file's own
_VARIANTS = f"""
    SELECT {
    _join_columns(
        *("product_id::text", "trim(size)", "trim(size_system)", "lower(colour)"),
        *("availability", "currency", "COALESCE(current_price * 100, -1)::bigint::text"),
    )
}
    FROM catalog_variant WHERE shop_id = %(shop)s
"""  # noqa: S608 - the columns are this file's own
