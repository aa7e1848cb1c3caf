"""Shape totes, handbags and backpacks."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Cord, Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import (
    Point,
    Points,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    shifted,
    spline,
)


def bag(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a tote, a handbag or a backpack."""
    return {"tote": _tote, "handbag": _handbag, "backpack": _backpack}[garment.cut or "tote"](
        garment, rng
    )


def _handle(*right: Point) -> Points:
    """Return an arch over the middle, given its right half from the foot up."""
    return spline(*right, *((-x, y) for x, y in right[-2::-1]))


def _tote(garment: Garment, rng: np.random.Generator) -> list[Part]:
    front = mirrored(
        path(
            spline((0, 34), (19.4, 33.2)),
            spline((19.4, 33.2), (20.4, 52), (19.6, 74)),
            spline((19.6, 74), (17.6, 76.2), (0, 76.8)),
        )
    )
    inside = mirrored(path(spline((0, 31.4), (19.0, 32.6)), spline((19.4, 33.2), (0, 36.4))))
    handle = _handle((9.6, 42), (9.4, 26), (6.6, 14.0), (0, 9.4))
    folds = tuple(
        Fold(spline((x, 37), (x + lean, 55), (x + 0.4 * lean, 73)), 2.6, depth)
        for x, lean, depth in zip(
            rng.uniform(-15, 15, 5), rng.uniform(-4, 4, 5), rng.uniform(-0.8, 0.9, 5), strict=True
        )
    )
    trim = "trim" if garment.accent else "plain"
    parts: list[Part] = [
        Cord(shifted(handle, 0, -1.6), 2.2, "lining"),
        Panel(inside, "lining", tone=0.5),
    ]
    parts += [
        Panel(front, folds=folds, bulge=(6, 0.35), edge=0.4),
        Stitches(spline((-19.2, 35.4), (0, 36.2), (19.2, 35.4))),
    ]
    parts += [Cord(handle, 2.4, trim)]
    for x in (-9.6, 9.6):
        patch = polygon((x - 1.4, 36.8), (x + 1.4, 36.8), (x + 1.4, 43.4), (x - 1.4, 43.4))
        parts += [
            Panel(patch, trim, edge=0.4, lift=0.6, bulge=(1, 0.2), wrinkles=0, laid=True),
            Stitches(shifted(patch[[0, 1, 2, 3, 0]] * (0.97, 0.985), 0.03 * x, 0.6)),
        ]
    return parts


def _handbag(garment: Garment, rng: np.random.Generator) -> list[Part]:
    body = mirrored(
        path(
            spline((0, 38), (19, 38.6)),
            spline((19, 38.6), (22.4, 50), (23.6, 70)),
            spline((23.6, 70), (21.8, 74.2), (0, 74.8)),
        )
    )
    flap = mirrored(
        path(
            spline((0, 37), (19.4, 37.6)),
            spline((19.4, 37.6), (21.2, 46), (19.4, 55), (10, 59.6), (0, 60.4)),
        )
    )
    handle = _handle((16.4, 40), (16.8, 24), (11, 13.6), (0, 10.4))
    trim = "trim" if garment.accent else "plain"
    edge = flap[2:58]
    parts: list[Part] = [
        Cord(handle, 2.0, trim),
        Panel(body, bulge=(7, 0.5), edge=0.5),
        Stitches(offset(body[2:70], by=1.0)),
    ]
    parts += [
        Panel(flap, bulge=(7, 0.35), lift=0.7, edge=0.6),
        Stitches(offset(edge, by=1.0)),
        Stitches(flip(offset(edge, by=1.0))),
    ]
    parts += [Button(side * 16.4, 40.2, 1.5, "brass", holes=False) for side in (-1, 1)]
    clasp = path(
        spline((-2.6, 56.6), (2.6, 56.6)),
        spline((2.6, 56.6), (2.4, 63.4), (0, 64.4), (-2.4, 63.4), (-2.6, 56.6)),
    )
    return [
        *parts,
        Panel(clasp, "brass", lift=0.8, edge=0.4, bulge=(2, 0.4), wrinkles=0, laid=True),
        Button(0, 60.4, 0.8, "metal", holes=False),
    ]


def _backpack(garment: Garment, rng: np.random.Generator) -> list[Part]:
    body = mirrored(
        path(
            spline((0, 18), (11, 19), (17.6, 26), (19, 40), (19.6, 66)),
            spline((19.6, 66), (18, 74), (10, 75.6), (0, 75.8)),
        )
    )
    pocket = mirrored(
        path(
            spline((0, 48.4), (12.4, 48.8), (14.6, 51.2)),
            spline((14.6, 51.2), (15, 66), (13.4, 71.2), (0, 71.8)),
        )
    )
    trim = "trim" if garment.accent else "plain"
    loop = spline((-4.2, 19), (-3.4, 12.4), (0, 11), (3.4, 12.4), (4.2, 19))
    zip_line = spline(
        (-17.2, 40), (-15.4, 27.4), (-8.6, 22.6), (0, 21.8), (8.6, 22.6), (15.4, 27.4), (17.2, 40)
    )
    pouch_zip = spline((-13.4, 53.4), (0, 52.6), (13.4, 53.4))
    straps = [spline((s * 14, 24), (s * 23, 36), (s * 23.4, 56), (s * 18.6, 70)) for s in (-1, 1)]
    parts: list[Part] = [*(Cord(strap, 3.2, "plain") for strap in straps), Cord(loop, 1.8, trim)]
    parts += [
        Panel(body, bulge=(9, 0.5), edge=0.5),
        Seam(zip_line, depth=0.6, width=0.9),
        Stitches(zip_line, "metal"),
        Stitches(offset(zip_line, by=1.3)),
        Stitches(offset(zip_line, by=-1.3)),
    ]
    parts += [
        Panel(pocket, bulge=(5, 0.4), lift=0.8, edge=0.5),
        Seam(pouch_zip, depth=0.5, width=0.8),
        Stitches(pouch_zip, "metal"),
    ]
    parts += [
        Cord(spline((13, 53.4), (13.8, 58.4)), 0.9, trim),
        Cord(spline((16.9, 39), (17.6, 44)), 0.9, trim),
    ]
    badge = polygon((-4.2, 31), (4.2, 31), (4.2, 36.4), (-4.2, 36.4))
    return [
        *parts,
        Panel(
            badge,
            trim if garment.accent else "wood",
            edge=0.3,
            lift=0.2,
            bulge=(1.4, 0.1),
            wrinkles=0,
            laid=True,
        ),
        Stitches(shifted(badge[[0, 1, 2, 3, 0]] * (0.9, 0.97), 0, 1.0)),
    ]
