"""Shape sneakers and boots, seen from the side with the toe to the left; y = 70 is the floor."""

from dataclasses import replace

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import Points, band, ellipse, offset, path, polygon, spline


def pair(parts: list[Part], *, by: tuple[float, float]) -> list[Part]:
    """Return a shoe with its fellow behind it."""
    return [*(_moved(part, by) for part in parts), *parts]


def _moved(part: Part, by: tuple[float, float]) -> Part:
    match part:
        case Panel():
            body = None if part.body is None else part.body + by
            folds = tuple(replace(fold, curve=fold.curve + by) for fold in part.folds)
            return replace(part, outline=part.outline + by, body=body, folds=folds)
        case Ribs():
            return replace(part, inner=part.inner + by, outer=part.outer + by)
        case Button():
            return replace(part, x=part.x + by[0], y=part.y + by[1])
        case _:
            return replace(part, curve=part.curve + by)


def sneakers(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a pair of sneakers: low, high, or for running."""
    rise = 13.0 if garment.cut == "high-top" else 0.0
    trim = "trim" if garment.accent else "white"
    if garment.colour == "white" and not garment.accent:
        trim = "rib"
    upper = _upper(rise)
    parts: list[Part] = [
        *_tongue(rise), Panel(upper, bulge=(7, 0.5), edge=0.4, folds=_vamp_folds(rng)),
        *_overlays(upper, rise, trim, garment), *_laces(rise), *_sole(garment.cut == "runner", trim),
    ]  # fmt: skip
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
        spline((-30.0, 65.4), (-30.0, 61.6), (-26.6, 57.8), (-19, 55.2), (-9.5, 50.2), (-1, 44.4 - 0.4 * rise), (6.6, 40.6 - rise)),
        top,
        spline((28.6, 37.6 - rise), (30.4, 38.6 - rise), (30.2, 45 - 0.5 * rise), (30.6, 54), (30.4, 65.6)),
        spline((30.4, 65.6), (0, 67.6), (-30.0, 65.4)),
    )  # fmt: skip


def _vamp_folds(rng: np.random.Generator) -> tuple[Fold, ...]:
    return tuple(
        Fold(spline((x, 55 + 0.12 * x), (x + 1.5, 58), (x + 0.5, 61.5)), 1.1, -rng.uniform(0.3, 0.6))
        for x in (-16.5, -13.5, -10.5)
    )  # fmt: skip


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
    for loop in (
        spline((x, y), (x - 3.6, y - 0.8), (x - 5.2, y + 2.2), (x - 2.4, y + 2.2), (x, y)),
        spline((x, y), (x + 2.8, y + 0.4), (x + 3.2, y + 4.6), (x + 1.0, y + 3.4), (x, y)),
        spline((x, y), (x - 1.4, y + 3.4), (x - 3.4, y + 6.6)),
        spline((x, y), (x + 0.6, y + 4.0), (x + 0.2, y + 7.4)),
    ):
        parts.append(Cord(loop, 0.62, "lace"))
    return parts


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


def boots(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a pair of boots: laced ankle boots, chelsea boots, or knee-high ones."""
    top = {"ankle": 30.0, "chelsea": 32.0, "knee-high": -8.0}[garment.cut or "ankle"]
    wide = 3.5 if garment.cut == "knee-high" else 0.0
    shaft = path(
        spline(
            (-29, 65.6),
            (-28.6, 60.4),
            (-22, 57),
            (-11, 53.6),
            (-1.5, 46.5),
            (1.6, 38),
            (2.0 - wide, 0.5 * (38 + top) - 1),
            (2.0 - wide, top),
        ),
        spline((2.0 - wide, top), (14, top + 1.2), (26.6 + wide, top - 0.6)),
        spline(
            (26.6 + wide, top - 0.6),
            (26.8 + 0.8 * wide, 0.5 * (44 + top)),
            (26.2, 46),
            (28.4, 55),
            (28.0, 65.0),
        ),
        spline((28.0, 65.0), (10, 65.4), (-6, 66.6), (-29, 65.6)),
    )
    opening = spline(
        (2.0 - wide, top),
        (14, top - 2.0),
        (26.6 + wide, top - 0.6),
        (14, top + 2.2),
        (2.0 - wide, top),
    )
    folds = tuple(
        Fold(spline((0.5, y), (9, y + 1.6), (19, y - 1)), 1.4, rng.uniform(0.4, 0.9)) for y in rng.uniform(40, 52, 4)
    )  # fmt: skip
    if garment.cut == "knee-high":
        folds += tuple(
            Fold(
                spline((1, y), (12, y + 2), (25, y + rng.uniform(-2, 2))),
                1.8,
                rng.uniform(0.2, 0.6),
            )
            for y in rng.uniform(2, 38, 4)
        )
    parts: list[Part] = [
        Panel(opening, "lining", tone=0.45, bulge=(2, -0.2)),
        Panel(shaft, bulge=(9, 0.5), edge=0.4, folds=folds),
        Panel(band(spline((2.0 - wide, top), (14, top + 2.2), (26.6 + wide, top - 0.6)), spline((2.0 - wide, top + 2), (14, top + 4.2), (26.6 + wide, top + 1.4))),
              body=shaft, bulge=(9, 0.5), edge=0.7, tone=0.92),
    ]  # fmt: skip
    parts += _boot_details(garment, top)
    parts += _boot_sole()
    return pair(parts, by=(7.0, -11.0))


def _boot_details(garment: Garment, top: float) -> list[Part]:
    heel_seam = spline((17.6, 65.0), (16.8, 58), (21, 51.5), (26.6, 50.4))
    toe_seam = spline((-15.5, 66.4), (-14.6, 60.5), (-15.8, 55.6))
    parts: list[Part] = [Seam(heel_seam), Stitches(heel_seam - (0.7, 0.3))]
    if garment.cut == "chelsea":
        gore = path(
            spline((9.4, top + 2), (18.6, top + 1.8)),
            spline((18.6, top + 1.8), (17.4, 44), (14.2, 54.0)),
            spline((14.2, 54.0), (10.6, 44), (9.4, top + 2)),
        )
        tab = polygon((25.0, top - 4.6), (27.8, top - 4.4), (27.6, top + 2.4), (25.2, top + 2.2))
        return [
            *parts,
            Panel(gore, "trim" if garment.accent else "lining", edge=0.2, bulge=(6, 0.2), tone=0.7),
            Ribs(gore[:2] @ np.eye(2), spline((13.8, 53.4), (14.4, 53.4)), spacing=0.8),
            Panel(tab, "plain", edge=0.4, lift=0.3, bulge=(1, 0.2)),
        ]
    if garment.cut == "knee-high":
        zip_line = spline((20, top + 3), (20.6, 20), (19.6, 46), (20.4, 60))
        return [
            *parts,
            Seam(zip_line, depth=0.6, width=0.5),
            Stitches(zip_line - (0.8, 0)),
            Stitches(zip_line + (0.8, 0)),
            Cord(spline((20, top + 3), (20.2, top + 6)), 0.8, "brass"),
        ]
    parts += [Seam(toe_seam), Stitches(toe_seam + (0.7, 0)), Stitches(toe_seam + (1.3, 0))]
    for share in np.linspace(0, 1, 7):
        x, y = -8.0 + 11.6 * share**0.65, 54.6 - (54.6 - top - 4.4) * share
        parts += [
            Button(float(x + 2.4), float(y + 0.8), 0.7, "brass", holes=False),
            Cord(spline((x + 2.4, y + 0.8), (x + 0.4, y - 0.8), (x - 1.2, y - 1.6)), 1.1, "accent"),
        ]
    return parts


def _boot_sole() -> list[Part]:
    welt = band(
        spline((-29.6, 65.0), (-6, 66.2), (10, 64.8), (28.6, 64.4)),
        spline((-29.8, 66.8), (-6, 68.0), (10, 66.6), (28.8, 66.2)),
    )
    sole = band(
        spline((-29.6, 66.2), (-6, 67.6), (10, 66.2), (28.6, 65.8)),
        spline((-28.0, 69.6), (-18, 70.6), (-4, 70.4), (8.6, 68.4), (28.4, 69)),
    )
    heel = path(
        spline((9.6, 67.2), (28.6, 66.8)),
        spline((28.6, 66.8), (28.2, 71.4)),
        spline((28.2, 71.4), (11.2, 71.6)),
        spline((11.2, 71.6), (9.6, 67.2)),
    )
    return [
        Panel(sole, "sole", bulge=(1.6, 0.3), wrinkles=0), Panel(heel, "sole", bulge=(1.6, 0.3), wrinkles=0),
        Panel(welt, "wood", edge=0.4, lift=0.3, bulge=(1, 0.3), wrinkles=0), Stitches((welt[: len(welt) // 2] + (0, 0.8)), "white"),
    ]  # fmt: skip
