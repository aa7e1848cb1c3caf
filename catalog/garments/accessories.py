"""Shape hats, bags and scarves."""

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import (
    Point,
    Points,
    band,
    ellipse,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    resample,
    spline,
)


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
    under = bill + (0.2, 1.3)
    seams = [
        spline((0.5, 17.6), (-8, 22), (-13.6, 33), (-14.6, 46.6)), spline((0.5, 17.6), (4.6, 27), (5.0, 38), (2.4, 49)),
        spline((0.5, 17.6), (10, 23), (15.4, 33), (16.2, 47.4)),
    ]  # fmt: skip
    parts: list[Part] = [Panel(dome, bulge=(13, 0.62), edge=0.4)]
    for seam in seams:
        parts += [Seam(seam, depth=0.4), Stitches(seam + (0.8, 0)), Stitches(seam - (0.8, 0))]
    for x, y in ((-6.4, 28.0), (11.4, 29.5), (17.8, 33)):
        parts += [Button(x, y, 0.85, "plain", holes=False), Button(x, y, 0.4, "sole", holes=False)]
    parts += _badge(garment, trim)
    parts += [
        Panel(ellipse(centre=(0.6, 17.4), radii=(1.9, 1.3)), trim, lift=0.8, bulge=(1.5, 0.6), wrinkles=0),
        Panel(under, "lining", tone=0.5, bulge=(3, 0.1), wrinkles=0),
        Panel(bill, trim, lift=0.8, edge=0.5, bulge=(8, 0.30), wrinkles=0.1),
    ]  # fmt: skip
    edge = bill[43:100]
    parts += [
        Stitches(resample(edge * (1 - 0.055 * k, 1) - (0.5 * k, 0.95 * k), count=60))
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
        Panel(inside, "lining", tone=0.5), Panel(crown, bulge=(10, 0.55), edge=0.4),
        Seam(tip, depth=0.4), Stitches(tip + (0, 0.8)), Seam(spline((0.3, 26.8), (0.6, 47)), depth=0.4),
        Button(-9.6, 33.5, 0.7, "metal", holes=False), Button(-9.2, 37.5, 0.7, "metal", holes=False),
        Panel(brim, trim, lift=0.5, edge=0.4, bulge=(7, 0.3), folds=folds), Seam(upper, depth=0.5), *rows,
    ]  # fmt: skip


def bag(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a tote, a handbag or a backpack."""
    return {"tote": _tote, "handbag": _handbag, "backpack": _backpack}[garment.cut or "tote"](
        garment, rng
    )


def _handle(*right: Point) -> Points:
    """Return an arch over the middle, given its right half from the foot up."""
    return spline(*right, *((-x, y) for x, y in right[-2::-1]))


def _tote(garment: Garment, rng: np.random.Generator) -> list[Part]:
    front = mirrored(path(
        spline((0, 34), (19.4, 33.2)), spline((19.4, 33.2), (20.4, 52), (19.6, 74)), spline((19.6, 74), (17.6, 76.2), (0, 76.8)),
    ))  # fmt: skip
    inside = mirrored(path(spline((0, 31.4), (19.0, 32.6)), spline((19.4, 33.2), (0, 36.4))))
    handle = _handle((9.6, 42), (9.4, 26), (6.6, 14.0), (0, 9.4))
    folds = tuple(
        Fold(spline((x, 37), (x + lean, 55), (x + 0.4 * lean, 73)), 2.6, depth)
        for x, lean, depth in zip(
            rng.uniform(-15, 15, 5), rng.uniform(-4, 4, 5), rng.uniform(-0.8, 0.9, 5), strict=True
        )
    )
    trim = "trim" if garment.accent else "plain"
    parts: list[Part] = [Cord(handle + (0, -1.6), 2.2, "lining"), Panel(inside, "lining", tone=0.5)]
    parts += [
        Panel(front, folds=folds, bulge=(6, 0.35), edge=0.4),
        Stitches(spline((-19.2, 35.4), (0, 36.2), (19.2, 35.4))),
    ]
    parts += [Cord(handle, 2.4, trim)]
    for x in (-9.6, 9.6):
        patch = polygon((x - 1.4, 36.8), (x + 1.4, 36.8), (x + 1.4, 43.4), (x - 1.4, 43.4))
        parts += [
            Panel(patch, trim, edge=0.4, lift=0.6, bulge=(1, 0.2), wrinkles=0, laid=True),
            Stitches(patch[[0, 1, 2, 3, 0]] * (0.97, 0.985) + (0.03 * x, 0.6)),
        ]
    return parts


def _handbag(garment: Garment, rng: np.random.Generator) -> list[Part]:
    body = mirrored(path(
        spline((0, 38), (19, 38.6)), spline((19, 38.6), (22.4, 50), (23.6, 70)), spline((23.6, 70), (21.8, 74.2), (0, 74.8)),
    ))  # fmt: skip
    flap = mirrored(
        path(
            spline((0, 37), (19.4, 37.6)),
            spline((19.4, 37.6), (21.2, 46), (19.4, 55), (10, 59.6), (0, 60.4)),
        )
    )
    handle = _handle((16.4, 40), (16.8, 24), (11, 13.6), (0, 10.4))
    trim = "trim" if garment.accent else "plain"
    edge = flap[2:58]
    parts: list[Part] = [
        Cord(handle, 2.0, trim),
        Panel(body, bulge=(7, 0.5), edge=0.5),
        Stitches(offset(body[2:70], by=1.0)),
    ]
    parts += [
        Panel(flap, bulge=(7, 0.35), lift=0.7, edge=0.6),
        Stitches(offset(edge, by=1.0)),
        Stitches(flip(offset(edge, by=1.0))),
    ]
    parts += [Button(side * 16.4, 40.2, 1.5, "brass", holes=False) for side in (-1, 1)]
    clasp = path(
        spline((-2.6, 56.6), (2.6, 56.6)),
        spline((2.6, 56.6), (2.4, 63.4), (0, 64.4), (-2.4, 63.4), (-2.6, 56.6)),
    )
    return [
        *parts,
        Panel(clasp, "brass", lift=0.8, edge=0.4, bulge=(2, 0.4), wrinkles=0, laid=True),
        Button(0, 60.4, 0.8, "metal", holes=False),
    ]


def _backpack(garment: Garment, rng: np.random.Generator) -> list[Part]:
    body = mirrored(path(
        spline((0, 18), (11, 19), (17.6, 26), (19, 40), (19.6, 66)), spline((19.6, 66), (18, 74), (10, 75.6), (0, 75.8)),
    ))  # fmt: skip
    pocket = mirrored(
        path(
            spline((0, 48.4), (12.4, 48.8), (14.6, 51.2)),
            spline((14.6, 51.2), (15, 66), (13.4, 71.2), (0, 71.8)),
        )
    )
    trim = "trim" if garment.accent else "plain"
    loop = spline((-4.2, 19), (-3.4, 12.4), (0, 11), (3.4, 12.4), (4.2, 19))
    zip_line = spline(
        (-17.2, 40), (-15.4, 27.4), (-8.6, 22.6), (0, 21.8), (8.6, 22.6), (15.4, 27.4), (17.2, 40)
    )
    pouch_zip = spline((-13.4, 53.4), (0, 52.6), (13.4, 53.4))
    straps = [spline((s * 14, 24), (s * 23, 36), (s * 23.4, 56), (s * 18.6, 70)) for s in (-1, 1)]
    parts: list[Part] = [*(Cord(strap, 3.2, "plain") for strap in straps), Cord(loop, 1.8, trim)]
    parts += [
        Panel(body, bulge=(9, 0.5), edge=0.5),
        Seam(zip_line, depth=0.6, width=0.9),
        Stitches(zip_line, "metal"),
        Stitches(offset(zip_line, by=1.3)),
        Stitches(offset(zip_line, by=-1.3)),
    ]
    parts += [
        Panel(pocket, bulge=(5, 0.4), lift=0.8, edge=0.5),
        Seam(pouch_zip, depth=0.5, width=0.8),
        Stitches(pouch_zip, "metal"),
    ]
    parts += [
        Cord(spline((13, 53.4), (13.8, 58.4)), 0.9, trim),
        Cord(spline((16.9, 39), (17.6, 44)), 0.9, trim),
    ]
    badge = polygon((-4.2, 31), (4.2, 31), (4.2, 36.4), (-4.2, 36.4))
    return [
        *parts,
        Panel(
            badge,
            trim if garment.accent else "wood",
            edge=0.3,
            lift=0.2,
            bulge=(1.4, 0.1),
            wrinkles=0, laid=True,
        ),
        Stitches(badge[[0, 1, 2, 3, 0]] * (0.9, 0.97) + (0, 1.0)),
    ]


def scarf(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a scarf: looped as round a neck, or folded in half."""
    trim = "trim" if garment.accent else "plain"
    if garment.cut == "folded":
        return _fall((-12, 14), (-10.4, 84), 19, rng, trim) + _fall(
            (4, 12), (6.4, 78), 19, rng, trim
        )
    back = mirrored(spline((0, 8.0), (8.5, 9.6), (15.0, 16.5), (16.4, 25.0), (9.0, 25.5), (0, 21.5)))
    wrap = mirrored(spline((0, 26.5), (8.5, 24.4), (14.2, 18.6), (17.0, 22.5), (15.6, 32.0), (8.0, 39.6), (0, 41.5)))
    folds = tuple(
        Fold(spline((-15, 22 + k), (-6, 29.0 + 1.25 * k), (3, 30 + 1.2 * k), (15, 21 + k)), 1.5, rng.uniform(0.5, 1.1))
        for k in (0.5, 3.5, 6.5)
    )  # fmt: skip
    tails = _fall((-6.4, 34), (-9.4, 88), 13, rng, trim) + _fall(
        (6.6, 34), (8.0, 80), 13, rng, trim
    )
    return [
        Panel(back, tone=0.62, bulge=(5, 0.3)),
        *tails,
        Panel(wrap, bulge=(7, 0.6), lift=0.8, folds=folds, edge=0.5),
    ]


def _fall(
    top: tuple[float, float],
    end: tuple[float, float],
    width: float,
    rng: np.random.Generator,
    trim: str,
) -> list[Part]:
    """Return one hanging end with its fringe."""
    (x, y), (ex, ey) = top, end
    half = width / 2
    bow = rng.uniform(-1.5, 1.5)
    left = spline(
        (x - 0.8 * half, y), (0.5 * (x + ex) - half + bow, 0.5 * (y + ey)), (ex - half, ey)
    )
    right = spline(
        (x + 0.8 * half, y), (0.5 * (x + ex) + half + bow, 0.5 * (y + ey)), (ex + half, ey + 1.0)
    )
    folds = tuple(
        Fold(np.stack([left[k] + share * (right[k] - left[k]) for k in range(0, len(left), 4)]), 1.7, depth)
        for share, depth in zip((0.2, 0.5, 0.78), rng.uniform(0.5, 1.1, 3), strict=True)
    )  # fmt: skip
    parts: list[Part] = []
    for at in np.linspace(-half + 0.4, half - 0.4, round(1.3 * width)):
        start = ex + at, ey - 0.4 + 0.5 * (at + half) / half
        stop = ex + at + rng.uniform(-0.7, 0.7), ey + 7.0 + rng.uniform(-0.8, 0.8)
        parts.append(
            Cord(spline(start, (ex + at + rng.uniform(-0.4, 0.4), ey + 3.5), stop), 0.55, trim)
        )
    return [*parts, Panel(band(left, right), folds=folds, bulge=(4.5, 0.45), lift=0.4, edge=0.4)]
