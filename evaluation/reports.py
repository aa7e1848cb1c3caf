"""Reports of an evaluation: tables for people, JSON for programs."""

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.statistics import Figure


def render(tables: Iterable[Table], remarks: Iterable[str], *, width: int) -> str:
    """Return the tables as plain text, followed by one line for each remark."""
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    for table in tables:
        console.print(table)
    for remark in remarks:
        console.print(remark, markup=False, highlight=False, soft_wrap=True)
    return out.getvalue()


def format_figure(figure: Figure | None, *, digits: int = 2) -> str:
    """Return a figure with its interval in brackets; empty for None."""
    if figure is None:
        return ""
    value = f"{figure.value:.{digits}f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:.2f}, {figure.high:.2f}]"


def write_json(figures: Mapping[str, Any], path: Path) -> None:
    """Write figures as JSON."""
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
