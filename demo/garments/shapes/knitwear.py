"""Shape jumpers and cardigans."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Panel, Part, Ribs, Seam
from demo.garments.paths import band, flip, path, polygon, resample, shifted
from demo.garments.shapes.details.bodice import (
    Bodice,
    back_neck,
    buttons,
    fitted,
    neck_band,
    rib_hem,
)
from demo.garments.shapes.details.collars import roll_neck
from demo.garments.shapes.details.sleeves import cuff, long_sleeve, sleeves_and_body


def knit_bodice(garment: Garment) -> Bodice:
    """Return the wide body of jumpers and hoodies, narrower at the hem."""
    base = Bodice(
        shoulder=(19.4, 18.2),
        armpit=(18.6, 36.0),
        waist=(19.4, 58.0),
        hem=(17.2, 70.0),
        hem_dip=0.8,
    )
    return fitted(garment, base)


def jumper(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a jumper: ribbed or cabled, with a round, v or rolled neck."""
    shaped = replace(garment, neckline="crew neck") if garment.neckline == "roll neck" else garment
    bodice = knit_bodice(shaped)
    sleeve = long_sleeve(bodice, width=1.18, gather=6.0)
    trim = "trim" if garment.accent else "rib"
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.2)
    parts += _cables(bodice) if garment.cut == "cable" and garment.pattern == "plain" else []
    parts += rib_hem(bodice, height=6.0, cloth=trim)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=6.0, cloth=trim)
    if garment.neckline == "roll neck":
        return parts + roll_neck(trim)
    return parts + neck_band(bodice, width=2.6, cloth=trim)


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
        edge = polygon((x, start), (x, bottom))
        parts += [Seam(shifted(edge, by, 0), depth=0.3, width=0.5) for by in (-2.6, 2.6)]
    return parts


def cardigan(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a buttoned cardigan with a deep v-neck and patch pockets."""
    bodice = replace(knit_bodice(garment), neckline="v-neck", depth=24.0, neck=7.6)
    sleeve = long_sleeve(bodice, width=1.16, gather=5.5)
    trim = "trim" if garment.accent else "rib"
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.2)
    bottom = bodice.hem[1]
    for side in (-1, 1):
        box = np.array([(4.8, 49), (13.6, 49), (13.6, 60.5), (4.8, 60.5)]) * (side, 1)
        parts += [
            Panel(box, edge=0.4, lift=0.25, bulge=(3, 0.04), wrinkles=0.3, laid=True),
            Seam(shifted(box[:2], 0, 2.2)),
            Ribs(box[:2], shifted(box[:2], 0, 2.2)),
        ]
    parts += rib_hem(bodice, height=5.5, cloth=trim)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth=trim)
    neck = bodice.front_neck()
    low = bodice.neck_y + bodice.depth
    for side in (-1, 1):
        # The viewer's right front lies on top and covers the middle.
        near, wide = (-1.6, 1.6) if side > 0 else (-1.0, 1.4)
        edge = path(polygon((near, bottom + 0.9), (near, low + 1)), neck)
        far = path(polygon((wide, bottom + 0.9), (wide, low + 1)), shifted(neck, 2.9, 0.6))
        inner, outer = (
            resample(line if side > 0 else flip(line), count=60) for line in (edge, far)
        )
        parts += [
            Panel(band(inner, outer), trim, edge=0.5, lift=0.2, bulge=(1.4, 0.25), wrinkles=0.3),
            Ribs(inner, outer),
        ]
    return parts + buttons(top=low + 3.5, bottom=bottom - 3, count=5, radius=0.95)
