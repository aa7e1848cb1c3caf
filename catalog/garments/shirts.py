"""Shape polo shirts, shirts and blouses: collars, plackets, cuffs, bows."""

from dataclasses import replace

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Button, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import (
    Points,
    band,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    resample,
    spline,
)
from catalog.garments.tailoring import (
    Bodice,
    Sleeve,
    back_neck,
    buttons,
    cuff,
    hem_stitches,
    long_sleeve,
    mirror_panel,
    neck_band,
    short_sleeve,
    sleeve_hem,
)
from catalog.garments.tops import fitted, placket, sleeves_and_body


def collar(
    *, neck: float = 7.4, top: float = 8.5, spread: float = 7.2, tip: float = 21.5,
    cloth: str = "main", opening: float = 16.5,
) -> list[Part]:  # fmt: skip
    """Return a turned-down collar: the inside of its stand, and two leaves."""
    roll = spline((0, top + 1.2), (0.55 * neck, top + 0.8), (neck + 0.2, top + 3.4))
    inside = mirrored(
        path(roll, spline((neck + 0.2, top + 3.4), (neck + 1.4, top + 6.6), (0, opening + 3)))
    )
    leaf = path(
        spline((0.3, opening), (0.62 * neck, top + 6.2), (neck - 0.2, top + 2.6)),
        spline((neck - 0.2, top + 2.6), (neck + 1.6, top + 4.6), (neck + 3.0, top + 7.4)),
        spline(
            (neck + 3.0, top + 7.4),
            (0.5 * (neck + 3 + spread), 0.5 * (tip + top + 7.8)),
            (spread, tip),
        ),
        spline((spread, tip), (0.42 * spread, 0.5 * (tip + opening) - 0.4), (0.3, opening)),
    )
    right = Panel(leaf, cloth, edge=0.35, lift=0.45, bulge=(2.2, 0.22), wrinkles=0.2, grain=0.5)
    stitch = offset(path(
        spline((neck + 3.0, top + 7.4), (spread, tip)), spline((spread, tip), (0.3, opening))
    ), by=-0.55)  # fmt: skip
    return [
        Panel(inside, "lining", tone=0.78, bulge=(4, -0.15), wrinkles=0.2),
        Panel(polygon((-1.6, top + 2.8), (1.6, top + 2.8), (1.6, top + 4.9), (-1.6, top + 4.9)),
              "label", edge=0.1, wrinkles=0, bulge=(1, 0)),
        mirror_panel(right), right, Stitches(flip(stitch)), Stitches(stitch),
    ]  # fmt: skip


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
    at = 0.75 * outer + 0.25 * inner + (0, -2.4)
    return [Button(float(side * at[0]), float(at[1]), 0.6)]


def yoke(bodice: Bodice) -> list[Part]:
    """Return the seams below the shoulders."""
    (sx, sy), neck = bodice.shoulder, bodice.neck
    line = spline((neck + 0.6, bodice.neck_y + 4.2), (sx - 1.0, sy + 3.6))
    return [
        Seam(line, depth=0.25),
        Seam(flip(line), depth=0.25),
        Stitches(line + (0, 0.6)),
        Stitches(flip(line) + (0, 0.6)),
    ]


def full_placket(
    bodice: Bodice, *, top: float, count: int, cloth: str = "main", width: float = 1.9
) -> list[Part]:
    """Return the buttoned front edge from the collar to the hem."""
    bottom = bodice.hem[1] + bodice.hem_dip - 0.1
    strip = polygon((-width, top), (width, top), (width, bottom), (-width, bottom))
    strip = path(
        spline((-width, top), (-width, bottom)), spline((-width, bottom), (width, bottom)),
        spline((width, bottom), (width, top)),
    )  # fmt: skip
    left, right = resample(strip[:2], count=20), resample(strip[-2:], count=20)
    return [
        Panel(strip, cloth, body=bodice.front(), edge=0.35, lift=0.25, wrinkles=0.8),
        Stitches(left + (0.5, 0)),
        Stitches(right - (0.5, 0)),
        *buttons(top=top + 4.5, bottom=bottom - 8, count=count),
    ]


def breast_pocket(
    *, x: float = 9.4, y: float = 33.0, width: float = 7.4, height: float = 8.6
) -> list[Part]:
    """Return a pocket on the wearer's left breast."""
    half = width / 2
    shape = polygon(
        (x - half, y), (x + half, y), (x + half, y + 0.82 * height), (x, y + height),
        (x - half, y + 0.82 * height),
    )  # fmt: skip
    sides = shape[[0, 4, 3, 2, 1]] * (0.94, 1) + (0.06 * x, -0.4)
    return [
        Panel(shape, edge=0.25, lift=0.12, bulge=(3, 0.03), wrinkles=0.2, laid=True),
        Stitches(sides),
        Stitches(shape[[0, 1]] + (0, 1.5)),
    ]


def blouse(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a blouse: with a bow at the neck, with ruffles, or wrapped."""
    base = Bodice(
        shoulder=(16.8, 17.0),
        armpit=(16.2, 34.0),
        waist=(15.4, 50.0),
        hem=(18.2, 68.0),
        hem_dip=1.6,
    )
    shaped = replace(garment, neckline="v-neck") if garment.cut == "wrap" else garment
    bodice = fitted(shaped, base)
    if garment.cut == "wrap":
        bodice = replace(bodice, depth=20.0)
    is_long = garment.sleeve == "long"
    sleeve = puffed_sleeve(bodice, is_long=is_long)
    parts = back_neck(bodice) + sleeves_and_body(bodice, sleeve, rng, strength=1.35)
    for side in (-1, 1):
        parts += cuff(
            sleeve,
            side=side,
            height=3.4 if is_long else 1.6,
            cloth="main",
            ribbed=False,
        )
        parts += _gathers(sleeve, side, rng)
    parts += neck_band(bodice, width=1.0, cloth="plain")[:1]
    details = {"bow": _bow, "ruffle": _ruffles, "wrap": _wrap}[garment.cut or "bow"]
    return parts + details(bodice, rng) + hem_stitches(bodice, height=1.0)


def puffed_sleeve(bodice: Bodice, *, is_long: bool) -> Sleeve:
    """Return a full sleeve, gathered at its end."""
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    if not is_long:
        return Sleeve((
            ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)), ((sx + 7.2, sy + 4.8), (ax + 1.6, ay + 2.6)),
            ((sx + 9.6, sy + 14), (ax + 3.4, ay + 4.6)), ((sx + 7.8, sy + 18.4), (ax + 3.6, ay + 6.2)),
        ))  # fmt: skip
    return Sleeve((
        ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)), ((sx + 5.4, sy + 9), (ax + 1.0, ay + 3)),
        ((sx + 12.5, sy + 32), (ax + 2.6, ay + 20)), ((sx + 14.6, sy + 48), (ax + 3.4, sy + 47)),
        ((sx + 11.6, sy + 54), (ax + 6.0, sy + 53.6)), ((sx + 11.4, sy + 57.5), (ax + 6.2, sy + 57.2)),
    ))  # fmt: skip


def _gathers(sleeve: Sleeve, side: int, rng: np.random.Generator) -> list[Part]:
    """Return short pleats above the cuff."""
    outer, inner = sleeve.outer(), sleeve.inner()
    k = len(outer) - 15
    lines: list[Part] = []
    for share in np.linspace(0.12, 0.88, 6):
        start = outer[k] + share * (inner[k] - outer[k])
        stop = start + (rng.uniform(-0.6, 0.6), -rng.uniform(2.5, 5.0))
        curve = np.stack([start, stop])
        lines.append(Seam(curve if side > 0 else flip(curve), depth=0.3, width=0.35))
    return lines


def _bow(bodice: Bodice, rng: np.random.Generator) -> list[Part]:
    y = bodice.neck_y + bodice.depth + 1.0
    loop = path(
        spline(
            (0.6, y), (4.2, y - 3.4), (8.2, y - 2.6), (8.6, y + 0.8), (5.0, y + 2.2), (0.6, y + 0.8)
        )
    )
    tail = path(
        spline((0.4, y), (2.0, y + 6), (2.6, y + 13), (4.4, y + 21)),
        spline((4.4, y + 21), (6.6, y + 19.6), (8.4, y + 18.4)),
        spline((8.4, y + 18.4), (6.2, y + 11), (4.2, y + 5), (1.4, y)),
    )
    creases = (Fold(spline((1, y + 0.4), (4, y - 0.4), (7, y - 0.2)), 0.9, -0.5),)
    fall = (Fold(spline((1.2, y + 2), (3.4, y + 10), (5.6, y + 18)), 1.2, 0.5),)
    knot = spline(
        (-1.3, y - 1.2),
        (0, y - 1.6),
        (1.3, y - 1.2),
        (1.4, y + 1.2),
        (0, y + 1.8),
        (-1.4, y + 1.2),
        (-1.3, y - 1.2),
    )
    right_loop = Panel(loop, "plain", lift=0.5, bulge=(2.4, 0.5), folds=creases, grain=0.6)
    right_tail = Panel(tail, "plain", lift=0.35, bulge=(2.0, 0.25), folds=fall, grain=-0.2)
    front = bodice.neck_y + bodice.depth
    line = spline((0, front + 2), (0.1, bodice.hem[1]))
    return [
        Seam(line, depth=0.3),
        *buttons(top=front + 10, bottom=bodice.hem[1] - 6, count=5, radius=0.55),
        mirror_panel(right_tail), right_tail, mirror_panel(right_loop), right_loop,
        Panel(knot, "plain", lift=0.8, bulge=(1.2, 0.5)),
    ]  # fmt: skip


def frill(
    curve: Points, *, width: float, rng: np.random.Generator, side: float = 1.0
) -> list[Part]:
    """Return a ruffle sewn along a curve, standing out to its left, or right when `side` < 0."""
    line = resample(curve, count=60)
    wave = np.sin(np.linspace(0, 2 * np.pi * 9, 60) + rng.uniform(0, 6)) * 0.14 * width
    far = offset(line, by=side * width) + wave[:, None]
    folds = tuple(
        Fold(np.stack([line[k], far[k]]), 0.9, 0.6 * (-1) ** n)
        for n, k in enumerate(range(3, 58, 4))
    )
    return [Panel(band(line, far), lift=0.4, bulge=(1.4, 0.25), folds=folds), Seam(line, depth=0.3)]


def _ruffles(bodice: Bodice, rng: np.random.Generator) -> list[Part]:
    top = bodice.neck_y + bodice.depth
    line = spline((2.4, top + 0.2), (3.2, 0.5 * (top + 52)), (2.2, 52))
    parts = frill(line, width=3.6, rng=rng) + frill(flip(line), width=3.6, rng=rng, side=-1)
    seam = spline((0, top + 1), (0.1, bodice.hem[1]))
    return [
        Seam(seam, depth=0.3),
        *parts,
        *buttons(top=top + 4, bottom=bodice.hem[1] - 6, count=7, radius=0.5),
    ]


def _wrap(bodice: Bodice, rng: np.random.Generator) -> list[Part]:
    wx, wy = bodice.waist
    low = bodice.neck_y + bodice.depth
    edge = spline((0, low), (5.5, low + 9), (wx - 1.5, wy + 1))
    belt = band(
        spline((-wx, wy - 0.5), (0, wy + 1.0), (wx, wy - 0.5)),
        spline((-wx, wy + 2.2), (0, wy + 3.7), (wx, wy + 2.2)),
    )
    return [
        Seam(edge, depth=0.6, width=0.4),
        Stitches(edge + (-0.3, 0.7)),
        Panel(belt, "plain", edge=0.35, lift=0.2, bulge=(1.5, 0.2)),
        *tied_knot(wx - 4.5, wy + 1.6),
    ]


def tied_knot(x: float, y: float) -> list[Part]:
    """Return a tied knot with two hanging ends."""
    ends: list[Part] = []
    for lean, far in ((-1.6, 13.0), (1.8, 11.0)):
        tail = path(
            spline((x - 0.8, y), (x - 0.8 + 0.4 * lean, y + 0.5 * far), (x - 1.2 + lean, y + far)),
            spline(
                (x + 1.2 + lean, y + far - 0.6), (x + 0.8 + 0.4 * lean, y + 0.5 * far), (x + 0.8, y)
            ),
        )
        ends.append(Panel(tail, "plain", lift=0.3, bulge=(1.0, 0.3)))
    shape = spline(
        (x - 1.6, y - 1.2),
        (x + 1.5, y - 1.4),
        (x + 1.7, y + 1.5),
        (x - 1.5, y + 1.6),
        (x - 1.6, y - 1.2),
    )
    return [*ends, Panel(shape, "plain", lift=0.6, bulge=(1.4, 0.5))]


def collar_ribs(curve: Points, outer: Points) -> list[Part]:
    return [Ribs(curve, outer, spacing=0.6)]
