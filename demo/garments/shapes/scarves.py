"""Shape scarves: looped like around a neck, or folded in half."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Cord, Fold, Panel, Part
from demo.garments.paths import band, mirrored, spline


def scarf(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a scarf: looped like around a neck, or folded in half."""
    trim = "trim" if garment.accent else "plain"
    if garment.cut == "folded":
        return _fall((-12, 14), (-10.4, 84), 19, rng, trim) + _fall(
            (4, 12), (6.4, 78), 19, rng, trim
        )
    back = mirrored(
        spline((0, 8.0), (8.5, 9.6), (15.0, 16.5), (16.4, 25.0), (9.0, 25.5), (0, 21.5))
    )
    wrap = mirrored(
        spline(
            (0, 26.5), (8.5, 24.4), (14.2, 18.6), (17.0, 22.5), (15.6, 32.0), (8.0, 39.6), (0, 41.5)
        )
    )
    folds = tuple(
        Fold(
            spline((-15, 22 + k), (-6, 29.0 + 1.25 * k), (3, 30 + 1.2 * k), (15, 21 + k)),
            1.5,
            rng.uniform(0.5, 1.1),
        )
        for k in (0.5, 3.5, 6.5)
    )
    tails = _fall((-6.4, 34), (-9.4, 88), 13, rng, trim) + _fall(
        (6.6, 34), (8.0, 80), 13, rng, trim
    )
    return [
        Panel(back, tone=0.62, bulge=(5, 0.3)),
        *tails,
        Panel(wrap, bulge=(7, 0.6), lift=0.8, folds=folds, edge=0.5),
    ]


def _fall(
    top: tuple[float, float],
    end: tuple[float, float],
    width: float,
    rng: np.random.Generator,
    trim: str,
) -> list[Part]:
    """Return one hanging end with its fringe."""
    (x, y), (ex, ey) = top, end
    half = width / 2
    bow = rng.uniform(-1.5, 1.5)
    left = spline(
        (x - 0.8 * half, y), (0.5 * (x + ex) - half + bow, 0.5 * (y + ey)), (ex - half, ey)
    )
    right = spline(
        (x + 0.8 * half, y), (0.5 * (x + ex) + half + bow, 0.5 * (y + ey)), (ex + half, ey + 1.0)
    )
    folds = tuple(
        Fold(
            np.stack([left[k] + share * (right[k] - left[k]) for k in range(0, len(left), 4)]),
            1.7,
            depth,
        )
        for share, depth in zip((0.2, 0.5, 0.78), rng.uniform(0.5, 1.1, 3), strict=True)
    )
    parts: list[Part] = []
    for at in np.linspace(-half + 0.4, half - 0.4, round(1.3 * width)):
        start = ex + at, ey - 0.4 + 0.5 * (at + half) / half
        stop = ex + at + rng.uniform(-0.7, 0.7), ey + 7.0 + rng.uniform(-0.8, 0.8)
        parts.append(
            Cord(spline(start, (ex + at + rng.uniform(-0.4, 0.4), ey + 3.5), stop), 0.55, trim)
        )
    return [*parts, Panel(band(left, right), folds=folds, bulge=(4.5, 0.45), lift=0.4, edge=0.4)]
