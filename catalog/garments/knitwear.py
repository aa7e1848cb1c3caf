"""Shape hoodies, jumpers and cardigans."""

from dataclasses import replace

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import band, flip, mirrored, path, resample, spline
from catalog.garments.tailoring import (
    Bodice,
    back_neck,
    buttons,
    cuff,
    long_sleeve,
    neck_band,
    rib_hem,
)
from catalog.garments.tops import fitted, sleeves_and_body


def zip_front(*, top: float, bottom: float, cloth: str = "metal") -> list[Part]:
    """Return a zip from `top` to `bottom` with its pull."""
    line = resample(spline((0, top), (0.05, bottom)), count=30)
    tape = band(line - (0.9, 0), line + (0.9, 0))
    teeth = [Stitches(line + (shift, 0), thread=cloth, dash=0.5) for shift in (-0.18, 0.18)]
    pull = spline((0, top + 1.5), (0.2, top + 4.6))
    return [
        Panel(tape, "plain", edge=0.1, tone=0.72, bulge=(1, 0), wrinkles=0.4),
        *teeth,
        Cord(pull, 0.7, cloth),
    ]


def _knit_bodice(garment: Garment) -> Bodice:
    base = Bodice(
        shoulder=(19.4, 18.2),
        armpit=(18.6, 36.0), waist=(19.4, 58.0), hem=(17.2, 70.0),
        hem_dip=0.8,
    )
    return fitted(garment, base)


def hoodie(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a hoodie with a pouch pocket, or with a zip and two pockets."""
    bodice = replace(_knit_bodice(garment), depth=9.0, neck=9.0, neckline="round neck")
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
        Panel(mirrored(path(spline((0, 16.2), (1.7, 16.2)), spline((1.7, 18.6), (0, 18.6)))), "label",
              tone=0.6, bulge=(1, 0), wrinkles=0),
    ]  # fmt: skip


def _hood_front(garment: Garment) -> list[Part]:
    """Return the hood's two sides crossing under the chin, and the drawstrings."""
    edge = spline((0, 5.0), (4.6, 5.6), (7.2, 9.6), (6.4, 15.5), (3.2, 20.5), (-0.8, 24.5))
    outer = spline(
        (0, 1.0), (6.5, 1.6), (10.4, 6.0), (11.4, 12.5), (10.2, 19.0), (5.0, 24.5), (-0.8, 27.0)
    )
    hem = edge + np.linspace(0, 1, len(edge))[:, None] * 0 + (0.9, 0.4)
    folds = (
        Fold(spline((8.8, 6), (9.4, 12), (7.2, 19)), 1.6, 0.5),
        Fold(spline((9.8, 15), (7, 21), (3, 24)), 1.3, 0.5),
    )
    right = band(edge, outer)
    left = flip(right) + (0, 0.2)
    mirrored_folds = tuple(replace(fold, curve=flip(fold.curve)) for fold in folds)
    strings: list[Part] = []
    cloth = "trim" if garment.accent else "white" if garment.seed % 2 else "plain"
    for side, far in ((-1, 40.0), (1, 38.2)):
        curve = spline((side * 3.3, 21.6), (side * 3.9, 27), (side * 3.4, 33), (side * 3.8, far))
        strings += [Cord(curve, 0.75, cloth), Cord(curve[-4:] + (0, 0.6), 0.95, "metal")]
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
    for side in (opening - (0.7, -0.2), flip(opening) + (0.7, 0.2)):
        stitches += [Stitches(side), Stitches(side - (0.5 * np.sign(side[0, 0]), 0))]
    top_line = spline((-7.4, top + 0.5), (7.4, top + 0.5))
    shapes = [right, flip(right)] if split else [mirrored(right)]
    panels: list[Part] = [Panel(shape, edge=0.4, lift=0.3, bulge=(5.0, 0.06), wrinkles=0.5, laid=True) for shape in shapes]
    return [*panels, *stitches, Stitches(top_line)]


def jumper(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a jumper: ribbed or cabled, with a round, v or rolled neck."""
    shaped = replace(garment, neckline="crew neck") if garment.neckline == "roll neck" else garment
    bodice = _knit_bodice(shaped)
    sleeve = long_sleeve(bodice, width=1.18, gather=6.0)
    trim = "trim" if garment.accent and garment.pattern != "plain" else "rib"
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.2)
    parts += _cables(bodice) if garment.cut == "cable" and garment.pattern == "plain" else []
    parts += rib_hem(bodice, height=6.0, cloth=trim)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=6.0, cloth=trim)
    if garment.neckline == "roll neck":
        return parts + _roll_neck(trim)
    return parts + neck_band(bodice, width=2.6, cloth=trim)


def _roll_neck(cloth: str) -> list[Part]:
    top = spline((-7.0, 5.4), (0, 4.4), (7.0, 5.4))
    fold = spline((-8.2, 13.4), (0, 16.8), (8.2, 13.4))
    base = spline((-8.6, 13.0), (0, 19.6), (8.6, 13.0))
    inside = path(
        spline((-6.8, 5.6), (0, 4.6), (6.8, 5.6)), spline((6.8, 5.6), (0, 7.4), (-6.8, 5.6))
    )
    return [
        Panel(band(top + (0, 2), base), cloth, bulge=(4, 0.4)),
        Ribs(top + (0, 3), base),
        Panel(path(top, spline((7.0, 5.4), (8.6, 9.5), (8.2, 13.4)), fold[::-1], spline((-8.2, 13.4), (-8.6, 9.5), (-7.0, 5.4))),
              cloth, bulge=(5, 0.45), lift=0.5, edge=0.5),
        Ribs(top, fold), Panel(inside, "lining", tone=0.6, bulge=(2, -0.2), wrinkles=0),
    ]  # fmt: skip


def _cables(bodice: Bodice) -> list[Part]:
    """Return plaited columns down the front."""
    parts: list[Part] = []
    top, bottom = bodice.neck_y + 10, bodice.hem[1] - 6.5
    for x in (-9.0, 0.0, 9.0):
        start = top + (5.0 if x == 0 else 0.0)
        y = np.arange(start, bottom, 0.25)
        for phase in (0.0, np.pi):
            curve = np.stack([x + 1.25 * np.sin(y * 0.9 + phase), y], axis=1)
            parts.append(Seam(curve, depth=-0.5, width=0.95))
        for shift in (-2.6, 2.6):
            parts.append(
                Seam(np.array([[x + shift, start], [x + shift, bottom]]), depth=0.3, width=0.5)
            )
    return parts


def cardigan(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a buttoned cardigan with a deep v-neck and patch pockets."""
    bodice = replace(_knit_bodice(garment), neckline="v-neck", depth=24.0, neck=7.6)
    sleeve = long_sleeve(bodice, width=1.16, gather=5.5)
    trim = "trim" if garment.accent else "rib"
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.2)
    bottom = bodice.hem[1]
    for side in (-1, 1):
        box = np.array([(4.8, 49), (13.6, 49), (13.6, 60.5), (4.8, 60.5)]) * (side, 1)
        parts += [
            Panel(box, edge=0.4, lift=0.25, bulge=(3, 0.04), wrinkles=0.3, laid=True), Seam(box[:2] + (0, 2.2)),
            Ribs(box[:2], box[:2] + (0, 2.2)),
        ]  # fmt: skip
    parts += rib_hem(bodice, height=5.5, cloth=trim)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth=trim)
    neck = bodice.front_neck()
    low = bodice.neck_y + bodice.depth
    for side in (-1, 1):
        edge = path(np.array([[0.2, bottom + 0.9]]), np.array([[0.2, low + 1]]), neck)
        far = path(np.array([[3.2, bottom + 0.9]]), np.array([[3.2, low + 1]]), neck + (2.9, 0.6))
        if side > 0:
            edge[:2, 0] = -1.6
            far[:2, 0] = 1.6
        else:
            edge[:2, 0] = -1.0
            far[:2, 0] = 1.4
        inner, outer = (
            resample(line if side > 0 else flip(line), count=60) for line in (edge, far)
        )
        parts += [
            Panel(band(inner, outer), trim, edge=0.5, lift=0.2, bulge=(1.4, 0.25), wrinkles=0.3),
            Ribs(inner, outer),
        ]
    return parts + buttons(top=low + 3.5, bottom=bottom - 3, count=5, radius=0.95)
