"""Shape dresses."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Cord, Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import band, flip, mirrored, path, shifted, spline
from demo.garments.shapes.details.bodice import Bodice, back_neck, drape, fitted, neck_band
from demo.garments.shapes.details.sleeves import (
    cuff,
    long_sleeve,
    short_sleeve,
    sleeve_hem,
    sleeves_and_body,
)
from demo.garments.shapes.details.trims import bindings, gathered, inside_armholes, tied_knot

_ENDS = {"mini": 88.0, "midi": 108.0, "maxi": 128.0}


def dress(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a dress: a-line, fit-and-flare, shift, wrapped, or a slip on thin straps."""
    end = _ENDS[garment.length or "midi"]
    if garment.cut == "slip":
        return _slip(garment, end, rng)
    waist = 48.0
    base = Bodice(
        shoulder=(15.8, 16.6),
        armpit=(15.0, 33.0),
        waist=(12.8, 44.0),
        hem=(12.4, waist),
        hem_dip=0.6,
    )
    if garment.cut == "shift":
        base = replace(base, waist=(14.6, 48.0), hem=(17.4, end - 6), hem_dip=1.0)
    if garment.cut == "a-line":
        base = replace(
            base, waist=(13.4, 46.0), hem=(17.0 + 0.10 * (end - 60) + 4, end), hem_dip=1.8
        )
    shaped = replace(garment, neckline="v-neck") if garment.cut == "wrap" else garment
    bodice = fitted(shaped, base)
    if garment.cut == "wrap":
        bodice = replace(bodice, depth=20.0)
    return _dress_on(bodice, garment, end, rng)


def _dress_on(bodice: Bodice, garment: Garment, end: float, rng: np.random.Generator) -> list[Part]:
    sleeve = {
        "short": short_sleeve(bodice, flare=1.2, drop=14), "long": long_sleeve(bodice, end=70),
        "sleeveless": None,
    }[garment.sleeve or "short"]  # fmt: skip
    parts = back_neck(bodice) + ([] if sleeve else inside_armholes(bodice))
    hx, hy = bodice.hem
    if garment.cut in ("fit-and-flare", "wrap"):
        spread = (0.36 if garment.cut == "fit-and-flare" else 0.24) * (end - hy)
        skirt = gathered(top=(hx, hy - 1.2), bottom=(hx + spread, end), rng=rng, count=8, depth=1.1)
        parts.append(skirt)
    parts += sleeves_and_body(bodice, sleeve, rng, strength=0.8)
    parts += neck_band(bodice, width=0.9, cloth="main")[:1] + neck_band(bodice, width=0.9)[2:]
    if sleeve is None:
        parts += bindings(bodice, cloth="main")
    else:
        for side in (-1, 1):
            parts += (
                cuff(sleeve, side=side, height=2.6, cloth="main", ribbed=False)
                if garment.sleeve == "long"
                else sleeve_hem(sleeve, side=side)
            )
    return parts + _details(bodice, garment, end)


def _details(bodice: Bodice, garment: Garment, end: float) -> list[Part]:
    hx, hy = bodice.hem
    waist = spline((-hx, hy - 0.8), (0, hy + 0.2), (hx, hy - 0.8))
    darts: list[Part] = [Seam(spline((s * 6.6, 36), (s * 5.8, 46.5)), depth=0.3) for s in (-1, 1)]
    match garment.cut:
        case "fit-and-flare":
            return [*darts, Seam(waist, depth=0.5, width=0.4)]
        case "wrap":
            low = bodice.neck_y + bodice.depth
            edge = spline((0, low), (5.0, low + 6), (hx - 1.0, hy - 0.6))
            fall = spline((hx - 2.0, hy + 2), (hx - 1.5, 0.5 * (hy + end)), (3.0, end))
            belt = band(shifted(waist, 0, -1.4), shifted(waist, 0, 1.6))
            return [
                Seam(edge, depth=0.6, width=0.4), Seam(fall, depth=0.7, width=0.4),
                Panel(belt, "plain", edge=0.3, lift=0.25, bulge=(1.4, 0.25)),
                *tied_knot(hx - 4.0, hy + 0.2),
            ]  # fmt: skip
        case "shift":
            bust = [Seam(spline((s * 14.4, 38), (s * 8.5, 36)), depth=0.35) for s in (-1, 1)]
            return [*bust, Stitches(_hem(bodice, 2.4))]
        case _:
            return [*darts, Stitches(_hem(bodice, 2.0))]


def _hem(bodice: Bodice, height: float) -> np.ndarray:
    right = bodice.hem_line()
    line: np.ndarray = shifted(path(right, flip(right)[::-1]) * (0.985, 1), 0, -height)
    return line


def _slip(garment: Garment, end: float, rng: np.random.Generator) -> list[Part]:
    spread = 15.0 + 0.11 * (end - 60)
    bodice = Bodice(
        neck=9.6, neck_y=25.0, shoulder=(10.4, 24.6), armpit=(15.2, 36.0), waist=(13.2, 52.0),
        hem=(spread, end), depth=8.5 if garment.neckline == "v-neck" else 5.0, hem_dip=1.6,
        neckline="v-neck" if garment.neckline == "v-neck" else "scoop neck",
    )  # fmt: skip
    strap = spline((10.0, 26), (9.2, 17), (7.2, 11.0))
    back = spline((7.2, 11.0), (7.9, 20), (8.2, 31))
    inside = mirrored(spline((0, 31), (9, 30.5), (15.0, 35.5), (9, 42), (0, 42)))
    falls = []
    for x in np.linspace(-0.8, 0.8, 6):
        lean = rng.uniform(-0.06, 0.1) * np.sign(x)
        curve = spline(
            (x * 12, 54 + rng.uniform(-4, 6)),
            (x * 13.5, 0.5 * (54 + end)),
            ((x + lean) * spread, end),
        )
        falls.append(Fold(curve, rng.uniform(1.8, 3.2), rng.uniform(0.5, 1.0)))
    parts: list[Part] = [Panel(inside, "lining", tone=0.7, bulge=(4, -0.1))]
    parts += [Cord(side, 0.7, "plain") for curve in (back, strap) for side in (curve, flip(curve))]
    folds = (*drape(replace(bodice, hem=(14, 70)), rng), *falls)
    parts.append(Panel(bodice.front(), folds=folds, edge=0.3))
    parts += neck_band(bodice, width=0.7, cloth="plain")[:1] + bindings(bodice, cloth="plain")
    return [*parts, Stitches(_hem(bodice, 1.2))]
