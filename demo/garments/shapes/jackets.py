"""Shape short jackets: bombers, denim jackets, quilted puffers."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Cord, Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import shifted, spline
from demo.garments.shapes.details.bodice import Bodice, fitted, rib_hem
from demo.garments.shapes.details.collars import collar, stand_collar
from demo.garments.shapes.details.pockets import flap_pocket
from demo.garments.shapes.details.sleeves import cuff, long_sleeve, sleeves_and_body
from demo.garments.shapes.details.trims import full_placket, yoke, zip_front


def jacket(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a short jacket: a bomber, a denim jacket or a quilted puffer."""
    base = Bodice(
        neck=7.6, shoulder=(20.0, 18.0), armpit=(19.2, 37.0), waist=(19.8, 57.0), hem=(17.6, 68.0),
        hem_dip=0.8,
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neckline="round neck", neck=7.6, depth=5.0)
    shape = {"bomber": _bomber, "denim": _denim_jacket, "puffer": _puffer}[garment.cut or "bomber"]
    return shape(bodice, garment, rng)


def _bomber(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.28, gather=5.5)
    trim = "trim" if garment.accent else "rib"
    parts = sleeves_and_body(bodice, sleeve, rng, strength=1.6) + rib_hem(
        bodice, height=5.5, cloth=trim
    )
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth=trim)
        welt = spline((10.4, 48), (14.2, 57)) * (side, 1)
        parts += [
            Seam(welt, depth=0.8, width=0.7),
            Stitches(shifted(welt, side * 0.9, 0)),
            Stitches(shifted(welt, -(side * 0.9), 0)),
        ]
    return (
        stand_collar(trim, ribbed=True)[:2]
        + parts
        + zip_front(top=17.4, bottom=68.6)
        + stand_collar(trim, ribbed=True)[2:]
    )


def _denim_jacket(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.2)
    thread = "thread" if garment.colour in ("blue", "navy") else None
    parts = sleeves_and_body(bodice, sleeve, rng, strength=1.2) + yoke(bodice)
    ax, _ = bodice.armpit
    line = spline((-ax + 1.2, 34.4), (0, 35.4), (ax - 1.2, 34.4))
    parts += [Seam(line), Stitches(shifted(line, 0, 0.7), thread)]
    for side in (-1, 1):
        for x0, x1 in ((4.6, 7.6), (12.6, 10.4)):
            panel_line = spline((x0, 36), (x1, 63)) * (side, 1)
            parts += [
                Seam(panel_line, depth=0.3),
                Stitches(shifted(panel_line, side * 0.6, 0), thread),
            ]
        parts += cuff(sleeve, side=side, height=4.6, cloth="main", ribbed=False)
    parts += flap_pocket(x=9.2, y=34.8, width=8.0, height=4.2, tilt=0)
    parts += [Button(s * 9.2, 37.6, 0.75, "brass", holes=False) for s in (-1, 1)]
    band_line = spline((-18, 63), (0, 64), (18, 63))
    parts += [
        Seam(band_line, depth=0.4),
        Stitches(shifted(band_line, 0, 0.8), thread),
        Stitches(spline((-17.4, 67.2), (0, 68.1), (17.4, 67.2)), thread),
    ]
    parts += full_placket(bodice, top=15.4, count=0)
    parts += [Button(0, float(y), 0.85, "brass", holes=False) for y in np.linspace(21, 66, 6)]
    return parts + collar(tip=23.5, spread=8.6, opening=17.0)


def _puffer(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.42)
    parts = stand_collar("plain", ribbed=False, top=6.6)[:2]
    quilts = np.linspace(26, bodice.hem[1], 8)
    parts += _quilted(sleeves_and_body(bodice, sleeve, rng, strength=0.5), quilts)
    for side in (-1, 1):
        for share in np.linspace(0.18, 0.93, 8):
            parts.append(Seam(sleeve.across(float(share)) * (side, 1), depth=1.0, width=0.5))
    for y in quilts[:-1]:
        parts.append(
            Seam(spline((-19.0, y - 0.8), (0, y + 0.4), (19.0, y - 0.8)), depth=1.0, width=0.5)
        )
    parts += zip_front(top=15.2, bottom=bodice.hem[1] + 0.6)
    stand = stand_collar("plain", ribbed=False, top=6.6)[2:]
    pull: list[Part] = [Cord(spline((0, 17), (0.3, 20)), 0.8, "metal")]
    return parts + stand + pull


def _quilted(parts: list[Part], rows: np.ndarray) -> list[Part]:
    """Fill the panels: a soft roll between every two rows of quilting."""
    filled: list[Part] = []
    for part in parts:
        if isinstance(part, Panel):
            low, high = part.outline[:, 0].min(), part.outline[:, 0].max()
            tops = np.concatenate([[rows[0] - 7], rows])
            rolls = tuple(
                Fold(
                    spline((low - 6, y - 0.4), (0.5 * (low + high), y + 0.4), (high + 6, y - 0.4)),
                    3.2,
                    1.1,
                )
                for y in (tops[:-1] + tops[1:]) / 2
            )
            filled.append(replace(part, folds=part.folds + rolls))
        else:
            filled.append(part)
    return filled
