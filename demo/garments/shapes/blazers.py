"""Shape blazers, and the open fronts that overcoats share."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Panel, Part, Seam
from demo.garments.paths import Points, band, flip, mirrored, path, polygon, shifted, spline
from demo.garments.shapes.details.bodice import Bodice, armhole_seams, drape, fitted
from demo.garments.shapes.details.collars import lapel
from demo.garments.shapes.details.pockets import flap_pocket
from demo.garments.shapes.details.sleeves import (
    Sleeve,
    long_sleeve,
    mirror_panel,
    shoulders,
    sleeve_panel,
)


def open_back(neck: float, bottom: float) -> list[Part]:
    """Return the lining seen through an open front."""
    inside = mirrored(
        path(
            spline((0, 12.2), (0.6 * neck, 11.8), (neck + 0.6, 13)),
            spline((neck + 0.6, 13), (neck + 2, 30), (0, bottom)),
        )
    )
    label = polygon((-2.2, 15.4), (2.2, 15.4), (2.2, 18.2), (-2.2, 18.2))
    collar_inside = band(
        spline(
            (-neck - 0.8, 13.0),
            (-0.55 * neck, 9.2),
            (0, 8.5),
            (0.55 * neck, 9.2),
            (neck + 0.8, 13.0),
        ),
        spline(
            (-neck - 0.2, 14.0),
            (-0.5 * neck, 12.8),
            (0, 12.4),
            (0.5 * neck, 12.8),
            (neck + 0.2, 14.0),
        ),
    )
    return [
        Panel(inside, "lining", tone=0.66, bulge=(4, -0.15)),
        Panel(label, "label", bulge=(1, 0), wrinkles=0),
        Panel(collar_inside, "main", edge=0.3, lift=0.3, bulge=(2, 0.3), wrinkles=0.2),
    ]


def _front_half(bodice: Bodice, *, overlap: float, low: float, cutaway: float) -> Points:
    """Return the right front of an open garment: it crosses the middle by `overlap`."""
    hx, hy = bodice.hem
    edge = -overlap
    return path(
        spline((bodice.neck, bodice.neck_y), bodice.shoulder),
        bodice.armhole(),
        bodice.side(),
        spline(
            (hx, hy),
            (0.5 * hx, hy + 1.4),
            (cutaway + 2.0, hy + 1.2),
            (edge + 0.6 * cutaway, hy - 1.6 * cutaway),
            (edge, hy - 4.2 * cutaway),
        ),
        spline((edge, hy - 4.2 * cutaway), (edge, low)),
        spline(
            (edge, low),
            (0.5 * (bodice.neck + edge), 0.5 * (low + bodice.neck_y)),
            (bodice.neck, bodice.neck_y),
        ),
    )


def open_fronts(
    bodice: Bodice, sleeve: Sleeve, rng: np.random.Generator, *, overlap: float, low: float,
    cutaway: float = 0.0, strength: float = 0.7,
) -> list[Part]:  # fmt: skip
    """Return sleeves and two fronts, the viewer's right one on top."""
    half = _front_half(bodice, overlap=overlap, low=low, cutaway=cutaway)
    body = shoulders(replace(bodice, depth=3.0, neckline="round neck"), sleeve)
    folds = drape(bodice, rng, strength=strength)
    parts: list[Part] = [
        sleeve_panel(sleeve, rng, side=side, strength=strength) for side in (-1, 1)
    ]
    left = Panel(
        half,
        body=flip(body),
        folds=tuple(replace(f, curve=flip(f.curve)) for f in folds),
        edge=0.35,
    )
    parts += [mirror_panel(left), Panel(half, body=body, folds=folds, edge=0.45, lift=0.25)]
    return [*parts, *armhole_seams(bodice)]


def blazer(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a blazer with notched lapels, or with peaked ones and two rows of buttons."""
    base = Bodice(
        neck=7.0, neck_y=13.0, shoulder=(19.6, 17.0), armpit=(18.2, 36.0), waist=(16.6, 49.0),
        hem=(18.8, 73.0),
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neck=7.0)
    sleeve = long_sleeve(bodice, width=1.1, end=70.5)
    double = garment.cut == "double-breasted"
    low, overlap = (42.0, 5.6) if double else (45.0, 1.5)
    parts = open_back(7.0, low + 1)
    parts += open_fronts(
        bodice, sleeve, rng, overlap=overlap, low=low, cutaway=0.0 if double else 2.2
    )
    parts += flap_pocket(x=11.2, y=55.0) + _chest_welt()
    pair = lapel(neck=6.6, low=low, overlap=-overlap, width=7.6 if double else 6.6, peak=double)
    parts += [*(mirror_panel(panel) for panel in pair), *pair]
    for side in (-1, 1):
        parts += _sleeve_buttons(sleeve, side)
    for side in (1, -1):
        dart = spline((9.6, 38), (9.0, 47), (9.4, 54)) * (side, 1)
        parts.append(Seam(dart, depth=0.25))
    if double:
        rows = [(x, y) for y in (low + 1.5, low + 9.5) for x in (-4.2, 4.2)]
        rows += [(-5.6, low - 6.5), (5.6, low - 6.5)]
    else:
        rows = [(0.0, low + 1.4), (0.0, low + 10.4)]
    return [*parts, *(Button(x, y, 0.95) for x, y in rows)]


def _chest_welt() -> list[Part]:
    shape = polygon((8.6, 35.0), (14.8, 34.0), (14.9, 36.0), (8.7, 37.0))
    return [
        Panel(shape, edge=0.3, lift=0.2, bulge=(1, 0.06), wrinkles=0.2, laid=True),
        Seam(shape[:2], depth=0.5),
    ]


def _sleeve_buttons(sleeve: Sleeve, side: int) -> list[Part]:
    outer, inner = np.array(sleeve.rungs[-1][0]), np.array(sleeve.rungs[-1][1])
    at = outer + 0.22 * (inner - outer)
    steps = (shifted(at, 0.06 * k, -1.8 - 1.9 * k) for k in range(3))
    return [Button(float(side * x), float(y), 0.55) for x, y in steps]
