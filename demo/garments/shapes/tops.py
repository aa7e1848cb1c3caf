"""Shape T-shirts, long-sleeve tops, tank tops and tops."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Cord, Panel, Part
from demo.garments.paths import flip, mirrored, spline
from demo.garments.shapes.details.bodice import Bodice, back_neck, fitted, hem_stitches, neck_band
from demo.garments.shapes.details.sleeves import (
    cuff,
    long_sleeve,
    short_sleeve,
    sleeve_hem,
    sleeves_and_body,
)
from demo.garments.shapes.details.trims import bindings, gathered, inside_armholes, placket


def t_shirt(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a T-shirt, or with long sleeves a long-sleeve top."""
    bodice = fitted(garment)
    is_long = garment.sleeve == "long"
    sleeve = long_sleeve(bodice, gather=4.0) if is_long else short_sleeve(bodice, drop=15)
    ends = [
        part
        for side in (-1, 1)
        for part in (
            cuff(sleeve, side=side, height=4.0) if is_long else sleeve_hem(sleeve, side=side)
        )
    ]
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng)
    parts += neck_band(bodice, cloth="trim" if garment.accent else "rib") + ends
    if garment.neckline == "henley":
        parts += placket(bodice, length=13, count=3)
    return parts + hem_stitches(bodice)


def _strap_bodice(garment: Garment) -> Bodice:
    """Return a sleeveless bodice with wide straps."""
    base = Bodice(shoulder=(13.0, 14.8), armpit=(16.4, 36.0), waist=(16.0, 50.0), hem=(16.8, 72.0))
    return replace(fitted(garment, base), neck=9.0 if garment.neckline == "scoop neck" else 8.0)


def tank_top(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a tank top."""
    bodice = _strap_bodice(garment)
    cloth = "trim" if garment.accent else "rib"
    return [
        *back_neck(bodice, rise=4.0),
        *inside_armholes(bodice),
        *sleeves_and_body(bodice, None, rng),
        *neck_band(bodice, width=1.3, cloth=cloth),
        *bindings(bodice, cloth=cloth),
        *hem_stitches(bodice),
    ]


def top(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a woman's top: a camisole on thin straps, cropped, or with a peplum."""
    if garment.cut == "camisole":
        return _camisole(garment, rng)
    bottom = 62.0 if garment.cut == "crop" else 60.0
    base = Bodice(
        shoulder=(16.2, 16.4), armpit=(15.6, 34.0), waist=(13.8, 52.0), hem=(14.4, bottom)
    )
    bodice = fitted(garment, base)
    sleeve = short_sleeve(bodice, flare=1.6, drop=14) if garment.sleeve == "short" else None
    parts = back_neck(bodice) + ([] if sleeve else inside_armholes(bodice))
    if garment.cut == "peplum":
        parts += _peplum(bodice, rng)
    parts += sleeves_and_body(bodice, sleeve, rng, strength=0.8)
    parts += neck_band(bodice, width=0.9, cloth="main")
    parts += (
        [p for side in (-1, 1) for p in sleeve_hem(sleeve, side=side)]
        if sleeve
        else bindings(bodice, cloth="main")
    )
    return parts + ([] if garment.cut == "peplum" else hem_stitches(bodice, height=1.4))


def _peplum(bodice: Bodice, rng: np.random.Generator) -> list[Part]:
    x, y = bodice.hem
    return [gathered(top=(x - 0.2, y - 1.5), bottom=(x + 6.5, y + 17), rng=rng, count=9)]


def _camisole(garment: Garment, rng: np.random.Generator) -> list[Part]:
    bodice = Bodice(
        neck=10.2, neck_y=25.0, shoulder=(11.0, 24.6), armpit=(16.0, 36.0), waist=(15.0, 54.0),
        hem=(18.0, 78.0), depth=9.0 if garment.neckline == "v-neck" else 5.5,
        neckline=garment.neckline or "v-neck",
    )  # fmt: skip
    strap = spline((10.6, 26), (9.6, 17), (7.4, 10.5))
    back = spline((7.4, 10.5), (8.2, 20), (8.4, 30))
    inside = mirrored(spline((0, 31), (9, 30.5), (15.8, 35.5), (9, 42), (0, 42)))
    parts: list[Part] = [Panel(inside, "lining", tone=0.72, bulge=(4, -0.1))]
    parts += [Cord(side, 0.8, "plain") for curve in (back, strap) for side in (curve, flip(curve))]
    parts += sleeves_and_body(bodice, None, rng, strength=1.2)
    parts += neck_band(bodice, width=0.7, cloth="plain")[:1] + bindings(bodice, cloth="plain")
    return parts + hem_stitches(bodice, height=1.0)
