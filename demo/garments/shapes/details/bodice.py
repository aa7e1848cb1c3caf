"""Measure upper bodies, and cut their necklines, hems and folds.

Every function takes the right half (x > 0, as seen by the viewer) and mirrors it where needed.
The neck is at the top, y near 12; a T-shirt's hem is at y near 71.
"""

from dataclasses import dataclass, replace

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import (
    Point,
    Points,
    band,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    shifted,
    spline,
)


@dataclass(frozen=True)
class Bodice:
    """The measures of an upper body, right half, in garment units."""

    neck: float = 7.8
    neck_y: float = 13.0
    shoulder: Point = (18.6, 17.6)
    armpit: Point = (17.8, 34.0)
    waist: Point = (17.2, 50.0)
    hem: Point = (18.0, 71.0)
    hem_dip: float = 1.0
    depth: float = 6.5
    neckline: str = "crew neck"

    def front_neck(self) -> Points:
        """Return the neckline from the middle of the front to the neck point."""
        top, low = (self.neck, self.neck_y), self.neck_y + self.depth
        match self.neckline:
            case "v-neck" | "wrap":
                return spline((0, low), (0.52 * self.neck, low - 0.50 * self.depth), top)
            case "square neck":
                inner = self.neck - 0.6
                return path(
                    spline((0, low + 0.5), (inner - 0.5, low)), spline((inner, low - 0.4), top)
                )
            case "boat neck":
                return spline((0, low), (0.6 * self.neck, low - 0.18 * self.depth), top)
            case _:
                return spline(
                    (0, low), (0.42 * self.neck, low - 0.10 * self.depth),
                    (0.86 * self.neck, low - 0.52 * self.depth), top,
                )  # fmt: skip

    def armhole(self) -> Points:
        """Return the armhole from the shoulder's tip to the armpit."""
        (sx, sy), (ax, ay) = self.shoulder, self.armpit
        drop = ay - sy
        return spline(
            (sx, sy), (min(sx, ax) - 1.3, sy + 0.42 * drop), (ax - 1.1, sy + 0.82 * drop), (ax, ay)
        )

    def side(self) -> Points:
        return spline(self.armpit, self.waist, self.hem)

    def hem_line(self) -> Points:
        """Return the hem from the side seam to the middle."""
        x, y = self.hem
        return spline((x, y), (0.55 * x, y + 0.8 * self.hem_dip), (0, y + self.hem_dip))

    def front(self) -> Points:
        """Return the whole front as a closed outline."""
        shoulder = spline((self.neck, self.neck_y), self.shoulder)
        return mirrored(
            path(self.front_neck(), shoulder, self.armhole(), self.side(), self.hem_line())
        )


_WIDTHS = {"slim": 0.92, "regular": 1.0, "oversized": 1.12}


_DEPTHS = {
    "crew neck": 6.0, "henley": 6.0, "v-neck": 14.0, "scoop neck": 11.5, "square neck": 13.0,
    "boat neck": 3.5, "round neck": 7.0, "envelope neck": 7.5,
}  # fmt: skip


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


def widen(bodice: Bodice, by: float) -> Bodice:
    """Scale a bodice's widths below the neck."""
    (sx, sy), (ax, ay), (wx, wy), (hx, hy) = (
        bodice.shoulder, bodice.armpit, bodice.waist, bodice.hem,
    )  # fmt: skip
    return replace(
        bodice, shoulder=(sx * (0.5 + 0.5 * by), sy), armpit=(ax * by, ay), waist=(wx * by, wy),
        hem=(hx * by, hy),
    )  # fmt: skip


def drape(bodice: Bodice, rng: np.random.Generator, *, strength: float = 1.0) -> tuple[Fold, ...]:
    """Return the folds of a body: drag lines from the armpits, soft falls down to the hem."""
    folds: list[Fold] = []
    ax, ay = bodice.armpit
    bottom = bodice.hem[1]
    for side in (-1, 1):
        for _ in range(int(rng.integers(2, 4))):
            x, y = side * (ax - rng.uniform(0.2, 1.6)), ay + rng.uniform(-2, 3)
            end = side * rng.uniform(3, 10), y + rng.uniform(5, 17)
            mid = 0.5 * (x + end[0]), 0.5 * (y + end[1]) - rng.uniform(0.5, 2.5)
            depth = rng.uniform(0.35, 0.7) * strength
            folds.append(Fold(spline((x, y), mid, end), rng.uniform(1.2, 2.2), depth))
        for _ in range(int(rng.integers(2, 4))):
            x = side * rng.uniform(2, bodice.hem[0] - 1)
            start = ay + rng.uniform(6, 26)
            lean = rng.uniform(-2.5, 2.5)
            curve = spline((x, start), (x + 0.3 * lean, 0.5 * (start + bottom)), (x + lean, bottom))
            depth = rng.uniform(0.3, 0.65) * strength * rng.choice((-1, 1))
            folds.append(Fold(curve, rng.uniform(1.8, 3.4), depth))
    return tuple(folds)


def back_neck(bodice: Bodice, *, rise: float = 2.2, cloth: str = "lining") -> list[Part]:
    """Return the inside of the back, seen through the neckline, with its tape and label."""
    neck, top = bodice.neck, bodice.neck_y
    curve = spline((0, top + rise), (0.5 * neck, top + 0.86 * rise), (neck, top))
    low = top + bodice.depth + 3
    edge = spline((neck, top), (neck + 1.2, top + 3), (0.9 * neck, low))
    inside = mirrored(path(curve, edge, polygon((0, low))))
    lower = shifted(curve, 0, 1.5)
    tape = band(path(flip(curve)[::-1], curve), path(flip(lower)[::-1], lower))
    y = top + rise + 1.7
    label = polygon((-1.7, y), (1.7, y), (1.6, y + 2.3), (-1.6, y + 2.3))
    return [
        Panel(inside, cloth, bulge=(5.0, -0.12), tone=0.74, wrinkles=0.3),
        Panel(tape, cloth, edge=0.1, tone=0.84, bulge=(1, 0.05), wrinkles=0),
        Panel(label, "label", edge=0.1, bulge=(1, 0.0), wrinkles=0, tone=0.92),
    ]


def neck_band(bodice: Bodice, *, width: float = 1.9, cloth: str = "rib") -> list[Part]:
    """Return a knitted band along the neckline."""
    right = bodice.front_neck()
    curve = path(flip(right)[::-1], right)
    outer_right = offset(right, by=-width)
    outer_right[0, 0] = 0
    outer = path(flip(outer_right)[::-1], outer_right)
    return [
        Panel(band(curve, outer), cloth, edge=0.3, bulge=(0.9, 0.35), wrinkles=0, laid=True),
        Ribs(curve, outer, spacing=0.75),
        Stitches(offset(outer, by=-0.5)),
    ]


def hem_stitches(bodice: Bodice, *, height: float = 1.8) -> list[Part]:
    """Return two rows of stitching along the hem."""
    right = bodice.hem_line()
    line = path(right, flip(right)[::-1])
    squeeze = np.array([0.99, 1.0])
    return [
        Stitches(shifted(line * squeeze, 0, -height)),
        Stitches(shifted(line * squeeze, 0, -(height + 0.6))),
    ]


def rib_hem(bodice: Bodice, *, height: float = 5.0, cloth: str = "rib") -> list[Part]:
    """Return a knitted band around the hem."""
    right = bodice.hem_line()
    line = path(right, flip(right)[::-1])
    low, top = line * (0.97, 1.0), shifted(line, 0, -height)
    return [
        Panel(band(top, low), cloth, body=bodice.front(), edge=0.5, wrinkles=0.3),
        Seam(top, depth=0.3),
        Ribs(top, low, spacing=0.85),
    ]


def armhole_seams(bodice: Bodice) -> list[Part]:
    """Return the seams that join the sleeves."""
    curve = bodice.armhole()
    return [Seam(curve, depth=0.28), Seam(flip(curve), depth=0.28)]


def buttons(
    *, top: float, bottom: float, count: int, x: float = 0.0, radius: float = 0.75
) -> list[Part]:
    """Return a row of buttons down a front."""
    return [Button(x, float(y), radius) for y in np.linspace(top, bottom, count)]
