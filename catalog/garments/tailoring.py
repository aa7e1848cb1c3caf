"""The pieces that upper garments share: bodices, sleeves, bands, collars.

Every function takes the right half (x > 0, as seen by the viewer) and mirrors it where needed.
The neck is at the top, y near 12; a T-shirt's hem is at y near 71.
"""

from dataclasses import dataclass, replace

import numpy as np

from catalog.garments.parts import Button, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import (
    Point,
    Points,
    band,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    spline,
)


_TUBE = (5.5, 0.42)  # the roundness of an arm


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
    lower = curve + (0, 1.5)
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


@dataclass(frozen=True)
class Sleeve:
    """A right sleeve as rungs from the shoulder down: pairs of outer and inner points."""

    rungs: tuple[tuple[Point, Point], ...]

    def outer(self) -> Points:
        return spline(*(rung[0] for rung in self.rungs))

    def inner(self) -> Points:
        return spline(*(rung[1] for rung in self.rungs))

    def outline(self) -> Points:
        """Return the sleeve with a tuck that runs on beneath the body's shoulder."""
        (out_x, out_y), (in_x, in_y) = self.rungs[0]
        tuck = polygon((in_x - 6.2, in_y - 3), (out_x - 5.8, out_y + 3))
        return path(self.outer(), self.inner()[::-1], tuck)

    def lean(self) -> float:
        """Return the angle of the sleeve against the vertical, for the cloth's grain."""
        (top_out, top_in), (low_out, low_in) = self.rungs[0], self.rungs[-1]
        x = low_out[0] + low_in[0] - top_out[0] - top_in[0]
        y = low_out[1] + low_in[1] - top_out[1] - top_in[1]
        return float(-np.arctan2(x, y))

    def across(self, share: float) -> Points:
        """Return the line across the sleeve at a share of its way down, outer to inner."""
        outer, inner = self.outer(), self.inner()
        k = min(len(outer) - 1, round(share * (len(outer) - 1)))
        return np.stack([outer[k], inner[k]])


def long_sleeve(
    bodice: Bodice, *, width: float = 1.0, end: float = 68.0, gather: float = 0.0
) -> Sleeve:
    """Return a sleeve that hangs beside the body down to the wrist at y = `end`.

    `gather` is the height of a cuff that draws it in.
    """
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    reach = end - sy
    elbow, wrist = 4.7 * width, 3.5 * width
    gap = max(ax, bodice.waist[0]) + 1.0
    mid_x, low_x = gap + elbow, gap + wrist + 3.6
    return Sleeve((
        ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)),
        ((sx + 2.3, sy + 1.9), (ax - 0.2, ay + 0.8)),
        ((sx + 4.3, sy + 0.16 * reach), (ax + 0.7, ay + 3.4)),
        ((mid_x + elbow, sy + 0.52 * reach), (mid_x - elbow + 0.3, sy + 0.56 * reach)),
        *_wrist(low_x, wrist, end=end, gather=gather),
    ))  # fmt: skip


def _wrist(
    x: float, half: float, *, end: float, gather: float
) -> tuple[tuple[Point, Point], ...]:
    """Return a sleeve's last rungs: one, or two where a cuff draws it in."""
    rise = 0.22 * half
    if not gather:
        return (((x + half + 0.6, end - rise), (x - half, end + 0.6)),)
    tight = 0.78 * half
    return (
        ((x + half, end - rise - gather - 1.5), (x - half - 0.2, end - gather - 0.7)),
        ((x + tight + 0.7, end - rise), (x - tight + 0.5, end + 0.6)),
    )


def short_sleeve(bodice: Bodice, *, flare: float = 1.0, drop: float = 15.0) -> Sleeve:
    """Return a sleeve that ends above the elbow."""
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    return Sleeve((
        ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)),
        ((sx + 2.2, sy + 1.8), (ax - 0.1, ay + 0.5)),
        ((sx + 5.2, sy + 0.46 * drop), (ax + 1.6, ay + 1.8)),
        ((sx + 7.6 + flare, sy + 1.16 * drop), (ax + 3.4, ay + 0.30 * drop)),
    ))  # fmt: skip


def sleeve_panel(
    sleeve: Sleeve, rng: np.random.Generator, *, side: int,
    strength: float = 1.0, cloth: str = "main",
) -> Panel:  # fmt: skip
    """Return one sleeve's cloth; it runs on beneath the body, so that the shoulder stays round."""
    outline = sleeve.outline()
    folds = _sleeve_folds(sleeve, rng, strength=strength)
    panel = Panel(outline, cloth, grain=sleeve.lean(), folds=folds, bulge=_TUBE, edge=0.3)
    return panel if side > 0 else mirror_panel(panel)


def mirror_panel(panel: Panel) -> Panel:
    """Return the piece for the other side."""
    return replace(
        panel,
        outline=flip(panel.outline),
        body=None if panel.body is None else flip(panel.body),
        grain=-panel.grain,
        folds=tuple(replace(fold, curve=flip(fold.curve)) for fold in panel.folds),
    )


def _sleeve_folds(sleeve: Sleeve, rng: np.random.Generator, *, strength: float) -> tuple[Fold, ...]:
    """Return creases: across the crook of a long sleeve, down from the shoulder of any."""
    folds = []
    outer, inner = sleeve.outer(), sleeve.inner()
    count = len(outer) - 1
    is_long = sleeve.rungs[-1][0][1] - sleeve.rungs[0][0][1] > 35
    for _ in range(7 if is_long else 3):
        share = rng.uniform(0.30, 0.93) if is_long else rng.uniform(0.35, 0.9)
        k, m = round(share * count), round(min(1.0, share + rng.uniform(-0.10, 0.14)) * count)
        start = inner[k] + 0.12 * (outer[k] - inner[k])
        reach = rng.uniform(0.45, 0.9)
        stop = inner[m] + reach * (outer[m] - inner[m])
        middle = 0.5 * (start + stop) + (0, rng.uniform(0.2, 1.4))
        curve = spline(*((float(x), float(y)) for x, y in (start, middle, stop)))
        depth = rng.uniform(0.35, 0.8) * strength
        folds.append(Fold(curve, rng.uniform(0.9, 1.8), depth))
    top, low = 0.6 * outer[2] + 0.4 * inner[2], 0.55 * outer[-1] + 0.45 * inner[-1]
    middle = 0.5 * (top + low) + (rng.uniform(-0.8, 0.8), 0)
    fall = spline(*((float(x), float(y)) for x, y in (top, middle, low)))
    folds.append(Fold(fall, 2.2, rng.uniform(-0.4, 0.5) * strength))
    return tuple(folds)


def cuff(
    sleeve: Sleeve, *, side: int, height: float = 4.5, cloth: str = "rib", ribbed: bool = True
) -> list[Part]:
    """Return the cuff of a sleeve: ribbed, or stitched."""
    outer, inner = (_last(edge, height) for edge in (sleeve.outer(), sleeve.inner()))
    body = sleeve.outline()
    if side < 0:
        outer, inner, body = flip(outer), flip(inner), flip(body)
    top, low = np.stack([outer[0], inner[0]]), np.stack([outer[-1], inner[-1]])
    parts: list[Part] = [
        Panel(band(outer, inner), cloth, body=body, bulge=_TUBE, edge=0.5, wrinkles=0.3),
        Seam(top, depth=0.25),
    ]
    if ribbed:
        return [*parts, Ribs(top, low, spacing=0.8)]
    down = (low - top) / height
    return [*parts, Stitches(top + 0.6 * down), Stitches(low - 0.6 * down)]


def _last(edge: Points, reach: float) -> Points:
    """Return the last `reach` units of a curve."""
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    wanted = np.linspace(max(0.0, at[-1] - reach), at[-1], 10)
    return np.stack([np.interp(wanted, at, edge[:, k]) for k in (0, 1)], axis=1)


def sleeve_hem(sleeve: Sleeve, *, side: int, height: float = 1.6) -> list[Part]:
    """Return the double stitching along a short sleeve's end."""
    outer, inner = (_last(edge, height + 0.6) for edge in (sleeve.outer(), sleeve.inner()))
    rows = [np.stack([outer[k], inner[k]]) for k in (0, 3)]
    return [Stitches(row if side > 0 else flip(row)) for row in rows]


def armhole_seams(bodice: Bodice) -> list[Part]:
    """Return the seams that join the sleeves."""
    curve = bodice.armhole()
    return [Seam(curve, depth=0.28), Seam(flip(curve), depth=0.28)]


def hem_stitches(bodice: Bodice, *, height: float = 1.8) -> list[Part]:
    """Return two rows of stitching along the hem."""
    right = bodice.hem_line()
    line = path(right, flip(right)[::-1])
    squeeze = np.array([0.99, 1.0])
    return [Stitches(line * squeeze - (0, height)), Stitches(line * squeeze - (0, height + 0.6))]


def rib_hem(bodice: Bodice, *, height: float = 5.0, cloth: str = "rib") -> list[Part]:
    """Return a knitted band around the hem."""
    right = bodice.hem_line()
    line = path(right, flip(right)[::-1])
    low, top = line * (0.97, 1.0), line - (0, height)
    return [
        Panel(band(top, low), cloth, body=bodice.front(), edge=0.5, wrinkles=0.3),
        Seam(top, depth=0.3),
        Ribs(top, low, spacing=0.85),
    ]


def buttons(
    *, top: float, bottom: float, count: int, x: float = 0.0, radius: float = 0.75
) -> list[Part]:
    """Return a row of buttons down a front."""
    return [Button(x, float(y), radius) for y in np.linspace(top, bottom, count)]
