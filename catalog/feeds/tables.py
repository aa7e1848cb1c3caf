"""Split tables such as CSV and TSV into records, and go on after broken quotes.

A quotation mark that is opened and never closed would swallow the rest of a file. Here it costs one
record: the lines after it are read again as records of their own.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog.feeds.text import MAX_LINE_LENGTH

DELIMITERS = ",\t;|"
QUOTE = '"'


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be split into cells: `code`, what to do, and how it begins."""

    code: str
    detail: str
    text: str = ""


TOO_LONG = BrokenRecord(
    "row_too_long", "Shorten the row: it may have about a million characters at most."
)


class _Lines:
    """Lines that can be given back, to be read again."""

    def __init__(self, lines: Iterable[str | None]) -> None:
        self._lines = iter(lines)
        self._again: deque[str | None] = deque()

    def __iter__(self) -> Iterator[str | None]:
        return self

    def __next__(self) -> str | None:
        return self._again.popleft() if self._again else next(self._lines)

    def give_back(self, lines: list[str | None]) -> None:
        self._again.extendleft(reversed(lines))


def split_records(
    lines: Iterable[str | None], delimiter: str
) -> Iterator[tuple[int, list[str] | BrokenRecord]]:
    """Yield the number of each record, from 1, and its cells. Blank lines count, but are left out.

    A record of several lines has as many cells as the first one, or else its quotes are wrong.
    """
    source = _Lines(lines)
    width = 0
    for number, line in enumerate(source, 1):
        record: list[str] | BrokenRecord
        if line is None:
            record = TOO_LONG
        elif QUOTE not in line:
            record = line.split(delimiter)
        else:
            record = _split_quoted(line, source, delimiter, width)
        if line != "":
            if not width and isinstance(record, list):
                width = len(record)
            yield number, record


def _split_quoted(
    line: str, source: _Lines, delimiter: str, width: int
) -> list[str] | BrokenRecord:
    taken: list[str | None] = []
    is_closed = True

    def feed() -> Iterator[str]:
        nonlocal is_closed
        yield f"{line}\n"
        length = len(line)
        for following in source:
            taken.append(following)
            length += len(following or "")
            if following is None or length > MAX_LINE_LENGTH:
                break
            yield f"{following}\n"
        is_closed = False

    try:
        cells = next(csv.reader(feed(), delimiter=delimiter))
        if taken:
            is_closed = is_closed and _is_strict([line, *taken], delimiter, width)
    except csv.Error:
        source.give_back(taken)
        return BrokenRecord("value_too_long", "Shorten the values of this row.", line)
    if is_closed:
        return cells
    source.give_back(taken)
    return BrokenRecord(
        "quote_not_closed",
        "Close the quotation mark in this row, and write one within a value as two.",
        line,
    )


def _is_strict(lines: list[str | None], delimiter: str, width: int) -> bool:
    """Return whether the lines are one record, with quotation marks at the ends of cells only."""
    try:
        cells = next(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len(cells) == width or not width
