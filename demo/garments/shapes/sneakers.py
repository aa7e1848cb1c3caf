"""Shape sneakers, seen from the side with the toe to the left; y = 70 is the floor."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Cord, Fold, Panel, Part, Stitches
from demo.garments.paths import Points, ellipse, offset, path, spline
from demo.garments.shapes.details.pairs import pair


def sneakers(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a pair of sneakers: low, high, or for running."""
    rise = 13.0 if garment.cut == "high-top" else 0.0
    trim = "trim" if garment.accent else "white"
    if garment.colour == "white" and not garment.accent:
        trim = "rib"
    upper = _upper(rise)
    parts: list[Part] = [
        *_tongue(rise),
        Panel(upper, bulge=(7, 0.5), edge=0.4, folds=_vamp_folds(rng)),
        *_overlays(upper, rise, trim, garment),
        *_laces(rise),
        *_sole(garment.cut == "runner", trim),
    ]
    return pair(parts, by=(5.5, -17.0 - 0.75 * rise))


def _upper(rise: float) -> Points:
    top = spline(
        (6.6, 40.6 - rise),
        (10.5, 43.0 - rise),
        (16, 44.4 - rise),
        (22, 42.4 - rise),
        (28.6, 37.6 - rise),
    )
    return path(
        spline(
            (-30.0, 65.4),
            (-30.0, 61.6),
            (-26.6, 57.8),
            (-19, 55.2),
            (-9.5, 50.2),
            (-1, 44.4 - 0.4 * rise),
            (6.6, 40.6 - rise),
        ),
        top,
        spline(
            (28.6, 37.6 - rise),
            (30.4, 38.6 - rise),
            (30.2, 45 - 0.5 * rise),
            (30.6, 54),
            (30.4, 65.6),
        ),
        spline((30.4, 65.6), (0, 67.6), (-30.0, 65.4)),
    )


def _vamp_folds(rng: np.random.Generator) -> tuple[Fold, ...]:
    return tuple(
        Fold(
            spline((x, 55 + 0.12 * x), (x + 1.5, 58), (x + 0.5, 61.5)), 1.1, -rng.uniform(0.3, 0.6)
        )
        for x in (-16.5, -13.5, -10.5)
    )


def _tongue(rise: float) -> list[Part]:
    inside = spline(
        (6.4, 41 - rise),
        (12, 38.4 - rise),
        (22, 38.0 - rise),
        (28.8, 37.8 - rise),
        (24, 46 - rise),
        (14, 47 - rise),
        (6.4, 41 - rise),
    )
    tongue = path(
        spline((-3, 47 - 0.5 * rise), (2.2, 41 - rise), (5.4, 36.4 - rise), (8.8, 35.6 - rise)),
        spline((8.8, 35.6 - rise), (11.2, 38 - rise), (9.8, 42 - rise), (4, 49 - 0.5 * rise)),
    )
    return [
        Panel(inside, "lining", tone=0.5, bulge=(3, -0.2), wrinkles=0.2),
        Panel(tongue, "plain", bulge=(2.5, 0.18), edge=0.4, wrinkles=0.2),
    ]


def _overlays(upper: Points, rise: float, trim: str, garment: Garment) -> list[Part]:
    """Return toe cap, eyestay, heel counter and a stripe, each stitched along its edge."""
    toe = path(
        spline((-30.0, 65.4), (-30.0, 61.6), (-26.6, 57.8), (-20.6, 55.7)),
        spline((-20.6, 55.7), (-17.6, 60), (-17.4, 66.6)),
        spline((-17.4, 66.6), (-30, 65.4)),
    )
    stay = path(
        spline((-10.6, 50.8), (-1, 44.4 - 0.4 * rise), (6.6, 40.6 - rise)),
        spline((6.6, 40.6 - rise), (9.6, 43.4 - rise), (10.6, 46.4 - rise)),
        spline(
            (10.6, 46.4 - rise), (4, 50.6 - 0.6 * rise), (-3, 54.6), (-8.6, 54.4), (-10.6, 50.8)
        ),
    )
    heel = path(
        spline((21.6, 66.6), (20.8, 58), (24.6, 51.6), (30.3, 50.2)),
        spline((30.3, 50.2), (30.6, 58), (30.4, 65.6)),
        spline((30.4, 65.6), (21.6, 66.6)),
    )
    collar = path(
        spline((8.6, 42.6 - rise), (16, 44.4 - rise), (22, 42.4 - rise), (28.6, 37.6 - rise)),
        spline((28.6, 37.6 - rise), (30.4, 38.6 - rise), (30.2, 42.6 - rise)),
        spline(
            (30.2, 42.6 - rise),
            (23, 46.8 - rise),
            (16, 48.4 - rise),
            (9.8, 46.4 - rise),
            (8.6, 42.6 - rise),
        ),
    )
    stripe = path(
        spline((-6.5, 62.4), (2, 60.6), (11, 56), (19.4, 49.4)),
        spline((19.4, 49.4), (20.6, 51.6)),
        spline((20.6, 51.6), (12, 59.4), (4, 63.6), (-3.6, 65.0)),
        spline((-3.6, 65.0), (-6.5, 62.4)),
    )
    pieces = [
        (toe, "plain", toe[40:72]),
        (heel, "plain" if garment.cut != "runner" else trim, heel[:42]),
        (stay, "plain", stay[len(stay) - 57 :]),
    ]
    parts: list[Part] = []
    if garment.cut != "high-top":
        parts += [
            Panel(stripe, trim, edge=0.2, body=upper, bulge=(7, 0.5)),
            Stitches(offset(stripe[:43], by=-0.4)),
        ]
    for shape, cloth, edge in pieces:
        parts += [
            Panel(shape, cloth, edge=0.45, body=upper, bulge=(7, 0.5), wrinkles=0.2, tone=0.94),
            Stitches(offset(edge, by=-0.6)),
        ]
    parts.append(
        Panel(collar, "plain", edge=0.6, lift=0.2, bulge=(2.6, 0.4), wrinkles=0.2, tone=0.9)
    )
    if garment.cut == "high-top":
        parts += [
            Panel(ellipse(centre=(19.5, 46.5), radii=(4.2, 4.2)), trim, edge=0.3, bulge=(5, 0.1)),
            Stitches(ellipse(centre=(19.5, 46.5), radii=(3.5, 3.5))),
        ]
    return parts


def _laces(rise: float) -> list[Part]:
    """Return eyelets and the laces that cross the tongue from them, tied at the top."""
    start, stop = np.array([-8.2, 51.4]), np.array([7.4, 44.0 - rise])
    parts: list[Part] = []
    for share in np.linspace(0, 1, 8 if rise else 6):
        sag = (0, 1.2 * np.sin(np.pi * share) * (rise > 0))
        x, y = start + share * (stop - start) + sag
        parts.append(Button(float(x), float(y), 0.55, "metal", holes=False))
        across = spline((x, y), (x - 0.9, y - 1.5), (x - 2.2, y - 2.6))
        parts.append(Cord(across, 1.0, "lace"))
    x, y = float(stop[0]) - 1.6, float(stop[1]) - 1.8
    loops = (
        spline((x, y), (x - 3.6, y - 0.8), (x - 5.2, y + 2.2), (x - 2.4, y + 2.2), (x, y)),
        spline((x, y), (x + 2.8, y + 0.4), (x + 3.2, y + 4.6), (x + 1.0, y + 3.4), (x, y)),
        spline((x, y), (x - 1.4, y + 3.4), (x - 3.4, y + 6.6)),
        spline((x, y), (x + 0.6, y + 4.0), (x + 0.2, y + 7.4)),
    )
    return [*parts, *(Cord(loop, 0.62, "lace") for loop in loops)]


def _sole(is_runner: bool, trim: str) -> list[Part]:
    heel = 3.0 if is_runner else 0.0
    top = spline((-30.6, 64.2), (-22, 65.6), (0, 65.4), (18, 64.4 - heel), (31.2, 63.4 - heel))
    middle = path(
        top, spline((31.2, 63.4 - heel), (32.0, 66), (30.6, 69.2)),
        spline((30.6, 69.2), (10, 69.9), (-14, 69.9), (-25, 69.4)),
        spline((-25, 69.4), (-30.8, 67.6), (-31.4, 65.4), (-30.6, 64.2)),
    )  # fmt: skip
    tread = path(
        spline((30.6, 68.6), (10, 69.2), (-14, 69.2), (-25, 68.7), (-31.2, 66.4)),
        spline(
            (-31.2, 66.4),
            (-29.6, 69.4),
            (-24, 70.9),
            (-14, 71.3),
            (10, 71.4),
            (29.4, 71.0),
            (30.6, 68.6),
        ),
    )
    line = offset(top, by=-1.6)
    return [
        Panel(tread, "sole", bulge=(1.5, 0.3), wrinkles=0),
        Panel(middle, "rubber", bulge=(3.0, 0.4), edge=0.5, lift=0.5, wrinkles=0),
        Stitches(line[2:-2], trim if trim != "white" else None),
    ]
