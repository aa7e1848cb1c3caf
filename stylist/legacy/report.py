"""Counts and problems of an import; the counts are small, and problems go out one by one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class LegacyOutcome(StrEnum):
    """What became of a row, or of a photo; a row may be added and have a problem as well."""

    ADDED = "added"
    LINKED = "to be fetched by link"
    KNOWN = "there already"
    LEFT_OUT = "left out"
    PROBLEM = "with a problem"


@dataclass(frozen=True, slots=True)
class LegacyProblem:
    """A row that was not imported, or not in whole: where it is, a stable code, and the reason."""

    table: str
    row: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LegacyReport:
    """What an import did. `send` gets every problem; `notes` are for the person who started it."""

    send: Callable[[LegacyProblem], None]
    counts: Counter[tuple[str, LegacyOutcome]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def count(self, table: str, outcome: LegacyOutcome, number: int = 1) -> None:
        if number:
            self.counts[table, outcome] += number

    def add_problem(self, table: str, row: int, code: str, detail: str) -> None:
        self.count(table, LegacyOutcome.PROBLEM)
        self.send(LegacyProblem(table, row, code, detail))

    def describe(self) -> list[str]:
        """Return a line for each table, in the order in which they were read."""
        tables = dict.fromkeys(table for table, _ in self.counts)
        return [f"{table}: {self._describe_table(table)}" for table in tables]

    def _describe_table(self, table: str) -> str:
        counted = ((self.counts[table, outcome], outcome) for outcome in LegacyOutcome)
        return ", ".join(f"{number:,} {outcome}" for number, outcome in counted if number)
