"""Shape overcoats and parkas."""

from dataclasses import replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import band, flip, mirrored, path, shifted, spline
from demo.garments.shapes.blazers import open_back, open_fronts
from demo.garments.shapes.details.bodice import Bodice, fitted
from demo.garments.shapes.details.collars import lapel
from demo.garments.shapes.details.pockets import flap_pocket, patch_pockets
from demo.garments.shapes.details.sleeves import (
    Sleeve,
    cuff,
    long_sleeve,
    mirror_panel,
    sleeves_and_body,
)


def coat(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape an overcoat with lapels, or a parka with a hood edged in fur."""
    end = 98.0 if garment.length == "long" else 85.0
    base = Bodice(
        neck=7.2, neck_y=13.0, shoulder=(20.4, 17.6), armpit=(19.4, 38.0), waist=(19.0, 58.0),
        hem=(22.0, end),
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neck=7.2)
    sleeve = long_sleeve(bodice, width=1.26, end=72)
    if garment.cut == "parka":
        return _parka(bodice, sleeve, rng)
    parts = open_back(7.2, 43) + open_fronts(bodice, sleeve, rng, overlap=2.6, low=42.0)
    parts += flap_pocket(x=12.2, y=60.0, width=8.6, tilt=1.8)
    pair = lapel(neck=6.8, low=42.0, overlap=-2.6, width=8.0)
    parts += [*(mirror_panel(panel) for panel in pair), *pair]
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth="main", ribbed=False)[1:]
    edge = spline((-2.6, 43), (-2.6, end))
    parts.append(Stitches(shifted(edge, 0.7, 0)))
    return [*parts, *(Button(0.2, y, 1.15) for y in (44.0, 53.5, 63.0))]


def _parka(bodice: Bodice, sleeve: Sleeve, rng: np.random.Generator) -> list[Part]:
    shaped = replace(bodice, depth=8.0, neckline="round neck")
    bottom = shaped.hem[1]
    parts = _hood(rng) + sleeves_and_body(shaped, sleeve, rng, strength=1.3)
    parts += patch_pockets(x=12.2, y=62, width=10.5, height=13) + patch_pockets(
        x=11.2, y=38, width=8.0, height=8.5
    )
    flap = path(
        spline((-3.2, 24), (-3.2, bottom + 0.6)),
        spline((-3.2, bottom + 0.6), (2.6, bottom + 0.6)),
        spline((2.6, bottom + 0.6), (2.6, 24)),
    )
    parts += [
        Panel(flap, body=shaped.front(), edge=0.5, lift=0.45),
        Stitches(shifted(flap[:2], 0.7, 0)),
        Stitches(shifted(flap[-2:], -0.7, 0)),
    ]
    waist = spline((-18.8, 54.6), (0, 56.0), (18.8, 54.6))
    parts += [
        Stitches(waist),
        Stitches(shifted(waist, 0, 1.4)),
        Seam(shifted(waist, 0, 0.7), depth=0.4),
    ]
    parts += [
        Button(-2.0, float(y), 0.8, "metal", holes=False) for y in np.linspace(29, bottom - 8, 6)
    ]
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=4.5, cloth="main", ribbed=False)
    return parts + _fur(rng)


_HOOD_RIM = ((0, 3.4), (5.4, 4.2), (8.6, 9.4), (8.0, 16.0), (4.0, 22.0), (0.4, 26.0))


def _hood(rng: np.random.Generator) -> list[Part]:
    shape = mirrored(
        spline((0, -1.0), (7.6, -0.2), (12.2, 5.6), (12.6, 13.0), (11.4, 20.0), (4, 27), (0, 28))
    )
    inside = mirrored(spline(*_HOOD_RIM))
    folds = tuple(Fold(spline((s * 10, 5), (s * 11, 12), (s * 9, 20)), 1.6, 0.6) for s in (-1, 1))
    return [
        Panel(shape, folds=folds, bulge=(5, 0.5), edge=0.5),
        Panel(inside, "lining", tone=0.5, bulge=(4, -0.3)),
    ]


def _fur(rng: np.random.Generator) -> list[Part]:
    """Return a ring of fur: a soft band, and hairs across it."""
    rim = spline(*_HOOD_RIM)
    ring = path(flip(rim)[::-1], rim)
    steps = np.gradient(ring, axis=0)
    normals = np.stack([steps[:, 1], -steps[:, 0]], axis=1) / np.maximum(
        np.linalg.norm(steps, axis=1, keepdims=True), 1e-6
    )
    outer = ring + normals * rng.uniform(1.6, 2.9, (len(ring), 1))
    inner = ring - normals * rng.uniform(0.8, 1.7, (len(ring), 1))
    parts: list[Part] = [Panel(band(outer, inner), "fur", lift=0.8, bulge=(1.8, 0.5), edge=0.4)]
    lean = rng.uniform(-0.5, 0.5, (len(ring), 2))
    return [*parts, Ribs(inner + 0.2 * lean, outer + lean, spacing=0.35, depth=0.3)]
