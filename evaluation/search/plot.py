"""A picture of the figures: graded NDCG by kind of query, with baselines and intervals, as SVG."""

from collections.abc import Iterator
from html import escape

from evaluation.search.harness import Evaluation
from evaluation.search.metrics import Figure
from evaluation.search.sections import METHODS

# Told apart by people who do not see every colour (Okabe & Ito), and by their order.
COLOURS = dict(zip(METHODS, ("#0072b2", "#e69f00", "#999999"), strict=True))
LEFT, PLOT, RIGHT, TOP = 200, 480, 60, 70  # pixels, as is all below
BAR, GAP, GROUP_GAP = 14, 2, 18


def draw_plot(evaluation: Evaluation) -> str:
    """Return an SVG document with a group of bars for each kind of query that has an NDCG."""
    name = f"NDCG@{evaluation.k}, graded"
    groups = [(s, s.figures[name]) for s in evaluation.sections if name in s.figures]
    step = len(METHODS) * (BAR + GAP) + GROUP_GAP
    bottom, width = TOP + len(groups) * step, LEFT + PLOT + RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 40}" '
        f'viewBox="0 0 {width} {bottom + 40}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(16, 24, f"{name}: {evaluation.shop.name}, {evaluation.images} images", size=15),
        *_legend(),
        *_axis(bottom),
    ]
    for row, (section, figures) in enumerate(groups):
        top = TOP + row * step
        middle = top + step // 2 - GROUP_GAP // 2 + 4
        parts.append(_text(LEFT - 12, middle, f"{section.kind} ({section.queries})", anchor="end"))
        for place, method in enumerate(METHODS):
            if figure := figures.get(method):
                parts += _bar(top + place * (BAR + GAP), figure, COLOURS[method])
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> Iterator[str]:
    for place, (method, colour) in enumerate(COLOURS.items()):
        x = LEFT + place * 120
        yield f'<rect x="{x}" y="40" width="12" height="12" fill="{colour}"/>'
        yield _text(x + 18, 50, method)


def _axis(bottom: int) -> Iterator[str]:
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = _x(tick)
        yield f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{bottom}" stroke="#ddd"/>'
        yield _text(x, bottom + 18, f"{tick:g}", anchor="middle")


def _bar(y: int, figure: Figure, colour: str) -> Iterator[str]:
    """Yield a bar, the line of its interval, and its value."""
    width, middle = _x(figure.value) - LEFT, y + BAR / 2
    yield f'<rect x="{LEFT}" y="{y}" width="{width:g}" height="{BAR}" fill="{colour}"/>'
    end = figure.value
    if figure.low is not None and figure.high is not None:
        end = figure.high
        yield (
            f'<line x1="{_x(figure.low)}" y1="{middle:g}" x2="{_x(end)}" y2="{middle:g}" '
            'stroke="#222" stroke-width="1.5"/>'
        )
    yield _text(_x(end) + 6, y + BAR - 3, f"{figure.value:.2f}")


def _x(share: float) -> float:
    return round(LEFT + share * PLOT, 1)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
