"""Plots of the figures, as SVG with text as text."""

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from evaluation.statistics import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

# Label of a group: figure of each series; None leaves a gap.
Groups: TypeAlias = Mapping[str, Mapping[str, Figure | None]]

# Distinguishable with colour blindness (Okabe & Ito).
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#999999"
BAR = 0.27  # height, of the 1 that a group has
ROW, TITLE = 0.6, 1.3  # inches: height of a group, and of title, legend and axis together
PANEL = 7.0  # inches: width of a panel


class PlottingUnavailable(RuntimeError):
    """matplotlib is not installed; it is in the requirements for development."""


def make_canvas(*, panels: int, rows: int) -> "Canvas":
    """Return an empty drawing with panels side by side, high enough for `rows` groups."""
    try:
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise PlottingUnavailable("Plots need matplotlib: pip install matplotlib") from error
    canvas = Canvas(figsize=(PANEL * panels, TITLE + ROW * rows), layout="constrained")
    canvas.subplots(1, panels)
    return canvas


def draw_bars(
    axes: "Axes",
    groups: Groups,
    *,
    title: str,
    colours: Mapping[str, str],
    span: tuple[float, float] = (0, 1),
    labels: Mapping[tuple[str, str], str] | None = None,
) -> None:
    """Draw groups of horizontal bars, top down, with their intervals and their values.

    `colours` are by series, and the legend has them where there are several. `labels` replace the
    values of some bars, by group and series.
    """
    for place, (series, colour) in enumerate(colours.items()):
        offset = (place - (len(colours) - 1) / 2) * BAR
        for row, (group, figures) in enumerate(groups.items()):
            if figure := figures.get(series):
                text = (labels or {}).get((group, series), f"{figure.value:.2f}")
                _draw_bar(axes, row + offset, figure, colour=colour, text=text, start=span[0])
    axes.set_title(title, loc="left")
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_xlim(span[0], span[1] + 0.15 * (span[1] - span[0]))
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if len(colours) > 1:
        axes.legend(handles=_handles(colours), loc="upper left", bbox_to_anchor=(0, -0.08), ncols=3)


def to_svg(canvas: "Canvas") -> str:
    """Return the drawing as an SVG document, the same for the same drawing."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "atelier"}):
        canvas.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _draw_bar(
    axes: "Axes", y: float, figure: Figure, *, colour: str, text: str, start: float
) -> None:
    end = max(figure.value, start)
    axes.barh(y, end - start, BAR * 0.9, left=start, color=colour)
    if figure.low is not None and figure.high is not None:
        end = figure.high
        axes.plot([figure.low, end], [y, y], color="#222222", linewidth=1.5)
    axes.annotate(text, (end, y), xytext=(4, 0), textcoords="offset points", va="center")


def _handles(colours: Mapping[str, str]) -> Iterable[Any]:
    from matplotlib.patches import Patch

    return [Patch(color=colour, label=series) for series, colour in colours.items()]
