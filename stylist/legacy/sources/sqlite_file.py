"""The tables of an SQLite file, opened for reading only."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from stylist.legacy.sources.rows import (
    MAX_ROW_LENGTH,
    BrokenRow,
    LegacyRow,
    SourceUnreadable,
    is_table,
    make_row,
    make_too_long,
)

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """An SQLite file. Views and virtual tables, which could run code, are not read.

    A value ends at its first NUL, as the functions of SQLite see it.
    """

    path: Path

    def read(self, tables: Collection[str]) -> Iterator[LegacyRow | BrokenRow]:
        address = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.text_factory = _decode
                names = [name for (name,) in connection.execute(TABLES)]
                for name in names:
                    if is_table(name, tables):
                        yield from _read_table(connection, name)
        except sqlite3.Error as error:
            raise SourceUnreadable(f"{self.path.name} cannot be read: {error}.") from error


def _read_table(connection: sqlite3.Connection, table: str) -> Iterator[LegacyRow | BrokenRow]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({_quote(table)})")]
    # A longer value is cut within SQLite, so that it takes no memory here.
    cells = ", ".join(f"substr({_quote(name)}, 1, {MAX_ROW_LENGTH + 1})" for name in columns)
    rows = connection.execute(f"SELECT {cells} FROM {_quote(table)}")  # noqa: S608 - quoted
    for number, values in enumerate(rows, 1):
        texts = [value if isinstance(value, str) else None for value in values]
        if sum(len(text) for text in texts if text) > MAX_ROW_LENGTH:
            yield make_too_long(number)
        else:
            yield make_row(number, columns, texts)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
