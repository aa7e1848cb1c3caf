"""The common shape of all formats: columns become fields, and rows become products."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from catalog.feeds.drafts import ProductDraft
from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import Place, Row, RowRefused
from catalog.feeds.values import MAX_ID_LENGTH, fold

# Fields for which a shop may choose a column of its feed.
MAPPED_FIELDS = (
    "external_id",
    "sku",
    "name",
    "description",
    "category",
    "styles",
    "age_group",
    "brand",
    "gender",
    "link",
    "status",
    "size",
    "size_system",
    "colour",
    "price",
    "sale_price",
    "currency",
    "availability",
    "stock",
    "image_link",
    "additional_image_link",
)
# Maps to an address in place of a column: what the paths of images are relative to.
IMAGE_BASE = "image_base"
# Columns that may occur several times; the field of each further one is numbered.
REPEATED_FIELDS = ("image_link", "additional_image_link")


class Dialect(ABC):
    """A format: how its columns are called, and how its rows make products.

    `columns` has the field of each title, folded by `fold`. Of each group in `required`, a feed has
    at least one field.
    """

    columns: ClassVar[Mapping[str, str]]
    required: ClassVar[Sequence[tuple[str, ...]]]

    def find_field(self, title: str) -> str:
        """Return the field of a column by its title, "" if the format does not have it."""
        return self.columns.get(fold(title.removeprefix("g:")), "")

    @abstractmethod
    def locate(self, row: Row) -> Place:
        """Return the product that a row belongs to; raises `RowRefused`."""

    @abstractmethod
    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        """Return the product of the rows, in their order; report problems to the draft."""


@dataclass(frozen=True, slots=True)
class Header:
    """The field of each column, "" for one that is not read, and the feed's title of each field."""

    fields: tuple[str, ...]
    titles: Mapping[str, str]


class FieldNames:
    """The fields of columns: those that the shop has chosen, and else those of the format."""

    def __init__(self, dialect: Dialect, mapping: Mapping[str, str]) -> None:
        self.chosen = {field: title for field, title in mapping.items() if field != IMAGE_BASE}
        self._by_title = {fold(title): field for field, title in self.chosen.items()}
        self._dialect = dialect

    def __call__(self, title: str) -> str:
        """Return the field of a column, "" for none."""
        if field := self._by_title.get(fold(title)):
            return field
        field = self._dialect.find_field(title)
        return "" if field in self.chosen else field


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise `FeedUnreadable` if a mapping names fields that do not exist."""
    if unknown := sorted(set(mapping) - {*MAPPED_FIELDS, IMAGE_BASE}):
        raise FeedUnreadable(
            f"The mapping has unknown fields: {', '.join(unknown)}."
            f" Known are {', '.join((*MAPPED_FIELDS, IMAGE_BASE))}.",
            code="mapping_invalid",
        )


def read_header(titles: Sequence[str], dialect: Dialect, mapping: Mapping[str, str]) -> Header:
    """Return what the columns of a table mean; raises `FeedUnreadable` if a needed one is missing.

    The columns of the mapping replace the ones of the format. Of columns with the same field, the
    first one counts.
    """
    find = FieldNames(dialect, mapping)
    folded = {fold(title) for title in titles}
    if missing := [title for title in find.chosen.values() if fold(title) not in folded]:
        raise _columns_missing(missing, titles)
    fields: list[str] = []
    names: dict[str, str] = {}
    for title in titles:
        field = find(title)
        if field in REPEATED_FIELDS and field in names:
            field = f"{field} {len(names)}"
        elif field in names:
            field = ""
        if field:
            names[field] = title
        fields.append(field)
    for group in dialect.required:
        if names.keys().isdisjoint(group):
            wanted = [title for title, field in dialect.columns.items() if field in group]
            raise _columns_missing([" or ".join(wanted)], titles)
    return Header(tuple(fields), names)


def check_id(field: str, value: str) -> str:
    """Return an id that is neither empty nor too long; raises `RowRefused`."""
    if not value:
        raise RowRefused(field, "", "id_missing", "Give every product an id of its own.")
    if len(value) > MAX_ID_LENGTH:
        detail = f"Shorten the id to {MAX_ID_LENGTH} characters."
        raise RowRefused(field, value, "id_too_long", detail)
    return value


def _columns_missing(missing: Sequence[str], titles: Sequence[str]) -> FeedUnreadable:
    found = ", ".join(title for title in titles[:30] if title)
    return FeedUnreadable(
        f"The feed has no column {', '.join(missing)}. It has: {found[:500]}. A mapping can name"
        " other columns.",
        code="feed_columns_missing",
        columns=list(missing),
    )
