"""Shape blouses: with a bow, with ruffles, wrapped."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import band, flip, path, shifted, spline
from demo.garments.shapes.details.bodice import (
    Bodice,
    back_neck,
    buttons,
    fitted,
    hem_stitches,
    neck_band,
)
from demo.garments.shapes.details.sleeves import (
    Sleeve,
    cuff,
    mirror_panel,
    puffed_sleeve,
    sleeves_and_body,
)
from demo.garments.shapes.details.trims import frill, tied_knot


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


def _gathers(sleeve: Sleeve, side: int, rng: np.random.Generator) -> list[Part]:
    """Return short pleats above the cuff."""
    outer, inner = sleeve.outer(), sleeve.inner()
    k = len(outer) - 15
    lines: list[Part] = []
    for share in np.linspace(0.12, 0.88, 6):
        start = outer[k] + share * (inner[k] - outer[k])
        stop = shifted(start, rng.uniform(-0.6, 0.6), -rng.uniform(2.5, 5.0))
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
        Stitches(shifted(edge, -0.3, 0.7)),
        Panel(belt, "plain", edge=0.35, lift=0.2, bulge=(1.5, 0.2)),
        *tied_knot(wx - 4.5, wy + 1.6),
    ]
