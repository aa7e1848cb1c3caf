"""A picture of the figures as SVG: how sure the rankings are, and what enhancement gives back."""

from collections.abc import Iterator
from html import escape

from evaluation.quality.harness import Evaluation

# Told apart by people who do not see every colour (Okabe & Ito).
RANKED, SPOILED, ENHANCED = "#0072b2", "#999999", "#e69f00"
LEFT, PLOT, RIGHT, TOP = 130, 360, 70, 70  # pixels, as is all below
BAR, STEP = 14, 40
PANEL = LEFT + PLOT + RIGHT
MOST_PSNR = 45.0  # dB
LEAST_SHARE = 0.9


def draw_plot(evaluation: Evaluation) -> str:
    """Return an SVG document of two panels side by side; the right one if photos were enhanced."""
    rows = max(len(evaluation.rankings), len(evaluation.restoring))
    bottom = TOP + rows * STEP
    width = PANEL * (2 if evaluation.restoring else 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 40}" '
        f'viewBox="0 0 {width} {bottom + 40}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        *_draw_rankings(evaluation, bottom),
        *_draw_restoring(evaluation, bottom),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _draw_rankings(evaluation: Evaluation, bottom: int) -> Iterator[str]:
    yield _text(16, 24, f"Worse ranked worse, {evaluation.photos} photos", size=15)
    yield from _axis(0, bottom, [(share, f"{share:g}") for share in (0.9, 0.925, 0.95, 0.975, 1)],
                     LEAST_SHARE, 1.0)  # fmt: skip
    for row, (name, ranking) in enumerate(evaluation.rankings.items()):
        y = TOP + row * STEP + (STEP - BAR) // 2
        yield _text(LEFT - 10, y + BAR - 3, name, anchor="end")
        length = _length(ranking.share, LEAST_SHARE, 1.0)
        yield from _bar(LEFT, y, length, RANKED, f"{ranking.share:.3f}")


def _draw_restoring(evaluation: Evaluation, bottom: int) -> Iterator[str]:
    if not evaluation.restoring:
        return
    title = f"PSNR against the original, {evaluation.enhanced} photos"
    yield _text(PANEL + 16, 24, title, size=15)
    for place, (words, colour) in enumerate((("spoiled", SPOILED), ("enhanced", ENHANCED))):
        x = PANEL + LEFT + place * 120
        yield f'<rect x="{x}" y="40" width="12" height="12" fill="{colour}"/>'
        yield _text(x + 18, 50, words)
    yield from _axis(PANEL, bottom, [(db, f"{db} dB") for db in (0, 15, 30, 45)], 0, MOST_PSNR)
    for row, (name, figures) in enumerate(evaluation.restoring.items()):
        y = TOP + row * STEP + (STEP - 2 * BAR) // 2
        yield _text(PANEL + LEFT - 10, y + BAR + 4, name, anchor="end")
        before, after = (_length(v, 0, MOST_PSNR) for v in (figures.spoiled, figures.enhanced))
        yield from _bar(PANEL + LEFT, y, before, SPOILED, f"{figures.spoiled:.1f}")
        words = f"{figures.enhanced:.1f} ({figures.gain:+.0%})"
        yield from _bar(PANEL + LEFT, y + BAR, after, ENHANCED, words)


def _axis(
    start: int, bottom: int, ticks: list[tuple[float, str]], low: float, high: float
) -> Iterator[str]:
    for value, words in ticks:
        x = start + LEFT + _length(value, low, high)
        yield f'<line x1="{x:g}" y1="{TOP - 8}" x2="{x:g}" y2="{bottom}" stroke="#ddd"/>'
        yield _text(x, bottom + 18, words, anchor="middle")


def _bar(x: float, y: float, length: float, colour: str, words: str) -> Iterator[str]:
    yield f'<rect x="{x}" y="{y}" width="{length:g}" height="{BAR}" fill="{colour}"/>'
    yield _text(x + length + 6, y + BAR - 3, words)


def _length(value: float, low: float, high: float) -> float:
    return round(PLOT * min(max((value - low) / (high - low), 0), 1), 1)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
