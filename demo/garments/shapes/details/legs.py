"""Measure and cut the legs and the waistband that trousers, jeans and shorts share."""

from dataclasses import dataclass

import numpy as np

from demo.garments.parts import Fold, Panel, Part, Ribs, Seam
from demo.garments.paths import Points, band, mirrored, path, polygon, spline
from demo.garments.shapes.details.sleeves import mirror_panel


@dataclass(frozen=True)
class Leg:
    """The measures of a right leg in garment units; the waist is at y = 10."""

    waist: float = 13.6
    hip: float = 16.8
    crotch: float = 38.0
    knee: tuple[float, float] = (3.6, 14.8)  # inner and outer x
    hem: tuple[float, float] = (3.8, 13.4)
    end: float = 104.0

    def outline(self) -> Points:
        """Return the right half, overlapping the middle a little above the crotch."""
        middle = 0.5 * (self.crotch + self.end) + 2
        outer = spline(
            (self.waist, 13.5), (self.hip - 1.1, 22), (self.hip, 33), (self.knee[1], middle),
            (self.hem[1], self.end),
        )  # fmt: skip
        hem = spline(
            (self.hem[1], self.end),
            (0.5 * sum(self.hem), self.end + 0.7),
            (self.hem[0], self.end + 0.3),
        )
        inner = spline(
            (self.hem[0], self.end + 0.3),
            (self.knee[0], middle),
            (1.6, self.crotch + 3),
            (0, self.crotch),
        )
        return path(
            spline((0, 15.0), (self.waist, 13.5)),
            outer,
            hem,
            inner,
            spline((0, self.crotch), (0, 15)),
        )


LEGS = {
    "chino": Leg(), "joggers": Leg(hip=18.0, knee=(3.4, 16.4), hem=(5.4, 11.6), end=98.0),
    "wide-leg": Leg(knee=(2.6, 19.0), hem=(2.2, 22.5), end=106.0),
    "straight": Leg(knee=(3.2, 14.6), hem=(3.2, 14.0)),
    "skinny": Leg(knee=(3.8, 12.4), hem=(4.4, 10.6), hip=16.0),
    "flared": Leg(knee=(3.6, 12.8), hem=(1.8, 18.0), hip=16.0, end=106.0),
}  # fmt: skip


def _leg_folds(leg: Leg, rng: np.random.Generator, *, strength: float) -> tuple[Fold, ...]:
    """Return the whiskers at the crotch, the crook of the knee, and the breaks above the hem."""
    folds = []
    for _ in range(int(rng.integers(3, 5))):
        y = leg.crotch - rng.uniform(-2.5, 6)
        end = leg.hip - rng.uniform(1, 6), y - rng.uniform(-1, 7)
        middle = 0.5 * end[0], 0.5 * (y + end[1]) + rng.uniform(-0.5, 1.2)
        folds.append(
            Fold(
                spline((0.6, y), middle, end),
                rng.uniform(1.0, 1.8),
                rng.uniform(0.4, 0.8) * strength,
            )
        )
    centre, bottom = 0.5 * sum(leg.knee), leg.end
    knee = 0.5 * (leg.crotch + bottom) + 2
    long_leg = bottom > 80
    for _ in range(5 if long_leg else 2):
        y = knee + rng.uniform(-7, 9) if long_leg else rng.uniform(leg.crotch + 2, bottom - 3)
        tilt = rng.uniform(-3, 3)
        left, right = leg.knee[0] + rng.uniform(0, 3), leg.knee[1] - rng.uniform(0, 4)
        folds.append(
            Fold(
                spline((left, y), (centre, y + 0.6 + 0.5 * tilt), (right, y + tilt)),
                rng.uniform(1.0, 2.0),
                rng.uniform(-0.4, 0.6) * strength,
            )
        )
    if long_leg:
        for _ in range(4):
            y = bottom - rng.uniform(2, 14)
            left, right = sorted(rng.uniform(leg.hem[0] + 0.4, leg.hem[1] - 0.4, 2))
            folds.append(
                Fold(
                    spline((left, y), (0.5 * (left + right), y + 1.4), (right + 1, y - 0.6)),
                    1.2,
                    rng.uniform(0.3, 0.6) * strength,
                )
            )
    for _ in range(2):
        x = rng.uniform(0.3, 0.8) * leg.hip
        low = centre + rng.uniform(-2, 2), 0.6 * bottom + 0.4 * knee
        folds.append(
            Fold(
                spline((x, 24), (0.5 * (x + low[0]), knee - 10), low),
                2.6,
                rng.uniform(0.4, 0.7) * strength,
            )
        )
    return tuple(folds)


def waistband(
    leg: Leg, *, cloth: str = "main", ribbed: bool = False, height: float = 4.0
) -> list[Part]:
    """Return the waistband, and the inside of its back above it."""
    w = leg.waist
    top = spline((-w + 0.3, 10.0), (0, 11.2), (w - 0.3, 10.0))
    low = spline((-w, 10.0 + height), (0, 11.6 + height), (w, 10.0 + height))
    back = spline((-w + 0.3, 10.0), (0, 8.6), (w - 0.3, 10.0))
    parts: list[Part] = [
        Panel(band(back, low), "lining", tone=0.66, bulge=(2, -0.1), wrinkles=0.2),
        Panel(
            polygon((-1.5, 8.9), (1.5, 8.9), (1.5, 10.6), (-1.5, 10.6)),
            "label",
            wrinkles=0,
            bulge=(1, 0),
        ),
        Panel(
            band(top, low),
            cloth,
            edge=0.3,
            body=_hips(leg),
            bulge=(6.5, 0.42),
            lift=0.2,
            wrinkles=0.3,
        ),
        Seam(low, depth=0.3),
    ]
    return [*parts, Ribs(top, low, spacing=0.8)] if ribbed else parts


def _hips(leg: Leg) -> Points:
    """Return the upper part of both legs as one shape, for the roundness of the waist."""
    right = spline((leg.waist, 10.0), (leg.hip - 1.1, 22), (leg.hip, 33), (leg.hip, 50))
    return mirrored(path(polygon((0, 10.0)), right, polygon((0, 50))))


def paired_legs(leg: Leg, rng: np.random.Generator, *, strength: float = 1.0) -> list[Part]:
    outline = leg.outline()
    parts: list[Part] = []
    for side in (-1, 1):
        panel = Panel(
            outline, folds=_leg_folds(leg, rng, strength=strength), bulge=(6.5, 0.42), edge=0.3
        )
        parts.append(panel if side > 0 else mirror_panel(panel))
    return [*parts, Seam(spline((0, 15.5), (0.1, leg.crotch)), depth=0.4)]
