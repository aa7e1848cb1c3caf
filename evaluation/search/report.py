"""What was measured: a table for people, `evaluation.json` for programs."""

import io
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evaluation.search.harness import Evaluation
from evaluation.search.metrics import Figure
from evaluation.search.sections import METHODS

WIDTH = 110


def render_table(evaluation: Evaluation) -> str:
    """Return the figures, each with its 95 % interval, and under them what there is to say."""
    table = Table("query", "figure", *METHODS)
    for section in evaluation.sections:
        label = f"{section.kind} ({section.queries})"
        for name, figures in section.figures.items():
            if any(figures.values()):
                table.add_row(label, name, *(_cell(figures.get(method)) for method in METHODS))
                label = ""
        table.add_section()
    remarks = [f"{s.kind}: {s.remark}" for s in evaluation.sections if s.remark]
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None)
    console.print(table)
    for remark in (*remarks, *evaluation.remarks):
        console.print(remark, markup=False, highlight=False, soft_wrap=True)
    return out.getvalue()


def write_figures(evaluation: Evaluation, path: Path) -> None:
    """Write every figure as JSON: its value, and the ends of its interval or null."""
    kinds = {
        section.kind: {
            "queries": section.queries,
            "figures": {
                name: {method: asdict(figure) for method, figure in figures.items() if figure}
                for name, figures in section.figures.items()
            },
        }
        for section in evaluation.sections
    }
    whole = {"shop": str(evaluation.shop.pk), "images": evaluation.images, "k": evaluation.k}
    path.write_text(json.dumps(whole | {"kinds": kinds}, indent=2) + "\n", "utf-8")


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.low is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
