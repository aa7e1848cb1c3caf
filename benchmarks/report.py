"""Report of the figures: a table for people, `bench.json` for programs."""

import json
import operator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

COMPARISONS = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal of a figure: at least (`≥`) or at most (`≤`) a value."""

    sign: str
    value: float

    def is_met_by(self, value: float) -> bool:
        return bool(COMPARISONS[self.sign](value, self.value))


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: the median of its runs."""

    name: str
    runs: tuple[float, ...]
    unit: str
    goal: Goal | None = None

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def is_met(self) -> bool | None:
        return self.goal.is_met_by(self.value) if self.goal else None

    def as_json(self) -> dict[str, object]:
        return {
            "value": _shorten(self.value),
            "unit": self.unit,
            "goal": self.goal.value if self.goal else None,
            "met": self.is_met,
        }


@dataclass(slots=True)
class Report:
    """The figures of one run, in the order of measurement."""

    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, *runs: float, unit: str, goal: Goal | None = None) -> None:
        self.rows.append(Row(name, runs, unit, goal))

    def write(self, path: Path) -> None:
        figures = {row.name: row.as_json() for row in self.rows}
        path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")

    def show(self) -> None:
        table = Table("figure", "value", "goal", "met", "runs")
        for name in ("value", "goal"):
            next(c for c in table.columns if c.header == name).justify = "right"
        for row in self.rows:
            goal = f"{row.goal.sign} {row.goal.value:g}" if row.goal else ""
            met = {True: "yes", False: "NO", None: ""}[row.is_met]
            runs = " ".join(f"{_shorten(run):g}" for run in row.runs) if len(row.runs) > 1 else ""
            table.add_row(row.name, f"{_shorten(row.value):g} {row.unit}", goal, met, runs)
        Console().print(table)


def _shorten(value: float) -> float:
    """Round to significant digits."""
    return round(value, 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0)
