"""Plain SQL as `pg_dump` writes it: blocks of COPY, or statements of INSERT.

https://www.postgresql.org/docs/current/sql-copy.html specifies the text format of COPY. Statements
are split and their literals read; nothing is executed.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.feeds.text import read_text, split_lines
from stylist.legacy.sources.rows import (
    MAX_ROW_LENGTH,
    BrokenRow,
    LegacyRow,
    is_table,
    make_row,
    make_too_long,
)

END_OF_COPY = r"\."
_NAME = r'(?:"(?:[^"]|"")*"|[\w$]+)'
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME})?)"
_COLUMNS = rf"(?:\((?P<columns>{_NAME}(?:, ?{_NAME})*)\) ?)?"
_COPY = re.compile(rf"COPY {_TABLE} {_COLUMNS}FROM stdin;")
_CREATE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?{_TABLE} \(")
_INSERT = re.compile(
    rf"INSERT INTO {_TABLE} {_COLUMNS}(?:OVERRIDING \w+ VALUE )?VALUES\s*", re.IGNORECASE
)
_COLUMN = re.compile(rf"\s*({_NAME}) ")
_CONSTRAINT = re.compile(r"\s*(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE)\b")
# A literal, an optional cast, and what follows it.
_VALUE = re.compile(
    r"\s*(?:(?P<null>NULL\b)|E?'(?P<text>(?:[^']++|'')*+)'|(?P<bare>[^\s,()':]++))"
    r"(?:::[\w \"\[\]]+)?\s*(?P<end>[,)])",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*,\s*")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(slots=True)
class _Statement:
    """An INSERT of one or more lines, up to `MAX_ROW_LENGTH`."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    is_in_text: bool = False

    def add(self, line: str) -> bool:
        """Add a line, and return whether it ends the statement."""
        if line.count("'") % 2:
            self.is_in_text = not self.is_in_text
        self.length += len(line) + 1
        if self.length <= MAX_ROW_LENGTH:
            self.parts.append(line)
        else:
            self.parts = []
        return not self.is_in_text and line.rstrip().endswith(";")


@dataclass(frozen=True, slots=True)
class SqlDump:
    """A dump, which each call of `read` reads from the start."""

    path: Path

    def read(self, tables: Collection[str]) -> Iterator[LegacyRow | BrokenRow]:
        columns: dict[str, list[str]] = {}
        number = 0
        is_inserting = False
        with self.path.open("rb") as file:
            lines = split_lines(read_text(file))
            for line in lines:
                if line is None:
                    if is_inserting:
                        number += 1
                        yield make_too_long(number)
                elif found := _CREATE.match(line):
                    columns[found["table"]] = _read_column_names(lines)
                elif found := _COPY.fullmatch(line):
                    is_wanted = is_table(found["table"], tables)
                    names = _split_names(found["columns"]) or columns.get(found["table"], [])
                    for row in _read_block(lines, names, number):
                        if is_wanted:
                            number = row.number
                            yield row
                elif found := _INSERT.match(line):
                    text = _read_statement(line, lines)
                    if is_inserting := is_table(found["table"], tables):
                        names = _split_names(found["columns"]) or columns.get(found["table"], [])
                        for row in _read_values(text, names, number):
                            number = row.number
                            yield row


def _read_column_names(lines: Iterator[str | None]) -> list[str]:
    """Return the columns of a statement CREATE TABLE, of which the first line was read."""
    names = []
    for line in lines:
        if line is None or line.startswith(")"):
            break
        if not _CONSTRAINT.match(line) and (found := _COLUMN.match(line)):
            names.append(found[1].strip('"'))
    return names


def _split_names(text: str | None) -> list[str]:
    return [name.strip('"') for name in re.findall(_NAME, text or "")]


def _read_block(
    lines: Iterator[str | None], names: Sequence[str], number: int
) -> Iterator[LegacyRow | BrokenRow]:
    """Yield the rows of a block of COPY, numbered after `number`."""
    for line in lines:
        if line == END_OF_COPY:
            return
        number += 1
        if line is None:
            yield make_too_long(number)
        else:
            yield make_row(number, names, [_unescape(cell) for cell in line.split("\t")])


def _unescape(cell: str) -> str | None:
    if cell == r"\N":
        return None
    return _ESCAPE.sub(_replace_escape, cell) if "\\" in cell else cell


def _replace_escape(found: re.Match[str]) -> str:
    text = found[1]
    if text[0] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    if text.isdigit():
        return chr(int(text, 8) & 0xFF)
    return _ESCAPES.get(text, text)


def _read_statement(first: str, lines: Iterator[str | None]) -> str | None:
    """Return a whole statement; None if it is too long, or has no end."""
    statement = _Statement()
    line: str | None = first
    while line is not None and not statement.add(line):
        line = next(lines, None)
    return "\n".join(statement.parts) if line is not None and statement.parts else None


def _read_values(
    text: str | None, names: Sequence[str], number: int
) -> Iterator[LegacyRow | BrokenRow]:
    """Yield the rows of an INSERT, numbered after `number`."""
    found = _INSERT.match(text) if text else None
    if text is None or found is None:
        yield make_too_long(number + 1)
        return
    place = found.end()
    while text.startswith("(", place):
        number += 1
        values: list[str | None] = []
        place += 1
        while (value := _VALUE.match(text, place)) and value["end"] == ",":
            values.append(_read_value(value))
            place = value.end()
        if value is None:
            detail = "A value is no literal; dump the table again, without --inserts."
            yield BrokenRow(number, "value_unreadable", detail)
            return
        values.append(_read_value(value))
        yield make_row(number, names or [str(place) for place in range(len(values))], values)
        place = value.end()
        separator = _SEPARATOR.match(text, place)
        place = separator.end() if separator else len(text)


def _read_value(found: re.Match[str]) -> str | None:
    if found["null"]:
        return None
    return found["bare"] if found["text"] is None else found["text"].replace("''", "'")
