"""Report of an evaluation of collaboration: one table."""

from collections.abc import Sequence

from rich.table import Table

from evaluation.collaboration.harness import METHODS, RESULTS, CollaborationFigures
from evaluation.reports import format_figure, render

WIDTH = 132
REMARK = (
    "Generated shoppers with planted tastes, and each one's next choice; not people's events. In "
    "brackets 95 % intervals; the gain is that of each shopper, in NDCG."
)


def render_table(figures: Sequence[CollaborationFigures]) -> str:
    """Return the figures of old and of new products, two rows for each."""
    table = Table("next choice", "shoppers", "figure", *METHODS, "gain")
    for found in figures:
        for name, values in ((f"recall@{RESULTS}", found.recall), (f"NDCG@{RESULTS}", found.ndcg)):
            gain = format_figure(found.gain, digits=4) if values is found.ndcg else ""
            cells = [format_figure(values[method], digits=3) for method in METHODS]
            table.add_row(f"{found.products} products", str(found.shoppers), name, *cells, gain)
    return render([table], [REMARK], width=WIDTH)
