"""Shape polo shirts and shirts."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Part
from demo.garments.paths import shifted
from demo.garments.shapes.details.bodice import back_neck, fitted, hem_stitches
from demo.garments.shapes.details.collars import collar
from demo.garments.shapes.details.pockets import breast_pocket
from demo.garments.shapes.details.sleeves import (
    Sleeve,
    cuff,
    long_sleeve,
    short_sleeve,
    sleeve_hem,
    sleeves_and_body,
)
from demo.garments.shapes.details.trims import full_placket, placket, yoke


def polo(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a polo shirt."""
    bodice = replace(fitted(garment), depth=4.5)
    is_long = garment.sleeve == "long"
    sleeve = long_sleeve(bodice, gather=3.6) if is_long else short_sleeve(bodice, drop=15)
    trim = "trim" if garment.accent else "rib"
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng)
    parts += placket(bodice, length=15, count=3)
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=3.6 if is_long else 2.2, cloth=trim)
    parts += collar(cloth=trim, opening=17.6, tip=22.4, spread=7.6, top=9.0)
    return parts + hem_stitches(bodice)


def shirt(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a buttoned shirt with a breast pocket and curved tails."""
    bodice = replace(fitted(garment), depth=4.5, neck=7.6)
    bodice = replace(bodice, hem=(bodice.hem[0], bodice.hem[1] - 2.0), hem_dip=5.0)
    is_long = garment.sleeve == "long"
    sleeve = (
        long_sleeve(bodice, width=1.08) if is_long else short_sleeve(bodice, drop=18, flare=1.4)
    )
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.2)
    parts += yoke(bodice) + full_placket(bodice, top=15.0, count=6) + breast_pocket()
    for side in (-1, 1):
        parts += (
            [*cuff(sleeve, side=side, height=5.0, cloth="main", ribbed=False),
             *_cuff_button(sleeve, side)]
            if is_long
            else sleeve_hem(sleeve, side=side)
        )  # fmt: skip
    return parts + hem_stitches(bodice, height=0.9) + collar()


def _cuff_button(sleeve: Sleeve, side: int) -> list[Part]:
    outer, inner = np.array(sleeve.rungs[-1][0]), np.array(sleeve.rungs[-1][1])
    at = shifted(0.75 * outer + 0.25 * inner, 0, -2.4)
    return [Button(float(side * at[0]), float(at[1]), 0.6)]
