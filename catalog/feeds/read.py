"""Read a feed of any format: the products in it, and the problems of its rows.

    for record in read_feed(stream, default_currency="EUR"):
        ...  # ProductRecord or RowProblem

Memory does not grow with the file: rows wait in a temporary file until all rows of their product
have come. One bad row never stops the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

import orjson

from catalog.feeds.dialect import (
    IMAGE_BASE,
    Dialect,
    FieldNames,
    Header,
    check_mapping,
    read_header,
)
from catalog.feeds.drafts import FeedSettings, ProductDraft
from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.recognition import DIALECTS, FeedFormat, find_delimiter, read_start, recognise
from catalog.feeds.records import ProductRecord, RowProblem
from catalog.feeds.rows import Row, RowRefused
from catalog.feeds.spool import MAX_PRODUCT_ROWS, ProductRows, Spool, UnusedRow
from catalog.feeds.tables import BrokenRecord, split_records
from catalog.feeds.text import read_text, split_lines
from catalog.feeds.xml_items import split_items
from core.text import normalize_all

__all__ = ["FeedFormat", "FeedUnreadable", "read_feed", "recognise"]

Records = Iterator[Row | RowProblem]


def read_feed(
    stream: BinaryIO,
    *,
    format: FeedFormat | None = None,
    mapping: Mapping[str, str] | None = None,
    default_currency: str = "",
) -> Iterator[ProductRecord | RowProblem]:
    """Yield the products of a seekable stream in the order of their first rows, and problems.

    The format is recognised if it is not named. `mapping` names the feed's column for fields of
    `catalog.feeds.dialect.MAPPED_FIELDS`. Raises `FeedUnreadable`.
    """
    mapping = mapping or {}
    check_mapping(mapping)
    sample = read_start(stream)
    format = format or _recognise(stream, sample, mapping)
    dialect = DIALECTS[format]()
    records, titles = _open(stream, sample, format, dialect, mapping)
    base = mapping.get(IMAGE_BASE, "")
    settings = FeedSettings(titles, default_currency.upper(), base and f"{base.rstrip('/')}/")
    with Spool() as spool:
        yield from _fill(spool, records, dialect, settings)
        for found in spool.read_products():
            if isinstance(found, UnusedRow):
                yield _describe_unused(found)
            else:
                yield from _assemble(found, dialect, settings)


def _recognise(stream: BinaryIO, sample: str, mapping: Mapping[str, str]) -> FeedFormat:
    try:
        return recognise(stream)
    except FeedUnreadable as error:
        # With its columns named, any table is one of our fields.
        is_table = sample.lstrip()[0] not in "<["
        if error.code == "feed_format_unknown" and mapping and is_table:
            return FeedFormat.CSV
        raise


def _open(
    stream: BinaryIO,
    sample: str,
    format: FeedFormat,
    dialect: Dialect,
    mapping: Mapping[str, str],
) -> tuple[Records, Mapping[str, str]]:
    """Return the rows of a feed, and what it calls their fields."""
    match format:
        case FeedFormat.GOOGLE_XML:
            names = FieldNames(dialect, mapping)
            titles = {field: title.replace(" ", "_") for title, field in dialect.columns.items()}
            return _read_items(stream, names), titles | names.chosen
        case FeedFormat.JSON_LINES:
            names = FieldNames(dialect, mapping)
            return _read_objects(stream, names), names.chosen
        case _:
            records = split_records(
                split_lines(read_text(stream)), find_delimiter(sample, list(mapping.values()))
            )
            header = _read_titles(records, dialect, mapping)
            return _read_rows(records, header), header.titles


def _read_titles(
    records: Iterator[tuple[int, list[str] | BrokenRecord]],
    dialect: Dialect,
    mapping: Mapping[str, str],
) -> Header:
    _, titles = next(records, (1, []))
    if isinstance(titles, BrokenRecord):
        raise FeedUnreadable(
            "The first row, with the names of the columns, cannot be read.",
            code="feed_columns_missing",
        )
    return read_header([title.strip() for title in titles], dialect, mapping)


def _read_rows(records: Iterator[tuple[int, list[str] | BrokenRecord]], header: Header) -> Records:
    """Yield the rows of a table."""
    columns = [(place, field) for place, field in enumerate(header.fields) if field]
    width = len(header.fields)
    for number, cells in records:
        if isinstance(cells, BrokenRecord):
            yield RowProblem(number, "", cells.text, cells.code, cells.detail)
            continue
        if len(cells) < width:
            # Some programs leave out the empty cells at the end of a row.
            cells += [""] * (width - len(cells))
        elif len(cells) > width and any(cells[width:]):
            yield _too_many_cells(number, cells, width)
            continue
        fields = {field: cell for place, field in columns if (cell := cells[place].strip())}
        if fields:
            yield Row(number, normalize_all(fields))


def _too_many_cells(number: int, cells: Sequence[str], width: int) -> RowProblem:
    return RowProblem(
        number,
        "",
        " ".join(cells[width:]),
        "too_many_cells",
        f"The row has {len(cells)} cells, and the header {width}: put values that contain the"
        " delimiter in quotation marks.",
    )


def _read_items(stream: BinaryIO, names: FieldNames) -> Records:
    """Yield the rows of RSS and Atom."""
    fields: dict[str, str] = {}
    for number, item in split_items(read_text(stream)):
        if isinstance(item, BrokenRecord):
            yield RowProblem(number, "", item.text, item.code, item.detail)
            continue
        row: dict[str, str] = {}
        for tag, text in item.items():
            if tag not in fields:
                fields[tag] = names(tag)
            if field := fields[tag]:
                row.setdefault(field, text)
        yield Row(number, normalize_all(row))


def _read_objects(stream: BinaryIO, names: FieldNames) -> Records:
    """Yield the rows of JSON Lines."""
    for number, line in enumerate(split_lines(read_text(stream)), 1):
        if line is None:
            yield RowProblem(number, "", "", "row_too_long", "Shorten the line to a megabyte.")
        elif line and not line.isspace():
            try:
                fields = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield RowProblem(number, "", line, "json_invalid", f"Correct the JSON: {error}.")
                continue
            if not isinstance(fields, dict):
                yield RowProblem(number, "", line, "json_invalid", "Write an object on each line.")
                continue
            chosen = {
                field: fields[title] for field, title in names.chosen.items() if title in fields
            }
            yield Row(number, normalize_all(fields | chosen))


def _fill(
    spool: Spool, records: Records, dialect: Dialect, settings: FeedSettings
) -> Iterator[RowProblem]:
    """Store all rows; yield the problems of those that belong to no product."""
    for row in records:
        if isinstance(row, RowProblem):
            yield replace(row, lost_rows=1)
            continue
        try:
            spool.add(row, dialect.locate(row))
        except RowRefused as error:
            yield replace(_describe(row.number, error, settings), lost_rows=1)


def _assemble(
    found: ProductRows, dialect: Dialect, settings: FeedSettings
) -> Iterator[ProductRecord | RowProblem]:
    """Yield the problems of a product's rows, then the product if there is one."""
    first = found.rows[0]
    names = (found.group, first.fields.get("external_id"), first.fields.get("sku"))
    draft = ProductDraft(settings)
    product: ProductRecord | None = None
    try:
        product = dialect.assemble(found.rows, draft)
    except RowRefused as error:
        draft.problems.append(_describe(first.number, error, settings))
    if product is None and draft.problems:
        # What the whole product is left out for comes last.
        draft.problems[-1] = replace(
            draft.problems[-1],
            lost_rows=len(found.rows),
            lost_ids=tuple(dict.fromkeys(str(name) for name in names if name)),
        )
    yield from draft.problems
    if product:
        yield product


def _describe_unused(row: UnusedRow) -> RowProblem:
    if row.ident:
        detail = "An earlier row has the same id: use each once."
        shown = row.ident.replace("\t", " ")
        return RowProblem(row.number, "", shown, "id_repeated", detail, 1, (row.group,))
    detail = f"A product may have {MAX_PRODUCT_ROWS:,} rows, and about 8 MB."
    return RowProblem(row.number, "", "", "product_too_large", detail, 1, (row.group,))


def _describe(row: int, error: RowRefused, settings: FeedSettings) -> RowProblem:
    column = settings.titles.get(error.field, error.field)
    return RowProblem(row, column, error.value, error.code, str(error))
