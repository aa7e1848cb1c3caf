"""Collect the rows of each product from anywhere in a feed, outside of memory.

Rows go to a temporary SQLite database without a name, which disappears with its connection, even
if the process is killed. SQLite puts it in the folder that `TMPDIR` names. Products come in the
order of their first rows, so reading the same file again gives the same order.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import NamedTuple, Self

import orjson

from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.rows import Place, Row

BATCH_SIZE = 500
# Of 4 KiB each: about four gigabytes.
MAX_PAGES = 1024 * 1024
MAX_PRODUCT_ROWS = 2_000
MAX_PRODUCT_BYTES = 8 * 1024 * 1024

# Rows are apart from what they are found by: moving and sorting the latter reads little. Nothing is
# flushed to disk or can be rolled back, since the database is made again by reading the feed.
SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -16384;
CREATE TABLE rows (number INTEGER PRIMARY KEY, fields BLOB);
CREATE TABLE places (number INTEGER PRIMARY KEY, product TEXT, ident TEXT);
CREATE TABLE other_names (name TEXT PRIMARY KEY, product TEXT) WITHOUT ROWID;
"""
SORT = """
UPDATE places SET product = other_names.product FROM other_names WHERE name = places.product;
CREATE INDEX places_product ON places (product, number);
CREATE INDEX places_ident ON places (ident, number) WHERE ident <> '';
CREATE TABLE products AS SELECT min(number) AS first, product FROM places GROUP BY product;
CREATE UNIQUE INDEX products_first ON products (first, product);
"""
# `CROSS JOIN` fixes the order of the loops: no step sorts, and rows come one by one.
READ = """
SELECT first, products.product, places.number, fields, ident, ident <> '' AND EXISTS (
    SELECT 1 FROM places AS earlier
    WHERE earlier.ident = places.ident AND earlier.ident <> '' AND earlier.number < places.number
)
FROM products
CROSS JOIN places ON places.product = products.product
CROSS JOIN rows ON rows.number = places.number
ORDER BY first, places.number
"""


class ProductRows(NamedTuple):
    """The rows of a product, and the group that they are in."""

    group: str
    rows: list[Row]


class UnusedRow(NamedTuple):
    """A row whose id an earlier row had, or one beyond the limits of a product if `ident` is ""."""

    group: str
    number: int
    ident: str = ""


class Spool:
    """A temporary table of rows: add all, then read them grouped."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(SCHEMA)
        self._database.execute(f"PRAGMA max_page_count = {MAX_PAGES}")
        self._rows: list[tuple[int, bytes]] = []
        self._places: list[tuple[int, str, str]] = []
        self._other_names: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, row: Row, place: Place) -> None:
        """Store a row; numbers differ."""
        self._rows.append((row.number, orjson.dumps(row.fields)))
        self._places.append((row.number, place.group, place.ident))
        for name in place.other_groups:
            self._other_names.append((name, place.group))
        if len(self._rows) >= BATCH_SIZE:
            self._flush()

    def read_products(self) -> Iterator[ProductRows | UnusedRow]:
        """Yield the rows of each product, in the order of the products' first rows.

        Rows that cannot be used come on their own, before those of their product.
        """
        self._flush()
        with _enough_space():
            self._database.executescript(SORT)
        found = self._database.execute(READ)
        for (_, group), members in groupby(found, key=itemgetter(0, 1)):
            rows: list[Row] = []
            size = 0
            for _, _, number, data, ident, is_repeated in members:
                if is_repeated:
                    yield UnusedRow(group, number, ident)
                    continue
                size += len(data)
                if len(rows) == MAX_PRODUCT_ROWS or size > MAX_PRODUCT_BYTES:
                    yield UnusedRow(group, number)
                else:
                    rows.append(Row(number, orjson.loads(data)))
            if rows:
                yield ProductRows(group, rows)

    def _flush(self) -> None:
        execute = self._database.executemany
        with _enough_space():
            self._database.execute("BEGIN")
            execute("INSERT INTO rows VALUES (?, ?)", self._rows)
            execute("INSERT INTO places VALUES (?, ?, ?)", self._places)
            execute("INSERT OR IGNORE INTO other_names VALUES (?, ?)", self._other_names)
            self._database.execute("COMMIT")
        self._rows, self._places, self._other_names = [], [], []


@contextmanager
def _enough_space() -> Iterator[None]:
    """Raise `FeedUnreadable` if the temporary database cannot grow."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise FeedUnreadable(
            "The feed needs more temporary space than there is. Split it into several.",
            code="feed_too_large",
        ) from error
