"""Read feeds that a test has as text."""

import gzip
import io
from typing import Any

from catalog.feeds.read import read_feed
from catalog.feeds.records import ProductRecord, RowProblem


def make_stream(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode())


def compress(data: bytes) -> bytes:
    """Return compressed data without the time, since it names tests."""
    return gzip.compress(data, mtime=0)


def read_all(text: str | bytes, **options: Any) -> tuple[list[ProductRecord], list[RowProblem]]:
    """Return the products of a feed, and the problems."""
    products, problems = [], []
    for record in read_feed(make_stream(text), **options):
        (products if isinstance(record, ProductRecord) else problems).append(record)
    return products, problems


def read_one(text: str | bytes, **options: Any) -> ProductRecord:
    """Return the only product of a feed without problems."""
    (product,), problems = read_all(text, **options)
    assert problems == []
    return product


def make_table(*rows: dict[str, str], delimiter: str = "\t") -> str:
    """Return a table with all columns that the rows have."""
    titles = list(dict.fromkeys(title for row in rows for title in row))
    lines = [titles, *([row.get(title, "") for title in titles] for row in rows)]
    return "\n".join(delimiter.join(line) for line in lines) + "\n"
