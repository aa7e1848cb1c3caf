"""Shape trousers, jeans and shorts."""

import numpy as np

from demo.garments.model import Garment
from demo.garments.parts import Button, Cord, Panel, Part, Ribs, Seam, Stitches
from demo.garments.paths import band, flip, polygon, shifted, spline
from demo.garments.shapes.details.legs import LEGS, Leg, paired_legs, waistband


def trousers(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape trousers: chinos, wide-legged ones, or joggers with a drawstring."""
    leg = LEGS[garment.cut or "chino"]
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
    parts = paired_legs(leg, rng) + waistband(leg) + _loops(leg, None) + _fly(None)
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
    parts = paired_legs(leg, rng, strength=1.3) + waistband(leg, ribbed=True, cloth=trim)
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
    leg = LEGS[garment.cut or "straight"]
    thread = "thread" if garment.colour in ("blue", "navy") else None
    return _denim(leg, rng, thread)


def _denim(leg: Leg, rng: np.random.Generator, thread: str | None) -> list[Part]:
    coin = spline((leg.waist - 4.4, 17.2), (leg.waist - 0.4, 17.6))
    parts = paired_legs(leg, rng, strength=1.15) + _front_pockets(leg, thread, slanted=False)
    parts += waistband(leg) + _loops(leg, thread) + _fly(thread)
    line = spline((-leg.waist + 0.3, 10.7), (0, 11.9), (leg.waist - 0.3, 10.7))
    parts += [
        Stitches(line, thread),
        Stitches(shifted(line, 0, 2.7), thread),
        Stitches(coin, thread),
    ]
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
        parts = paired_legs(leg, rng) + waistband(leg) + _loops(leg, None) + _fly(None)
        parts += _front_pockets(leg, None, slanted=True)
        return [*parts, Button(0.4, 13.4, 0.8), *_hem_line(leg, None, height=3.0)]
    trim = "trim" if garment.accent else "rib"
    parts = paired_legs(leg, rng, strength=1.2) + waistband(leg, ribbed=True, cloth=trim)
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


def _fly(thread: str | None) -> list[Part]:
    curve = spline((3.0, 15.6), (3.0, 24), (2.2, 27.5), (0.2, 29.5))
    return [Stitches(curve, thread), Stitches(shifted(curve, -0.6, -0.1), thread)]


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
            Stitches(shifted(side, 0, 0.7), thread),
            Stitches(shifted(side, 0, 1.3), thread),
        ]
    return parts


def _loops(leg: Leg, thread: str | None) -> list[Part]:
    parts: list[Part] = []
    for x in (-0.62, 0.62):
        at = x * leg.waist
        box = polygon((at - 0.7, 9.9), (at + 0.7, 9.9), (at + 0.75, 15.2), (at - 0.75, 15.2))
        parts += [
            Panel(box, "plain", edge=0.3, lift=0.3, bulge=(1, 0.15), wrinkles=0, laid=True),
            Stitches(shifted(box[[0, 1]], 0, 0.5), thread),
        ]
    return parts


def _hem_line(leg: Leg, thread: str | None, *, height: float) -> list[Part]:
    line = spline(
        (leg.hem[1] - 0.1, leg.end - height),
        (0.5 * sum(leg.hem), leg.end - height + 0.7),
        (leg.hem[0] + 0.1, leg.end - height + 0.3),
    )
    return [Stitches(line, thread), Stitches(flip(line), thread)]
