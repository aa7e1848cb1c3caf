"""Shape babies' bodysuits with leg openings and snaps."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Panel, Part, Seam, Stitches
from demo.garments.paths import band, flip, mirrored, offset, path, shifted, spline
from demo.garments.shapes.details.bodice import (
    Bodice,
    armhole_seams,
    back_neck,
    drape,
    fitted,
    neck_band,
)
from demo.garments.shapes.details.sleeves import (
    cuff,
    long_sleeve,
    short_sleeve,
    sleeve_hem,
    sleeve_panel,
)
from demo.garments.shapes.details.trims import bindings, inside_armholes


def bodysuit(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a baby's bodysuit with leg openings and snaps."""
    bodice = fitted(garment, Bodice(
        shoulder=(17.0, 17.4), armpit=(16.4, 32.0), waist=(16.6, 50.0), hem=(16.4, 68.0),
    ))  # fmt: skip
    leg = spline((bodice.hem[0], 66.0), (11.2, 73.0), (6.4, 81.5), (5.6, 85.5))
    outline = mirrored(path(
        bodice.front_neck(), spline((bodice.neck, bodice.neck_y), bodice.shoulder),
        bodice.armhole(), spline(bodice.armpit, bodice.waist, (bodice.hem[0], 66.0)), leg,
        spline((5.6, 85.5), (0, 86.4)),
    ))  # fmt: skip
    sleeve = {
        "short": short_sleeve(bodice, drop=13),
        "long": long_sleeve(bodice, end=62, gather=3.2),
        "sleeveless": None,
    }[garment.sleeve or "short"]
    cloth = "trim" if garment.accent else "rib"
    back_leg = mirrored(
        path(
            spline((0, 70), (15.8, 66.5)),
            spline((15.8, 66.5), (10.4, 76), (6.2, 86.5)),
            spline((6.2, 86.5), (0, 87.2)),
        )
    )
    parts = [*back_neck(bodice), Panel(back_leg, "lining", tone=0.72)]
    if sleeve is None:
        parts += inside_armholes(bodice)
    else:
        parts += [sleeve_panel(sleeve, rng, side=side) for side in (-1, 1)]
    body = outline if sleeve is None else np.vstack([outline])
    parts += [
        Panel(outline, body=body, folds=drape(replace(bodice, hem=(15, 74)), rng, strength=0.7))
    ]
    parts += armhole_seams(bodice) if sleeve else bindings(bodice, cloth=cloth)
    parts += neck_band(bodice, width=1.6, cloth=cloth)
    if sleeve is not None:
        for side in (-1, 1):
            parts += (
                cuff(sleeve, side=side, height=3.2)
                if garment.sleeve == "long"
                else sleeve_hem(sleeve, side=side)
            )
    return parts + _leg_bands(leg, cloth) + _envelope(bodice, garment)


def _leg_bands(leg: np.ndarray, cloth: str) -> list[Part]:
    inner = offset(leg, by=-1.5)
    parts: list[Part] = []
    for outer, low in ((leg, inner), (flip(leg), flip(inner))):
        parts += [
            Panel(band(outer, low), cloth, edge=0.25, bulge=(0.8, 0.3), wrinkles=0, laid=True),
            Stitches(low),
        ]
    snaps = [Button(x, 83.8 + 0.3 * (x == 0), 0.85, "metal", holes=False) for x in (-3.4, 0.0, 3.4)]
    return [*parts, Stitches(spline((-5.4, 82.2), (0, 82.8), (5.4, 82.2))), *snaps]


def _envelope(bodice: Bodice, garment: Garment) -> list[Part]:
    """Return the overlapping shoulders of a baby's bodysuit."""
    if garment.neckline != "envelope neck":
        return []
    (sx, sy), neck = bodice.shoulder, bodice.neck
    line = spline((neck - 0.5, bodice.neck_y + 3), (sx - 3.5, sy + 3.8), (sx - 1.0, sy + 8.5))
    return [
        Seam(line, depth=0.5),
        Seam(flip(line), depth=0.5),
        Stitches(shifted(line, 0, 0.8)),
        Stitches(shifted(flip(line), 0, 0.8)),
    ]
