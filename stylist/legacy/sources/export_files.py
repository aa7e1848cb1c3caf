"""Tables as files of their own: CSV as `\\copy` writes it, and JSON as `mongoexport` does.

A file is named after its table, with or without a prefix: `images.csv`, `shop.images.json`.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from catalog.feeds.tables import BrokenRecord, split_records
from catalog.feeds.text import read_sample, read_text, split_lines
from stylist.legacy.sources.rows import (
    MAX_ROW_LENGTH,
    BrokenRow,
    LegacyRow,
    SourceUnreadable,
    is_table,
    make_row,
    make_too_long,
)

SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson")
_BETWEEN_OBJECTS = " \t[],"
_SIGNS = re.compile(r'["{}]')
_TEXT_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ExportFiles:
    """Files of one table each."""

    paths: list[Path]

    @classmethod
    def in_folder(cls, folder: Path) -> "ExportFiles":
        """Return the files of a folder; raises `SourceUnreadable` if there is none."""
        found = sorted(p for p in folder.iterdir() if find_suffix(p) in SUFFIXES and p.is_file())
        if not found:
            names = ", ".join(SUFFIXES)
            raise SourceUnreadable(f"{folder} has no files that end with {names}.")
        return cls(found)

    def read(self, tables: Collection[str]) -> Iterator[LegacyRow | BrokenRow]:
        for path in self.paths:
            suffix = find_suffix(path)
            if is_table(_remove_gzip(path.name).removesuffix(suffix), tables):
                read_rows = _read_csv if suffix == ".csv" else _read_json
                yield from read_rows(path)


def find_suffix(path: Path) -> str:
    """Return how a file's name ends, apart from `.gz`."""
    return Path(_remove_gzip(path.name)).suffix.lower()


def _remove_gzip(name: str) -> str:
    return name.removesuffix(".gz")


def _read_csv(path: Path) -> Iterator[LegacyRow | BrokenRow]:
    with path.open("rb") as file:
        records = (cells for _, cells in split_records(split_lines(read_text(file)), ","))
        names = next(records, [])
        if isinstance(names, BrokenRecord):
            raise SourceUnreadable(f"The names of the columns of {path.name} cannot be read.")
        for number, cells in enumerate(records, 1):
            if isinstance(cells, BrokenRecord):
                yield BrokenRow(number, cells.code, cells.detail)
            else:
                yield make_row(number, names, cells)


def _read_json(path: Path) -> Iterator[LegacyRow | BrokenRow]:
    """Yield the objects of a file: one on each line, or an array of any layout."""
    with path.open("rb") as file:
        first, *others = read_sample(file).lstrip(" \t\n[").split("\n")
        texts: Iterable[str | None]
        if first.strip() != "{" and any(map(_parse, (first, *others[:100]))):
            lines = split_lines(read_text(file))
            texts = (line and line.strip(_BETWEEN_OBJECTS) for line in lines)
        else:
            texts = _split_objects(read_text(file))
        for number, text in enumerate((text for text in texts if text != ""), 1):
            yield _make_json_row(number, text)


def _make_json_row(number: int, text: str | None) -> LegacyRow | BrokenRow:
    if text is None:
        return make_too_long(number)
    found = _parse(text)
    if found is None:
        return BrokenRow(number, "json_invalid", "This is no JSON object.")
    return make_row(number, found.keys(), [_make_text(value) for value in found.values()])


def _parse(text: str) -> dict[str, Any] | None:
    try:
        found = orjson.loads(text.strip(_BETWEEN_OBJECTS))
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _split_objects(chunks: Iterable[str]) -> Iterator[str | None]:
    """Yield the outermost objects of a JSON text, and None for one that is too long or not closed.

    Values between the objects are left out.
    """
    depth, length, is_in_text = 0, 0, False
    parts: list[str] = []
    for chunk in _join_escapes(chunks):
        place = start = 0
        while True:
            if is_in_text:
                closed = _TEXT_END.match(chunk, place)
                if closed is None:
                    break
                place, is_in_text = closed.end(), False
            sign = _SIGNS.search(chunk, place)
            if sign is None:
                break
            place = sign.end()
            if sign[0] == '"':
                is_in_text = True
            elif sign[0] == "{":
                if depth == 0:
                    start, parts, length = sign.start(), [], 0
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0:
                    text = "".join((*parts, chunk[start:place]))
                    yield text if length + place - start <= MAX_ROW_LENGTH else None
        if depth:
            length += len(chunk) - start
            parts = [*parts, chunk[start:]] if length <= MAX_ROW_LENGTH else []
    if depth:
        yield None


def _join_escapes(chunks: Iterable[str]) -> Iterator[str]:
    """Yield pieces of a text, none of which ends within an escape."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        is_split = (len(text) - len(text.rstrip("\\"))) % 2 == 1
        rest = "\\" if is_split else ""
        yield text.removesuffix(rest)


def _make_text(value: Any) -> str | None:
    """Return a JSON value, also MongoDB's extended ones, as the text of a database's column."""
    match value:
        case None:
            return None
        case str():
            return value
        case {"$oid": str(text)} | {"$date": str(text)} | {"$numberLong": str(text)}:
            return text
        case {"$date": {"$numberLong": str(text)}} if text.lstrip("-").isdigit():
            return _make_date(int(text))
        case {"$date": int(number)}:
            return _make_date(number)
        case _:
            return orjson.dumps(value).decode()


def _make_date(milliseconds: int) -> str:
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)
