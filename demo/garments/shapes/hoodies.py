"""Shape hoodies: pulled on, or with a zip."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Cord, Fold, Panel, Part, Stitches
from demo.garments.paths import band, flip, mirrored, path, shifted, spline
from demo.garments.shapes.details.bodice import rib_hem
from demo.garments.shapes.details.sleeves import cuff, long_sleeve, sleeves_and_body
from demo.garments.shapes.details.trims import zip_front
from demo.garments.shapes.knitwear import knit_bodice


def hoodie(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a hoodie with a pouch pocket, or with a zip and two pockets."""
    bodice = replace(knit_bodice(garment), depth=9.0, neck=9.0, neckline="round neck")
    sleeve = long_sleeve(bodice, width=1.18, gather=5.0)
    parts = _hood_back() + sleeves_and_body(bodice, sleeve, rng, strength=1.25)
    bottom = bodice.hem[1]
    is_zip = garment.cut == "zip"
    parts += _pouch(bottom - 4.4, split=is_zip) + rib_hem(bodice)
    if is_zip:
        parts += zip_front(top=22.0, bottom=bottom + 0.6)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.0)
    return parts + _hood_front(garment)


def _hood_back() -> list[Part]:
    shape = mirrored(spline((0, 1.0), (6.5, 1.6), (10.4, 6.0), (10.8, 12.5), (10.2, 19.0), (0, 24)))
    inside = mirrored(spline((0, 5.0), (4.4, 5.6), (7.0, 9.5), (6.8, 15), (0, 26)))
    return [
        Panel(shape, "plain", bulge=(5.0, 0.5), edge=0.4),
        Panel(inside, "lining", bulge=(4.0, -0.35), tone=0.55, wrinkles=0.6),
        Panel(
            mirrored(path(spline((0, 16.2), (1.7, 16.2)), spline((1.7, 18.6), (0, 18.6)))),
            "label",
            tone=0.6,
            bulge=(1, 0),
            wrinkles=0,
        ),
    ]


def _hood_front(garment: Garment) -> list[Part]:
    """Return the hood's two sides crossing under the chin, and the drawstrings."""
    edge = spline((0, 5.0), (4.6, 5.6), (7.2, 9.6), (6.4, 15.5), (3.2, 20.5), (-0.8, 24.5))
    outer = spline(
        (0, 1.0), (6.5, 1.6), (10.4, 6.0), (11.4, 12.5), (10.2, 19.0), (5.0, 24.5), (-0.8, 27.0)
    )
    hem = shifted(edge + np.linspace(0, 1, len(edge))[:, None] * 0, 0.9, 0.4)
    folds = (
        Fold(spline((8.8, 6), (9.4, 12), (7.2, 19)), 1.6, 0.5),
        Fold(spline((9.8, 15), (7, 21), (3, 24)), 1.3, 0.5),
    )
    right = band(edge, outer)
    left = shifted(flip(right), 0, 0.2)
    mirrored_folds = tuple(replace(fold, curve=flip(fold.curve)) for fold in folds)
    strings: list[Part] = []
    cloth = "trim" if garment.accent else "white" if garment.seed % 2 else "plain"
    for side, far in ((-1, 40.0), (1, 38.2)):
        curve = spline((side * 3.3, 21.6), (side * 3.9, 27), (side * 3.4, 33), (side * 3.8, far))
        strings += [Cord(curve, 0.75, cloth), Cord(shifted(curve[-4:], 0, 0.6), 0.95, "metal")]
    return [
        Panel(left, "plain", folds=mirrored_folds, bulge=(3.0, 0.35), edge=0.4, lift=0.3),
        Panel(right, "plain", folds=folds, bulge=(3.0, 0.35), edge=0.4, lift=0.5),
        Stitches(flip(hem)[6:]), Stitches(hem[6:]), *strings,
    ]  # fmt: skip


def _pouch(bottom: float, *, split: bool) -> list[Part]:
    inner = 0.9 if split else 0.0
    top = bottom - 15.5
    right = path(
        spline((inner, top), (7.6, top)), spline((7.6, top), (9.2, top + 5.0), (13.0, top + 10.0)),
        spline((13.0, top + 10.0), (13.2, bottom)), spline((13.2, bottom), (inner, bottom + 0.4)),
    )  # fmt: skip
    opening = spline((7.6, top), (9.2, top + 5.0), (13.0, top + 10.0))
    stitches: list[Part] = []
    for side in (shifted(opening, -0.7, 0.2), shifted(flip(opening), 0.7, 0.2)):
        stitches += [Stitches(side), Stitches(shifted(side, -(0.5 * np.sign(side[0, 0])), 0))]
    top_line = spline((-7.4, top + 0.5), (7.4, top + 0.5))
    shapes = [right, flip(right)] if split else [mirrored(right)]
    panels: list[Part] = [
        Panel(shape, edge=0.4, lift=0.3, bulge=(5.0, 0.06), wrinkles=0.5, laid=True)
        for shape in shapes
    ]
    return [*panels, *stitches, Stitches(top_line)]
