"""Report of an evaluation of near-duplicates: one table for each half."""

from rich.table import Table

from evaluation.duplicates.harness import DuplicateFigures
from evaluation.reports import render

WIDTH = 100


def render_figures(figures: DuplicateFigures, *, title: str) -> str:
    """Return the share of each type of pair that counts as near-duplicates."""
    table = Table("second photo", "found", "of", title=title)
    for name, (share, count) in figures.found.items():
        table.add_row(name, f"{share:.3f}", str(count))
    limits = figures.limits
    remark = (
        f"{figures.photos} photos; at most {limits.max_distance} bits, similarity at least "
        f"{limits.min_similarity:.3f}: precision {figures.precision:.3f}, "
        f"recall {figures.recall:.3f}."
    )
    return render([table], [remark], width=WIDTH)
