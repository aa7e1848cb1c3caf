"""The shop, the old system and the ids of rows, which all parts of an import share."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from core.errors import DomainError
from core.storage import StorageUnavailable
from stylist.legacy.photos import PhotoFolder
from stylist.legacy.report import LegacyOutcome, LegacyReport
from stylist.legacy.sources.rows import BrokenRow, LegacyRow, LegacySource
from tenants.models import Shop

T = TypeVar("T")

DATES = ("createdat", "created", "uploadedat", "timestamp", "date", "datetime", "createddate")


class LegacySystem(StrEnum):
    """The systems that Atelier replaces; `docs/api.md` describes them."""

    RECOMMENDER = "recommender"
    FITMATCH = "fitmatch"
    IMAGES = "images"
    QUALITY = "quality"
    STYLIST = "stylist"


class LegacyRowRefused(DomainError):
    """A row cannot be imported; the others can."""

    code = "row_refused"


@dataclass(frozen=True, slots=True)
class LegacyTable:
    """An old table: what the report calls it, and the keys that it has in the systems."""

    title: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class LegacyMove:
    """The import of one system into one shop.

    With `is_dry_run`, all is read and checked, and nothing is written.
    """

    shop: Shop
    system: LegacySystem
    source: LegacySource
    photos: PhotoFolder
    report: LegacyReport
    is_dry_run: bool

    def read(self, table: LegacyTable) -> Iterator[LegacyRow]:
        """Yield the rows of a table; those that cannot be read are reported."""
        for row in self.source.read(table.keys):
            if isinstance(row, BrokenRow):
                self.report.add_problem(table.title, row.number, row.code, row.detail)
            else:
                yield row

    def refuse(self, table: LegacyTable, row: LegacyRow, error: DomainError) -> None:
        """Report that a row is not imported, or not in whole; raise `StorageUnavailable` again."""
        if isinstance(error, StorageUnavailable):
            raise error
        self.report.add_problem(table.title, row.number, error.code, error.message)

    def count(self, table: LegacyTable, outcome: LegacyOutcome, number: int = 1) -> None:
        self.report.count(table.title, outcome, number)

    def read_date(self, row: LegacyRow) -> datetime:
        """Return the date of a row; that of the shop's creation if the table has none.

        Raises `LegacyRowRefused`.
        """
        text = row.find(*DATES)
        return parse_date(text) if text else self.shop.created_at

    def make_id(self, table: LegacyTable, row_id: str, at: datetime) -> UUID:
        """Return the id of what an old row becomes: a UUIDv7 of its date, the same every time."""
        names = (str(self.shop.pk), self.system, table.title, row_id)
        digest = hashlib.sha256("\0".join(names).encode()).digest()
        milliseconds = int(at.timestamp() * 1_000)
        value = milliseconds << 80 | int.from_bytes(digest[:10], "big")
        # RFC 9562, section 5.7: the version and the variant have fixed places.
        value = value & ~(0xF << 76) | 7 << 76
        return UUID(int=value & ~(3 << 62) | 2 << 62)


def split_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of this size; the last one may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def read_row_id(row: LegacyRow, *columns: str) -> str:
    """Return the primary key of a row; raises `LegacyRowRefused`."""
    found = row.find(*columns)
    if not found:
        raise LegacyRowRefused("The row has no id.", code="id_missing")
    return found


def parse_date(text: str) -> datetime:
    """Return a date that Postgres, SQLite or MongoDB wrote, in UTC if it names no zone.

    Raises `LegacyRowRefused`.
    """
    try:
        found = datetime.fromisoformat(text)
        at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise LegacyRowRefused(f"“{text[:40]}” is no date.", code="date_invalid") from error
    if not datetime(1970, 1, 1, tzinfo=UTC) <= at <= timezone.now():
        message = f"“{text[:40]}” is not between 1970 and now."
        raise LegacyRowRefused(message, code="date_invalid")
    return at
