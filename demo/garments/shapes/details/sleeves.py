"""Cut sleeves and their cuffs, and sew them to a body."""

from dataclasses import dataclass, replace

import numpy as np

from demo.garments.parts import Fold, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import Point, Points, band, flip, mirrored, path, polygon, shifted, spline
from demo.garments.shapes.details.bodice import Bodice, armhole_seams, drape

TUBE = (5.5, 0.42)  # the roundness of an arm


@dataclass(frozen=True)
class Sleeve:
    """A right sleeve as rungs from the shoulder down: pairs of outer and inner points."""

    rungs: tuple[tuple[Point, Point], ...]

    def outer(self) -> Points:
        return spline(*(rung[0] for rung in self.rungs))

    def inner(self) -> Points:
        return spline(*(rung[1] for rung in self.rungs))

    def outline(self) -> Points:
        """Return the sleeve with a tuck that continues below the body's shoulder."""
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
    """Return a sleeve that hangs next to the body down to the wrist at y = `end`.

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


def _wrist(x: float, half: float, *, end: float, gather: float) -> tuple[tuple[Point, Point], ...]:
    """Return a sleeve's last rungs: one, or two with a tight cuff."""
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


def puffed_sleeve(bodice: Bodice, *, is_long: bool) -> Sleeve:
    """Return a full sleeve, gathered at its end."""
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    if not is_long:
        return Sleeve(
            (
                ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)),
                ((sx + 7.2, sy + 4.8), (ax + 1.6, ay + 2.6)),
                ((sx + 9.6, sy + 14), (ax + 3.4, ay + 4.6)),
                ((sx + 7.8, sy + 18.4), (ax + 3.6, ay + 6.2)),
            )
        )
    return Sleeve(
        (
            ((sx - 0.2, sy - 0.1), (ax - 0.8, ay)),
            ((sx + 5.4, sy + 9), (ax + 1.0, ay + 3)),
            ((sx + 12.5, sy + 32), (ax + 2.6, ay + 20)),
            ((sx + 14.6, sy + 48), (ax + 3.4, sy + 47)),
            ((sx + 11.6, sy + 54), (ax + 6.0, sy + 53.6)),
            ((sx + 11.4, sy + 57.5), (ax + 6.2, sy + 57.2)),
        )
    )


def sleeve_panel(
    sleeve: Sleeve, rng: np.random.Generator, *, side: int,
    strength: float = 1.0, cloth: str = "main",
) -> Panel:  # fmt: skip
    """Return one sleeve's cloth; it continues below the body, so that the shoulder is round."""
    outline = sleeve.outline()
    folds = _sleeve_folds(sleeve, rng, strength=strength)
    panel = Panel(outline, cloth, grain=sleeve.lean(), folds=folds, bulge=TUBE, edge=0.3)
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
        middle = shifted(0.5 * (start + stop), 0, rng.uniform(0.2, 1.4))
        curve = spline(*((float(x), float(y)) for x, y in (start, middle, stop)))
        depth = rng.uniform(0.35, 0.8) * strength
        folds.append(Fold(curve, rng.uniform(0.9, 1.8), depth))
    top, low = 0.6 * outer[2] + 0.4 * inner[2], 0.55 * outer[-1] + 0.45 * inner[-1]
    middle = shifted(0.5 * (top + low), rng.uniform(-0.8, 0.8), 0)
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
        Panel(band(outer, inner), cloth, body=body, bulge=TUBE, edge=0.5, wrinkles=0.3),
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


def sleeves_and_body(
    bodice: Bodice, sleeve: Sleeve | None, rng: np.random.Generator, *, strength: float = 1.0
) -> list[Part]:
    """Return sleeves beneath a body, with the seams between."""
    parts: list[Part] = []
    front = bodice.front()
    if sleeve is not None:
        parts += [sleeve_panel(sleeve, rng, side=side, strength=strength) for side in (-1, 1)]
    body = shoulders(bodice, sleeve)
    parts.append(Panel(front, body=body, folds=drape(bodice, rng, strength=strength), edge=0.3))
    return parts + (armhole_seams(bodice) if sleeve is not None else [])


def shoulders(bodice: Bodice, sleeve: Sleeve | None) -> np.ndarray:
    """Return the body's outline with the sleeves' tops, so that the cloth continues around them."""
    if sleeve is None:
        return bodice.front()
    (ax, ay), tip = bodice.armpit, bodice.shoulder
    far = (tip[0] + 8.0, tip[1] + 7.0)
    right = path(
        bodice.front_neck(),
        spline((bodice.neck, bodice.neck_y), tip, far, (ax + 4.5, ay - 1.0), (ax, ay)),
        bodice.side(),
        bodice.hem_line(),
    )
    return mirrored(right)
