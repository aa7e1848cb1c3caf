"""Shape boots, seen from the side with the toe to the left; y = 70 is the floor."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import band, path, polygon, shifted, spline
from demo.garments.shapes.details.pairs import pair


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
        Fold(spline((0.5, y), (9, y + 1.6), (19, y - 1)), 1.4, rng.uniform(0.4, 0.9))
        for y in rng.uniform(40, 52, 4)
    )
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
        Panel(
            band(
                spline((2.0 - wide, top), (14, top + 2.2), (26.6 + wide, top - 0.6)),
                spline((2.0 - wide, top + 2), (14, top + 4.2), (26.6 + wide, top + 1.4)),
            ),
            body=shaft,
            bulge=(9, 0.5),
            edge=0.7,
            tone=0.92,
        ),
    ]
    parts += _boot_details(garment, top)
    parts += _boot_sole()
    return pair(parts, by=(7.0, -11.0))


def _boot_details(garment: Garment, top: float) -> list[Part]:
    heel_seam = spline((17.6, 65.0), (16.8, 58), (21, 51.5), (26.6, 50.4))
    toe_seam = spline((-15.5, 66.4), (-14.6, 60.5), (-15.8, 55.6))
    parts: list[Part] = [Seam(heel_seam), Stitches(shifted(heel_seam, -0.7, -0.3))]
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
            Stitches(shifted(zip_line, -0.8, 0)),
            Stitches(shifted(zip_line, 0.8, 0)),
            Cord(spline((20, top + 3), (20.2, top + 6)), 0.8, "brass"),
        ]
    parts += [
        Seam(toe_seam),
        Stitches(shifted(toe_seam, 0.7, 0)),
        Stitches(shifted(toe_seam, 1.3, 0)),
    ]
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
        Panel(sole, "sole", bulge=(1.6, 0.3), wrinkles=0),
        Panel(heel, "sole", bulge=(1.6, 0.3), wrinkles=0),
        Panel(welt, "wood", edge=0.4, lift=0.3, bulge=(1, 0.3), wrinkles=0),
        Stitches(shifted(welt[: len(welt) // 2], 0, 0.8), "white"),
    ]
