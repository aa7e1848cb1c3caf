"""Shape skirts: a-line, pencil, pleated, tiered."""

from itertools import pairwise

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import flip, mirrored, path, spline
from demo.garments.shapes.details.legs import Leg, waistband
from demo.garments.shapes.details.trims import gathered

_ENDS = {"mini": 50.0, "midi": 76.0, "maxi": 98.0}


def skirt(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a skirt: a-line, pencil, pleated or tiered."""
    leg = Leg(waist=12.0)
    end = _ENDS[garment.length or "midi"]
    grow = (end - 14) / 60
    match garment.cut:
        case "pencil":
            body = _pencil(min(end, 78.0), rng)
        case "pleated":
            body = _pleated(end, 13 + 9 * grow)
        case "tiered":
            body = _tiers(end, grow, rng)
        case _:
            body = [
                gathered(
                    top=(12.0, 13.6), bottom=(15.5 + 11 * grow, end), rng=rng, count=6, depth=0.9
                )
            ]
    return [
        *body,
        *waistband(leg, height=3.4),
        Stitches(spline((-11.6, 13.2), (0, 14.6), (11.6, 13.2))),
    ]


def _pencil(end: float, rng: np.random.Generator) -> list[Part]:
    right = path(
        spline((0, 15), (12.0, 13.4)), spline((12.0, 13.4), (16.2, 26), (16.9, 38), (14.8, end)),
        spline((14.8, end), (0, end + 0.9)),
    )  # fmt: skip
    folds = tuple(
        Fold(spline((s * 15.5, y), (s * 8, y + 1.5), (s * 2, y - 1)), 1.5, rng.uniform(0.2, 0.5))
        for s in (-1, 1) for y in rng.uniform(24, 40, 3)
    )  # fmt: skip
    dart = spline((6.2, 14.6), (6.8, 24))
    slit = spline((5.6, end + 0.6), (5.3, end - 14))
    hem = spline((-14.6, end - 2), (0, end - 1.2), (14.6, end - 2))
    return [
        Panel(mirrored(right), folds=folds, bulge=(9, 0.34)),
        Seam(dart),
        Seam(flip(dart)),
        Seam(slit, depth=0.7, width=0.4),
        Stitches(hem),
    ]


def _pleated(end: float, half: float) -> list[Part]:
    """Return knife pleats: narrow panels, each over the one before."""
    parts: list[Part] = []
    edges = np.linspace(-1, 1, 15)
    for left, right in pairwise(edges):
        dip = (1 - left**2) * 1.4, (1 - right**2) * 1.4
        shape = path(
            spline((left * 12, 14 + 0.5 * dip[0]), (right * 12 + 0.2, 14 + 0.5 * dip[1])),
            spline((right * 12 + 0.2, 14 + 0.5 * dip[1]), (right * half + 0.5, end + dip[1])),
            spline((right * half + 0.5, end + dip[1]), (left * half, end + dip[0] - 0.5)),
        )
        crown = Fold(spline((left * 12 + 0.4, 15), (left * half + 0.9, end)), 1.6, 0.5)
        parts.append(
            Panel(shape, edge=0.3, lift=0.2, bulge=(2.4, 0.22), folds=(crown,), grain=-0.1 * left)
        )
    return parts


def _tiers(end: float, grow: float, rng: np.random.Generator) -> list[Part]:
    marks = np.linspace(13.6, end, 4)
    parts: list[Part] = []
    for k in (2, 1, 0):
        top, bottom = 11.8 + 4.4 * grow * k, 14.5 + 5.2 * grow * (k + 1)
        start = float(marks[k]) - (0.0 if k == 0 else 1.5)
        parts.append(
            gathered(
                top=(top, start),
                bottom=(bottom, float(marks[k + 1])),
                rng=rng,
                count=7 + 3 * k,
                depth=0.8,
            )
        )
    return parts
