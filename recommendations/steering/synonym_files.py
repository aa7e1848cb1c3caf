"""Synonyms as a file: CSV with a header, or JSON Lines with one synonym a line."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

import orjson

from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.recognition import find_delimiter, read_start
from catalog.feeds.tables import BrokenRecord, split_records
from catalog.feeds.text import read_text, split_lines
from catalog.feeds.values import parse_flag, remove_escape
from core.api.csv import escape_formula
from core.text import normalize
from recommendations.models import Synonym
from recommendations.steering.synonyms import SynonymProblem, SynonymRow, find_fault

COLUMNS = ("phrase", "meaning", "is_two_way")
MAX_ROWS = 10_000
NO_OBJECT = "Write one JSON object a line, with the texts `phrase` and `meaning`."
NO_FLAG = "`is_two_way` is true or false."


class _Refused(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def read_synonym_file(stream: BinaryIO) -> tuple[list[SynonymRow], list[SynonymProblem]]:
    """Return the synonyms of a file, and the problems of its other rows.

    Raises `FeedUnreadable`, also for more than `MAX_ROWS` rows.
    """
    sample = read_start(stream)
    lines = split_lines(read_text(stream))
    is_table = not sample.lstrip().startswith("{")
    records = _read_table(sample, lines) if is_table else _read_objects(lines)
    rows: list[SynonymRow] = []
    problems: list[SynonymProblem] = []
    for number, record in islice(records, MAX_ROWS + 1):
        if len(rows) + len(problems) == MAX_ROWS:
            raise FeedUnreadable(f"Send at most {MAX_ROWS:,} rows in a file.", code="too_many_rows")
        try:
            rows.append(_make_row(number, record))
        except _Refused as error:
            problems.append(SynonymProblem(number, error.code, error.detail))
    return rows, problems


def write_csv(synonyms: Iterable[Synonym]) -> str:
    """Return synonyms as CSV, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([escape_formula(value) for value in _values(row)] for row in synonyms)
    return out.getvalue()


def write_json_lines(synonyms: Iterable[Synonym]) -> str:
    """Return synonyms as JSON Lines."""
    records = (dict(zip(COLUMNS, _values(row), strict=True)) for row in synonyms)
    return "".join(f"{orjson.dumps(record).decode()}\n" for record in records)


def _values(synonym: Synonym) -> tuple[str, str, Any]:
    return synonym.phrase, synonym.meaning, synonym.is_two_way


def _read_table(
    sample: str, lines: Iterable[str | None]
) -> Iterator[tuple[int, Mapping[str, Any] | _Refused]]:
    """Yield the rows after the header by the names of their columns, in any order."""
    delimiter = find_delimiter(sample, COLUMNS)
    titles: list[str] = []
    for number, record in split_records(lines, delimiter):
        if isinstance(record, BrokenRecord):
            yield number, _Refused(record.code, record.detail)
        elif not titles:
            titles = [cell.strip().lower() for cell in record]
            if not {"phrase", "meaning"} <= set(titles):
                detail = f"The first row needs the columns {', '.join(COLUMNS)}."
                raise FeedUnreadable(detail)
        else:
            cells = map(remove_escape, record)
            yield number, dict(zip(titles, cells, strict=False))


def _read_objects(
    lines: Iterable[str | None],
) -> Iterator[tuple[int, Mapping[str, Any] | _Refused]]:
    for number, line in enumerate(lines, 1):
        if line == "":
            continue
        try:
            record = orjson.loads(line or "")
        except orjson.JSONDecodeError:
            record = None
        yield number, record if isinstance(record, dict) else _Refused("invalid", NO_OBJECT)


def _make_row(number: int, record: Mapping[str, Any] | _Refused) -> SynonymRow:
    if isinstance(record, _Refused):
        raise record
    phrase, meaning, flag = (record.get(name) or "" for name in COLUMNS)
    if not isinstance(phrase, str) or not isinstance(meaning, str):
        raise _Refused("invalid", NO_OBJECT)
    is_two_way = flag if isinstance(flag, bool) else parse_flag(str(flag)) if flag else False
    if is_two_way is None:
        raise _Refused("invalid", NO_FLAG)
    phrase, meaning = (normalize(text.strip()) for text in (phrase, meaning))
    if fault := find_fault(phrase=phrase, meaning=meaning):
        raise _Refused(fault.code, f"`{fault.field}`: {fault.detail}")
    return SynonymRow(number, phrase, meaning, is_two_way)
