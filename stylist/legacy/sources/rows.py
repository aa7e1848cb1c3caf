"""Rows of old tables, by the names that tables and columns have in all spellings."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import DomainError

MAX_ROW_LENGTH = 1024 * 1024


class SourceUnreadable(DomainError):
    """A file as a whole cannot be read; problems of single rows do not raise it."""

    code = "source_unreadable"


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """A row of an old table: its number there, from 1, and its values that are not NULL, by key."""

    number: int
    values: Mapping[str, str]

    def find(self, *columns: str) -> str:
        """Return the first value that is not empty, without surrounding space; else ""."""
        found = (self.values.get(column, "").strip() for column in columns)
        return next(filter(None, found), "")


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read: its number in its table, a stable code, and what is wrong."""

    number: int
    code: str
    detail: str


class LegacySource(Protocol):
    """The tables of an old database."""

    def read(self, tables: Collection[str]) -> Iterator[LegacyRow | BrokenRow]:
        """Yield the rows of the tables with one of these keys."""
        ...


def make_name_key(name: str) -> str:
    """Return the key of a table or column: `Category_id`, "CategoryId" and category_id have one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_table(name: str, tables: Collection[str]) -> bool:
    """Return whether a table, with its schema and its app's prefix, has one of these keys."""
    words = re.split(r"[^a-z0-9]+", name.rpartition(".")[2].lower())
    return any("".join(words[start:]) in tables for start in range(len(words)))


def make_row(
    number: int, names: Collection[str], values: Collection[str | None]
) -> LegacyRow | BrokenRow:
    """Return the row with these columns and values."""
    if len(names) != len(values):
        detail = f"The row has {len(values)} values, and the table {len(names)} columns."
        return BrokenRow(number, "values_miscounted", detail)
    found = {
        make_name_key(name): value
        for name, value in zip(names, values, strict=True)
        if value is not None
    }
    if any("\0" in value for value in found.values()):
        return BrokenRow(number, "nul", "A value contains the character NUL.")
    return LegacyRow(number, found)


def make_too_long(number: int) -> BrokenRow:
    detail = f"The row has more than {MAX_ROW_LENGTH:,} characters."
    return BrokenRow(number, "row_too_long", detail)
