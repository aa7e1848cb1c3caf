"""Rows of a feed, with fields of our names in place of the feed's columns."""

from dataclasses import dataclass
from typing import Any, NamedTuple

# Values are texts; those of JSON Lines are whatever JSON has.
Fields = dict[str, Any]
# What begins the field of an attribute.
ATTRIBUTE = "attributes."


class Row(NamedTuple):
    """A row by its number in the file, with its fields that are not empty."""

    number: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: the group of its product, and what only one row may have.

    `ident` is "" if nothing has to be unique. Rows in one of `other_groups` move to `group`.
    """

    group: str
    ident: str = ""
    other_groups: tuple[str, ...] = ()


class RowRefused(Exception):
    """A row that cannot be used."""

    def __init__(self, field: str, value: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.value = value
        self.code = code
        self.detail = detail
