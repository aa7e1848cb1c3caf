"""Shape T-shirts, long-sleeve tops, tank tops, tops and bodysuits."""

from dataclasses import replace

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Button, Cord, Fold, Panel, Part, Seam, Stitches
from catalog.garments.paths import band, flip, mirrored, offset, path, spline
from catalog.garments.tailoring import (
    Bodice,
    Sleeve,
    armhole_seams,
    back_neck,
    buttons,
    cuff,
    drape,
    hem_stitches,
    long_sleeve,
    neck_band,
    short_sleeve,
    sleeve_hem,
    sleeve_panel,
)

_WIDTHS = {"slim": 0.92, "regular": 1.0, "oversized": 1.12}
_DEPTHS = {
    "crew neck": 6.0, "henley": 6.0, "v-neck": 14.0, "scoop neck": 11.5, "square neck": 13.0,
    "boat neck": 3.5, "round neck": 7.0, "envelope neck": 7.5,
}  # fmt: skip


def widen(bodice: Bodice, by: float) -> Bodice:
    """Scale a bodice's widths below the neck."""
    (sx, sy), (ax, ay), (wx, wy), (hx, hy) = (
        bodice.shoulder, bodice.armpit, bodice.waist, bodice.hem,
    )  # fmt: skip
    return replace(
        bodice, shoulder=(sx * (0.5 + 0.5 * by), sy), armpit=(ax * by, ay), waist=(wx * by, wy),
        hem=(hx * by, hy),
    )  # fmt: skip


def fitted(garment: Garment, bodice: Bodice | None = None) -> Bodice:
    """Return a bodice with the garment's neckline and fit."""
    neckline = garment.neckline or "crew neck"
    wide = {"boat neck": 11.5, "scoop neck": 9.6, "square neck": 10.4, "envelope neck": 9.0}
    base = replace(
        bodice or Bodice(),
        neckline=neckline,
        neck=wide.get(neckline, 7.8),
        depth=_DEPTHS.get(neckline, 6.0),
    )
    base = widen(base, _WIDTHS[garment.fit or "regular"])
    if garment.fit == "slim":
        base = replace(base, waist=(base.waist[0] * 0.94, base.waist[1]))
    return base


def sleeves_and_body(
    bodice: Bodice, sleeve: Sleeve | None, rng: np.random.Generator, *, strength: float = 1.0
) -> list[Part]:
    """Return sleeves beneath a body, with the seams between."""
    parts: list[Part] = []
    front = bodice.front()
    if sleeve is not None:
        parts += [
            sleeve_panel(sleeve, rng, side=side, strength=strength) for side in (-1, 1)
        ]
    body = shoulders(bodice, sleeve)
    parts.append(Panel(front, body=body, folds=drape(bodice, rng, strength=strength), edge=0.3))
    return parts + (armhole_seams(bodice) if sleeve is not None else [])


def shoulders(bodice: Bodice, sleeve: Sleeve | None) -> np.ndarray:
    """Return the body's outline with the sleeves' tops, so that the cloth runs on round them."""
    if sleeve is None:
        return bodice.front()
    (ax, ay), tip = bodice.armpit, bodice.shoulder
    far = (tip[0] + 8.0, tip[1] + 7.0)
    right = path(
        bodice.front_neck(),
        spline((bodice.neck, bodice.neck_y), tip, far, (ax + 4.5, ay - 1.0), (ax, ay)),
        bodice.side(),
        bodice.hem_line(),
    )
    return mirrored(right)


def t_shirt(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a T-shirt, or with long sleeves a long-sleeve top."""
    bodice = fitted(garment)
    is_long = garment.sleeve == "long"
    sleeve = long_sleeve(bodice, gather=4.0) if is_long else short_sleeve(bodice, drop=15)
    ends = [
        part
        for side in (-1, 1)
        for part in (
            cuff(sleeve, side=side, height=4.0)
            if is_long
            else sleeve_hem(sleeve, side=side)
        )
    ]
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng)
    parts += neck_band(bodice, cloth="trim" if garment.accent else "rib") + ends
    if garment.neckline == "henley":
        parts += placket(bodice, length=13, count=3)
    return parts + hem_stitches(bodice)


def placket(bodice: Bodice, *, length: float, count: int, cloth: str = "main") -> list[Part]:
    """Return a short buttoned opening below the neckline."""
    top = bodice.neck_y + bodice.depth + 0.2
    box = mirrored(
        path(
            spline((0, top), (1.9, top - 0.2)),
            spline((1.9, top), (1.9, top + length), (0, top + length)),
        )
    )
    box = np.array([(-1.9, top), (1.9, top), (1.9, top + length), (-1.9, top + length)])
    return [
        Panel(box, cloth, edge=0.25, lift=0.15, bulge=(1.5, 0.1), wrinkles=0.2, laid=True),
        Stitches(box[[0, 3]] + (0.35, 0)),
        Stitches(box[[1, 2]] - (0.35, 0)),
        Stitches(box[[3, 2]] - (0, 0.5)),
        *buttons(top=top + 2.2, bottom=top + length - 2.4, count=count, radius=0.65),
    ]


def _strap_bodice(garment: Garment) -> Bodice:
    """Return a sleeveless bodice with wide straps."""
    base = Bodice(shoulder=(13.0, 14.8), armpit=(16.4, 36.0), waist=(16.0, 50.0), hem=(16.8, 72.0))
    return replace(fitted(garment, base), neck=9.0 if garment.neckline == "scoop neck" else 8.0)


def inside_armholes(bodice: Bodice) -> list[Part]:
    """Return the inside of the back, seen through the armholes."""
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    edge = spline((sx, sy), (sx - 0.3, sy + 0.5 * (ay - sy)), (ax - 0.4, ay - 1.5), (ax, ay))
    right = band(edge, spline((sx - 4, sy + 3), (sx - 4, ay), (ax - 3, ay + 3)))
    return [
        Panel(side, "lining", tone=0.74, bulge=(4.0, -0.1), wrinkles=0.3)
        for side in (right, flip(right))
    ]


def bindings(bodice: Bodice, *, cloth: str = "rib") -> list[Part]:
    """Return the narrow bands along both armholes."""
    curve = bodice.armhole()
    inner = offset(curve, by=-1.2)
    parts: list[Part] = []
    for outer, low in ((curve, inner), (flip(curve), flip(inner))):
        parts += [
            Panel(band(outer, low), cloth, edge=0.25, bulge=(0.8, 0.3), wrinkles=0, laid=True),
            Stitches(low),
        ]
    return parts


def tank_top(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a tank top, the shop's word for an undershirt without sleeves."""
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


def gathered(
    *, top: tuple[float, float], bottom: tuple[float, float], rng: np.random.Generator,
    count: int, depth: float = 1.1, cloth: str = "main",
) -> Panel:  # fmt: skip
    """Return cloth gathered along its upper edge, that falls in folds to a waving hem."""
    (tx, ty), (bx, by) = top, bottom
    marks = np.linspace(1, -1, 2 * count + 1)
    swing = [0.9 * (-1) ** k * rng.uniform(0.4, 1.0) for k in range(len(marks))]
    hem = spline(*((bx * m, by + 1.3 * (1 - m * m) + s) for m, s in zip(marks, swing, strict=True)))
    bow = 0.35 * (bx - tx)
    side = spline((tx, ty), (tx + bow, ty + 0.45 * (by - ty)), (bx, by + swing[0]))
    other = spline((-bx, by + swing[-1]), (-tx - bow, ty + 0.45 * (by - ty)), (-tx, ty))
    outline = path(spline((-tx, ty), (0, ty + 1.0), (tx, ty)), side, hem, other)
    folds = []
    for m in np.linspace(-0.92, 0.92, count):
        shift = rng.uniform(-0.05, 0.05)
        end = (m + shift) * bx, by + 1.5
        curve = spline((m * tx, ty - 0.5), (0.5 * (m * tx + end[0]), 0.55 * ty + 0.45 * by), end)
        width = rng.uniform(0.35, 0.6) * 2 * bx / count * 0.55
        folds.append(Fold(curve, width, depth * rng.uniform(0.6, 1.2)))
    return Panel(outline, cloth, folds=tuple(folds), bulge=(6, 0.28))


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


def bodysuit(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a bodysuit with leg openings and snaps, as babies wear them."""
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
        "short": short_sleeve(bodice, drop=13), "long": long_sleeve(bodice, end=62, gather=3.2), "sleeveless": None,
    }[garment.sleeve or "short"]  # fmt: skip
    cloth = "trim" if garment.accent else "rib"
    back_leg = mirrored(path(
        spline((0, 70), (15.8, 66.5)), spline((15.8, 66.5), (10.4, 76), (6.2, 86.5)), spline((6.2, 86.5), (0, 87.2))
    ))  # fmt: skip
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
    inner = offset(leg, by=1.5)
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
        Stitches(line + (0, 0.8)),
        Stitches(flip(line) + (0, 0.8)),
    ]
