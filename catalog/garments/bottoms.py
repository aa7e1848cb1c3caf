"""Shape trousers, jeans, shorts and skirts."""

from dataclasses import dataclass

import numpy as np

from catalog.garments.model import Garment
from catalog.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import Points, band, flip, mirrored, offset, path, polygon, spline
from catalog.garments.tailoring import mirror_panel
from catalog.garments.tops import gathered


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


_LEGS = {
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


def _waist(
    leg: Leg, *, cloth: str = "main", ribbed: bool = False, height: float = 4.0
) -> list[Part]:
    """Return the waistband, and the inside of its back above it."""
    w = leg.waist
    top = spline((-w + 0.3, 10.0), (0, 11.2), (w - 0.3, 10.0))
    low = spline((-w, 10.0 + height), (0, 11.6 + height), (w, 10.0 + height))
    back = spline((-w + 0.3, 10.0), (0, 8.6), (w - 0.3, 10.0))
    parts: list[Part] = [
        Panel(band(back, low), "lining", tone=0.66, bulge=(2, -0.1), wrinkles=0.2),
        Panel(polygon((-1.5, 8.9), (1.5, 8.9), (1.5, 10.6), (-1.5, 10.6)), "label", wrinkles=0, bulge=(1, 0)),
        Panel(band(top, low), cloth, edge=0.3, body=_hips(leg), bulge=(6.5, 0.42), lift=0.2, wrinkles=0.3),
        Seam(low, depth=0.3),
    ]  # fmt: skip
    return [*parts, Ribs(top, low, spacing=0.8)] if ribbed else parts


def _hips(leg: Leg) -> Points:
    """Return the upper part of both legs as one shape, for the roundness of the waist."""
    right = spline((leg.waist, 10.0), (leg.hip - 1.1, 22), (leg.hip, 33), (leg.hip, 50))
    return mirrored(path(polygon((0, 10.0)), right, polygon((0, 50))))


def _legs(leg: Leg, rng: np.random.Generator, *, strength: float = 1.0) -> list[Part]:
    outline = leg.outline()
    parts: list[Part] = []
    for side in (-1, 1):
        panel = Panel(
            outline, folds=_leg_folds(leg, rng, strength=strength), bulge=(6.5, 0.42), edge=0.3
        )
        parts.append(panel if side > 0 else mirror_panel(panel))
    return [*parts, Seam(spline((0, 15.5), (0.1, leg.crotch)), depth=0.4)]


def _fly(thread: str | None) -> list[Part]:
    curve = spline((3.0, 15.6), (3.0, 24), (2.2, 27.5), (0.2, 29.5))
    return [Stitches(curve, thread), Stitches(curve - (0.6, 0.1), thread)]


def _front_pockets(leg: Leg, thread: str | None, *, slanted: bool) -> list[Part]:
    w = leg.waist
    if slanted:
        line = spline((w - 4.2, 15.0), (leg.hip - 1.0, 26.5))
    else:
        line = spline((w - 7.4, 15.2), (w - 5.0, 19.6), (w + 2.2, 20.8))
    parts: list[Part] = []
    for side in (line, flip(line)):
        parts += [
            Seam(side, depth=0.6, width=0.4),
            Stitches(side + (0, 0.7), thread),
            Stitches(side + (0, 1.3), thread),
        ]
    return parts


def _loops(leg: Leg, thread: str | None) -> list[Part]:
    parts: list[Part] = []
    for x in (-0.62, 0.62):
        at = x * leg.waist
        box = polygon((at - 0.7, 9.9), (at + 0.7, 9.9), (at + 0.75, 15.2), (at - 0.75, 15.2))
        parts += [
            Panel(box, "plain", edge=0.3, lift=0.3, bulge=(1, 0.15), wrinkles=0, laid=True),
            Stitches(box[[0, 1]] + (0, 0.5), thread),
        ]
    return parts


def _hem_line(leg: Leg, thread: str | None, *, height: float) -> list[Part]:
    line = spline(
        (leg.hem[1] - 0.1, leg.end - height),
        (0.5 * sum(leg.hem), leg.end - height + 0.7),
        (leg.hem[0] + 0.1, leg.end - height + 0.3),
    )
    return [Stitches(line, thread), Stitches(flip(line), thread)]


def trousers(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape trousers: chinos, wide-legged ones, or joggers with a drawstring."""
    leg = _LEGS[garment.cut or "chino"]
    scale = 0.93 if garment.fit == "slim" else 1.0
    end = leg.end - (12 if garment.length == "cropped" else 0)
    leg = Leg(
        leg.waist,
        leg.hip,
        leg.crotch,
        (leg.knee[0], leg.knee[1] * scale),
        (leg.hem[0], leg.hem[1] * scale),
        end,
    )
    if garment.cut == "joggers":
        return _joggers(leg, garment, rng)
    parts = _legs(leg, rng) + _waist(leg) + _loops(leg, None) + _fly(None)
    parts += _front_pockets(leg, None, slanted=True) + _creases(leg, garment)
    return [*parts, Button(0.4, 13.4, 0.8), *_hem_line(leg, None, height=3.2)]


def _creases(leg: Leg, garment: Garment) -> list[Part]:
    """Return the pressed crease down each leg of formal trousers."""
    if garment.cut != "wide-leg":
        return []
    x = 0.5 * sum(leg.hem)
    line = spline(
        (7.0, 18), (0.5 * sum(leg.knee) + 0.5, 0.5 * (leg.crotch + leg.end)), (x, leg.end)
    )
    return [Seam(side, depth=-0.35, width=0.5) for side in (line, flip(line))]


def _joggers(leg: Leg, garment: Garment, rng: np.random.Generator) -> list[Part]:
    trim = "trim" if garment.accent else "rib"
    parts = _legs(leg, rng, strength=1.3) + _waist(leg, ribbed=True, cloth=trim)
    parts += _front_pockets(leg, None, slanted=True)
    low = np.array([(leg.hem[1] - 0.8, leg.end + 0.2), (leg.hem[0] + 0.6, leg.end + 0.4)])
    top = np.array([(leg.hem[1] + 0.1, leg.end - 5.0), (leg.hem[0] - 0.3, leg.end - 4.8)])
    for side in (1, -1):
        a, b = (top, low) if side > 0 else (flip(top), flip(low))
        parts += [Panel(band(a, b), trim, edge=0.45, bulge=(3, 0.4)), Seam(a), Ribs(a, b)]
    for side, far in ((-1, 25.5), (1, 24.0)):
        curve = spline((side * 1.1, 13.4), (side * 1.7, 18), (side * 1.3, far))
        parts.append(Cord(curve, 0.7, "white" if garment.seed % 2 else trim))
    return parts


def jeans(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape five-pocket jeans with contrasting thread."""
    leg = _LEGS[garment.cut or "straight"]
    thread = "thread" if garment.colour in ("blue", "navy") else None
    return _denim(leg, rng, thread)


def _denim(leg: Leg, rng: np.random.Generator, thread: str | None) -> list[Part]:
    coin = spline((leg.waist - 4.4, 17.2), (leg.waist - 0.4, 17.6))
    parts = _legs(leg, rng, strength=1.15) + _front_pockets(leg, thread, slanted=False)
    parts += _waist(leg) + _loops(leg, thread) + _fly(thread)
    line = spline((-leg.waist + 0.3, 10.7), (0, 11.9), (leg.waist - 0.3, 10.7))
    parts += [Stitches(line, thread), Stitches(line + (0, 2.7), thread), Stitches(coin, thread)]
    rivets = [
        Button(side * x, y, 0.42, "brass", holes=False)
        for side in (-1, 1)
        for x, y in ((leg.waist - 7.0, 15.9), (leg.waist + 1.2, 20.4))
    ]
    return [
        *parts,
        *rivets,
        Button(0.4, 13.4, 0.95, "brass", holes=False),
        *_hem_line(leg, thread, height=1.6),
    ]


def shorts(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape shorts: chino, sport with a drawstring, or denim."""
    leg = Leg(hip=18.2, knee=(1.8, 19.4), hem=(1.6, 20.0), end=54.0, waist=13.2)
    if garment.cut == "denim":
        thread = "thread" if garment.colour in ("blue", "navy", "white") else None
        return _denim(
            Leg(hip=17.6, knee=(1.4, 18.6), hem=(1.2, 19.0), end=49.0, waist=13.2), rng, thread
        )
    if garment.cut == "chino":
        parts = _legs(leg, rng) + _waist(leg) + _loops(leg, None) + _fly(None)
        parts += _front_pockets(leg, None, slanted=True)
        return [*parts, Button(0.4, 13.4, 0.8), *_hem_line(leg, None, height=3.0)]
    trim = "trim" if garment.accent else "rib"
    parts = _legs(leg, rng, strength=1.2) + _waist(leg, ribbed=True, cloth=trim)
    for side in (-1, 1):
        curve = spline((side * 1.1, 13.4), (side * 1.8, 18), (side * 1.4, 23.0 + side))
        parts.append(Cord(curve, 0.7, "white"))
    stripe = band(
        spline((15.6, 23.5), (16.2, 33), (18.0, 53.9)),
        spline((17.0, 27.5), (18.1, 34), (19.9, 53.5)),
    )
    if garment.accent and garment.pattern == "plain":
        parts += [
            Panel(
                side,
                "trim",
                edge=0.1,
                bulge=(6, 0.3),
                body=leg.outline() * (np.sign(side[0, 0]), 1),
            )
            for side in (stripe, flip(stripe))
        ]
    return parts + _hem_line(leg, None, height=1.6)


_ENDS = {"mini": 50.0, "midi": 76.0, "maxi": 98.0}


def skirt(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a skirt: a-line, pencil, pleated or tiered."""
    leg = Leg(waist=12.0)
    end = _ENDS[garment.length or "midi"]
    grow = (end - 14) / 60
    match garment.cut:
        case "pencil":
            body = _pencil(min(end, 78.0), rng)
        case "pleated":
            body = _pleated(end, 13 + 9 * grow)
        case "tiered":
            body = _tiers(end, grow, rng)
        case _:
            body = [
                gathered(
                    top=(12.0, 13.6), bottom=(15.5 + 11 * grow, end), rng=rng, count=6, depth=0.9
                )
            ]
    return [
        *body,
        *_waist(leg, height=3.4),
        Stitches(spline((-11.6, 13.2), (0, 14.6), (11.6, 13.2))),
    ]


def _pencil(end: float, rng: np.random.Generator) -> list[Part]:
    right = path(
        spline((0, 15), (12.0, 13.4)), spline((12.0, 13.4), (16.2, 26), (16.9, 38), (14.8, end)),
        spline((14.8, end), (0, end + 0.9)),
    )  # fmt: skip
    folds = tuple(
        Fold(spline((s * 15.5, y), (s * 8, y + 1.5), (s * 2, y - 1)), 1.5, rng.uniform(0.2, 0.5))
        for s in (-1, 1) for y in rng.uniform(24, 40, 3)
    )  # fmt: skip
    dart = spline((6.2, 14.6), (6.8, 24))
    slit = spline((5.6, end + 0.6), (5.3, end - 14))
    hem = spline((-14.6, end - 2), (0, end - 1.2), (14.6, end - 2))
    return [
        Panel(mirrored(right), folds=folds, bulge=(9, 0.34)),
        Seam(dart),
        Seam(flip(dart)),
        Seam(slit, depth=0.7, width=0.4),
        Stitches(hem),
    ]


def _pleated(end: float, half: float) -> list[Part]:
    """Return knife pleats: narrow panels, each over the one before."""
    parts: list[Part] = []
    edges = np.linspace(-1, 1, 15)
    for left, right in zip(edges[:-1], edges[1:], strict=True):
        dip = (1 - left**2) * 1.4, (1 - right**2) * 1.4
        shape = path(
            spline((left * 12, 14 + 0.5 * dip[0]), (right * 12 + 0.2, 14 + 0.5 * dip[1])),
            spline((right * 12 + 0.2, 14 + 0.5 * dip[1]), (right * half + 0.5, end + dip[1])),
            spline((right * half + 0.5, end + dip[1]), (left * half, end + dip[0] - 0.5)),
        )
        crown = Fold(spline((left * 12 + 0.4, 15), (left * half + 0.9, end)), 1.6, 0.5)
        parts.append(
            Panel(shape, edge=0.3, lift=0.2, bulge=(2.4, 0.22), folds=(crown,), grain=-0.1 * left)
        )
    return parts


def _tiers(end: float, grow: float, rng: np.random.Generator) -> list[Part]:
    marks = np.linspace(13.6, end, 4)
    parts: list[Part] = []
    for k in (2, 1, 0):
        top, bottom = 11.8 + 4.4 * grow * k, 14.5 + 5.2 * grow * (k + 1)
        start = float(marks[k]) - (0.0 if k == 0 else 1.5)
        parts.append(
            gathered(
                top=(top, start),
                bottom=(bottom, float(marks[k + 1])),
                rng=rng,
                count=7 + 3 * k,
                depth=0.8,
            )
        )
    return parts


__all__ = ["Leg", "jeans", "offset", "shorts", "skirt", "trousers"]
