"""Report of an outfit evaluation: one table."""

from collections.abc import Sequence

from rich.table import Table

from evaluation.outfits.harness import Question
from evaluation.reports import format_figure, render

WIDTH = 132
REMARK = (
    "Outfits generated from tables of looks, with noisy tags; not people's outfits. In brackets "
    "95 % intervals."
)


def render_table(questions: Sequence[Question]) -> str:
    """Return each question's figures, a column for each method."""
    table = Table("question", "asked", *questions[0].figures)
    for question in questions:
        cells = [format_figure(figure, digits=3) for figure in question.figures.values()]
        table.add_row(question.name, str(question.count), *cells)
    return render([table], [REMARK], width=WIDTH)
