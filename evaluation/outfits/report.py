"""What was measured, as a table."""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from evaluation.outfits.harness import Question
from evaluation.search.metrics import Figure

WIDTH = 132
REMARK = (
    "Outfits generated from tables of looks, with noisy tags; not people's outfits. In brackets "
    "95 % intervals."
)


def render_table(questions: Sequence[Question]) -> str:
    """Return each question's figures, a column for each method."""
    table = Table("question", "asked", *questions[0].figures)
    for question in questions:
        cells = [_cell(figure) for figure in question.figures.values()]
        table.add_row(question.name, str(question.count), *cells)
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None)
    console.print(table)
    console.print(REMARK, markup=False, highlight=False, soft_wrap=True)
    return out.getvalue()


def _cell(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.2f}–{figure.high:.2f})"
