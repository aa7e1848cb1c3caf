"""Report of a search evaluation: a table, a plot and `evaluation.json`."""

from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from evaluation.plots import BLUE, GREY, ORANGE, draw_bars, make_canvas, to_svg
from evaluation.reports import format_figure, render, write_json
from evaluation.search.harness import SearchEvaluation
from evaluation.search.sections import METHODS

WIDTH = 110
COLOURS = dict(zip(METHODS, (BLUE, ORANGE, GREY), strict=True))


def render_table(evaluation: SearchEvaluation) -> str:
    """Return the figures, each with its 95 % interval, followed by the remarks."""
    table = Table("query", "figure", *METHODS)
    for section in evaluation.sections:
        label = f"{section.kind} ({section.queries})"
        for name, figures in section.figures.items():
            if any(figures.values()):
                cells = (format_figure(figures.get(method)) for method in METHODS)
                table.add_row(label, name, *cells)
                label = ""
        table.add_section()
    remarks = [f"{s.kind}: {s.remark}" for s in evaluation.sections if s.remark]
    return render([table], [*remarks, *evaluation.remarks], width=WIDTH)


def plot_ndcg(evaluation: SearchEvaluation) -> str:
    """Return an SVG document with graded NDCG for each kind of query, next to the baselines."""
    name = f"NDCG@{evaluation.k}, graded"
    groups = {
        f"{section.kind} ({section.queries})": section.figures[name]
        for section in evaluation.sections
        if name in section.figures
    }
    canvas = make_canvas(panels=1, rows=len(groups))
    title = f"{name}: {evaluation.shop.name}, {evaluation.images} images"
    draw_bars(canvas.axes[0], groups, title=title, colours=COLOURS)
    return to_svg(canvas)


def write_figures(evaluation: SearchEvaluation, path: Path) -> None:
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
    write_json(whole | {"kinds": kinds}, path)
