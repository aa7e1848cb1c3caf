"""Shape caps, beanies and bucket hats."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import ellipse, path, polygon, resample, shifted, spline


def hat(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a cap, a beanie or a bucket hat."""
    return {"cap": _cap, "beanie": _beanie, "bucket": _bucket}[garment.cut or "cap"](garment, rng)


def _cap(garment: Garment, rng: np.random.Generator) -> list[Part]:
    trim = "trim" if garment.accent else "plain"
    dome = path(
        spline(
            (-19, 46),
            (-19.6, 36),
            (-15, 25),
            (-6, 18.6),
            (2, 17.6),
            (11, 20.2),
            (18, 28),
            (20.6, 38),
            (20.4, 46.5),
        ),
        spline((20.4, 46.5), (8, 49), (-6, 49.4), (-19, 46)),
    )
    bill = path(
        spline((-19.4, 45.2), (-10, 46.4), (2, 47.4), (11.8, 48.2)),
        spline((11.8, 48.2), (8, 54.4), (-4, 59.6), (-18, 61.2), (-28, 58.4)),
        spline((-28, 58.4), (-29.4, 55.4), (-26.6, 50.6), (-19.4, 45.2)),
    )
    under = shifted(bill, 0.2, 1.3)
    seams = [
        spline((0.5, 17.6), (-8, 22), (-13.6, 33), (-14.6, 46.6)),
        spline((0.5, 17.6), (4.6, 27), (5.0, 38), (2.4, 49)),
        spline((0.5, 17.6), (10, 23), (15.4, 33), (16.2, 47.4)),
    ]
    parts: list[Part] = [Panel(dome, bulge=(13, 0.62), edge=0.4)]
    for seam in seams:
        parts += [
            Seam(seam, depth=0.4),
            Stitches(shifted(seam, 0.8, 0)),
            Stitches(shifted(seam, -0.8, 0)),
        ]
    for x, y in ((-6.4, 28.0), (11.4, 29.5), (17.8, 33)):
        parts += [Button(x, y, 0.85, "plain", holes=False), Button(x, y, 0.4, "sole", holes=False)]
    parts += _badge(garment, trim)
    parts += [
        Panel(
            ellipse(centre=(0.6, 17.4), radii=(1.9, 1.3)),
            trim,
            lift=0.8,
            bulge=(1.5, 0.6),
            wrinkles=0,
        ),
        Panel(under, "lining", tone=0.5, bulge=(3, 0.1), wrinkles=0),
        Panel(bill, trim, lift=0.8, edge=0.5, bulge=(8, 0.30), wrinkles=0.1),
    ]
    edge = bill[53:100]
    parts += [
        Stitches(resample(shifted(edge * (1 - 0.055 * k, 1), -(0.5 * k), -(0.95 * k)), count=60))
        for k in range(1, 6)
    ]
    return parts


def _badge(garment: Garment, trim: str) -> list[Part]:
    if garment.pattern != "plain":
        return []
    cloth = (
        "white"
        if trim == "plain" and garment.colour not in ("white", "beige", "yellow")
        else "trim"
    )
    centre = (-5.4, 36.6)
    ring = ellipse(centre=centre, radii=(3.6, 4.4))
    hill = polygon((-7.6, 39.0), (-5.9, 34.8), (-4.9, 36.8), (-4.2, 35.6), (-2.9, 39.0))
    return [
        Panel(ring, cloth, edge=0.3, lift=0.1, bulge=(2, 0.1), wrinkles=0, laid=True),
        Panel(hill, "plain", edge=0.15, bulge=(1, 0), wrinkles=0, laid=True),
    ]


def _beanie(garment: Garment, rng: np.random.Generator) -> list[Part]:
    trim = "trim" if garment.accent else "rib"
    dome = path(
        spline(
            (-18.6, 50),
            (-19.4, 38),
            (-15.4, 25),
            (-6, 17.4),
            (0, 16.4),
            (6, 17.4),
            (15.4, 25),
            (19.4, 38),
            (18.6, 50),
        ),
        spline((18.6, 50), (0, 52.4), (-18.6, 50)),
    )
    cuff_top = spline((-19.4, 46), (-10, 48.2), (0, 48.8), (10, 48.2), (19.4, 46))
    cuff_low = spline((-18.8, 59), (-10, 61.4), (0, 62.2), (10, 61.4), (18.8, 59))
    cuff = path(
        cuff_top,
        spline((19.4, 46), (20.6, 52), (18.8, 59)),
        cuff_low[::-1],
        spline((-18.8, 59), (-20.6, 52), (-19.4, 46)),
    )
    parts: list[Part] = []
    if garment.seed % 2 == 0:
        parts += _pompom(trim, rng)
    top = spline((-2.6, 16.9), (0, 16.5), (2.6, 16.9))
    parts += [Panel(dome, bulge=(12, 0.6), edge=0.4)]
    for share in np.linspace(-0.92, 0.92, 17):
        curve = spline(
            (2.4 * share, 17.2), (15.6 * share, 28), (19.2 * share, 48.4 + 1.5 * (1 - share**2))
        )
        parts.append(Seam(curve, depth=0.35, width=0.4))
    del top
    parts += [
        Panel(cuff, trim, lift=0.7, edge=0.6, bulge=(8, 0.5)),
        Ribs(cuff_top, cuff_low, spacing=1.1, depth=0.3),
    ]
    if garment.pattern == "plain":
        parts.append(
            Panel(
                polygon((-3.2, 52.6), (3.2, 52.6), (3.2, 57.4), (-3.2, 57.4)),
                "label",
                lift=0.3,
                edge=0.2,
                bulge=(1, 0.1),
                wrinkles=0,
            )
        )
    return parts


def _pompom(cloth: str, rng: np.random.Generator) -> list[Part]:
    """Return a ball of yarn: a ragged disc with strands."""
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    radius = 6.2 + rng.uniform(-0.55, 0.55, 90)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    centre = np.array([0.0, 12.6])
    outer = centre + ring * radius[:, None]
    strands = centre + ring * rng.uniform(0.5, 4.6, (90, 1))
    return [
        Panel(outer, cloth, bulge=(6, 0.8), edge=0.3),
        Ribs(strands, outer, spacing=0.3, depth=0.4),
    ]


def _bucket(garment: Garment, rng: np.random.Generator) -> list[Part]:
    crown = path(
        spline((-15.4, 44), (-14.4, 32), (-12.4, 24.4)),
        spline((-12.4, 24.4), (-6, 21.8), (0, 21.2), (6, 21.8), (12.4, 24.4)),
        spline((12.4, 24.4), (14.4, 32), (15.4, 44)),
        spline((15.4, 44), (0, 48.4), (-15.4, 44)),
    )
    brim = path(
        spline((-15.4, 42.4), (0, 47.2), (15.4, 42.4)),
        spline((15.4, 42.4), (21, 49), (25.2, 56.6)),
        spline((25.2, 56.6), (13, 62.8), (0, 64.4), (-13, 62.8), (-25.2, 56.6)),
        spline((-25.2, 56.6), (-21, 49), (-15.4, 42.4)),
    )
    inside = spline(
        (-25.2, 56.6),
        (-12, 53.8),
        (0, 53.2),
        (12, 53.8),
        (25.2, 56.6),
        (12, 62),
        (0, 63.6),
        (-12, 62),
        (-25.2, 56.6),
    )
    tip = spline((-12.4, 24.4), (0, 27.0), (12.4, 24.4))
    upper, lower = (
        spline((-15.4, 42.4), (0, 47.2), (15.4, 42.4)),
        spline((-25.2, 56.6), (-13, 62.8), (0, 64.4), (13, 62.8), (25.2, 56.6)),
    )
    upper, lower = resample(upper, count=60), resample(lower, count=60)
    rows = [
        Stitches(upper + share * (lower - upper)) for share in (0.16, 0.32, 0.48, 0.64, 0.80, 0.94)
    ]
    folds = tuple(
        Fold(spline((x, 45), (1.4 * x, 60)), 2.2, rng.uniform(-0.5, 0.6)) for x in (-12, -5, 4, 11)
    )
    trim = "trim" if garment.accent else "main"
    return [
        Panel(inside, "lining", tone=0.5),
        Panel(crown, bulge=(10, 0.55), edge=0.4),
        Seam(tip, depth=0.4),
        Stitches(shifted(tip, 0, 0.8)),
        Seam(spline((0.3, 26.8), (0.6, 47)), depth=0.4),
        Button(-9.6, 33.5, 0.7, "metal", holes=False),
        Button(-9.2, 37.5, 0.7, "metal", holes=False),
        Panel(brim, trim, lift=0.5, edge=0.4, bulge=(7, 0.3), folds=folds),
        Seam(upper, depth=0.5),
        *rows,
    ]
