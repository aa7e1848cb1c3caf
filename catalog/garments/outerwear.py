"""Shape blazers, coats and jackets."""

from dataclasses import replace

import numpy as np

from catalog.garments.knitwear import zip_front
from catalog.garments.model import Garment
from catalog.garments.parts import Button, Cord, Fold, Panel, Part, Ribs, Seam, Stitches
from catalog.garments.paths import Points, band, flip, mirrored, path, polygon, spline
from catalog.garments.shirts import breast_pocket, collar, full_placket, yoke
from catalog.garments.tailoring import (
    Bodice,
    Sleeve,
    armhole_seams,
    cuff,
    drape,
    long_sleeve,
    mirror_panel,
    rib_hem,
    sleeve_panel,
)
from catalog.garments.tops import fitted, shoulders, sleeves_and_body


def _open_back(neck: float, bottom: float) -> list[Part]:
    """Return the lining seen through an open front."""
    inside = mirrored(
        path(
            spline((0, 12.2), (0.6 * neck, 11.8), (neck + 0.6, 13)),
            spline((neck + 0.6, 13), (neck + 2, 30), (0, bottom)),
        )
    )
    label = polygon((-2.2, 15.4), (2.2, 15.4), (2.2, 18.2), (-2.2, 18.2))
    collar_inside = band(
        spline((-neck - 0.8, 13.0), (-0.55 * neck, 9.2), (0, 8.5), (0.55 * neck, 9.2), (neck + 0.8, 13.0)),
        spline((-neck - 0.2, 14.0), (-0.5 * neck, 12.8), (0, 12.4), (0.5 * neck, 12.8), (neck + 0.2, 14.0)),
    )  # fmt: skip
    return [
        Panel(inside, "lining", tone=0.66, bulge=(4, -0.15)),
        Panel(label, "label", bulge=(1, 0), wrinkles=0),
        Panel(collar_inside, "main", edge=0.3, lift=0.3, bulge=(2, 0.3), wrinkles=0.2),
    ]


def lapel(
    *, neck: float, low: float, overlap: float, width: float, peak: bool = False
) -> list[Panel]:
    """Return a right lapel, folded back from the front edge, and its half of the collar."""
    notch = 25.0 if not peak else 24.0
    tip = (neck + width, notch - (3.2 if peak else 0.8))
    gorge = (neck + 0.42 * width, notch - 2.2)
    leaf = path(
        spline((neck + 0.4, 14.0), (0.62 * neck + 0.3 * overlap, 0.5 * (14 + low) - 2), (overlap, low)),
        spline((overlap, low), (0.62 * (neck + width), 0.55 * low + 14), tip),
        spline(tip, gorge), spline(gorge, (neck + 0.4, 16.0)),
    )  # fmt: skip
    leaf_panel = Panel(leaf, edge=0.4, lift=0.45, bulge=(2.6, 0.20), wrinkles=0.2, grain=0.3)
    upper = path(
        spline((neck * 0.55, 9.4), (neck + 0.9, 12.6)),
        spline((neck + 0.9, 12.6), (neck + 3.6, 16.0), (neck + 0.36 * width + 2.6, notch - 4.6)),
        spline((neck + 0.36 * width + 2.6, notch - 4.6), (neck + 0.42 * width, notch - 2.2)),
        spline(
            (neck + 0.42 * width, notch - 2.2),
            (neck - 0.3, 17.0),
            (neck - 0.4, 13.6),
            (neck * 0.55, 9.4),
        ),
    )
    upper_panel = Panel(upper, edge=0.4, lift=0.5, bulge=(2.2, 0.25), wrinkles=0.2, grain=0.7)
    return [leaf_panel, upper_panel]


def _front_half(bodice: Bodice, *, overlap: float, low: float, cutaway: float) -> Points:
    """Return the right front of an open garment: it crosses the middle by `overlap`."""
    hx, hy = bodice.hem
    edge = -overlap
    return path(
        spline((bodice.neck, bodice.neck_y), bodice.shoulder), bodice.armhole(), bodice.side(),
        spline((hx, hy), (0.5 * hx, hy + 1.4), (cutaway + 2.0, hy + 1.2), (edge + 0.6 * cutaway, hy - 1.6 * cutaway), (edge, hy - 4.2 * cutaway)),
        spline((edge, hy - 4.2 * cutaway), (edge, low)),
        spline((edge, low), (0.5 * (bodice.neck + edge), 0.5 * (low + bodice.neck_y)), (bodice.neck, bodice.neck_y)),
    )  # fmt: skip


def _fronts(
    bodice: Bodice, sleeve: Sleeve, rng: np.random.Generator, *, overlap: float, low: float,
    cutaway: float = 0.0, strength: float = 0.7,
) -> list[Part]:  # fmt: skip
    """Return sleeves and two fronts, the viewer's right one on top."""
    half = _front_half(bodice, overlap=overlap, low=low, cutaway=cutaway)
    body = shoulders(replace(bodice, depth=3.0, neckline="round neck"), sleeve)
    folds = drape(bodice, rng, strength=strength)
    parts: list[Part] = [
        sleeve_panel(sleeve, rng, side=side, strength=strength) for side in (-1, 1)
    ]
    left = Panel(
        half,
        body=flip(body),
        folds=tuple(replace(f, curve=flip(f.curve)) for f in folds),
        edge=0.35,
    )
    parts += [mirror_panel(left), Panel(half, body=body, folds=folds, edge=0.45, lift=0.25)]
    return [*parts, *armhole_seams(bodice)]


def flap_pocket(
    *, x: float, y: float, width: float = 8.4, height: float = 3.4, tilt: float = 0.7
) -> list[Part]:
    """Return a pocket's flap on both sides."""
    shape = path(
        spline((x - width / 2, y), (x + width / 2, y - tilt)),
        spline((x + width / 2, y - tilt), (x + width / 2 - 0.2, y + height - tilt)),
        spline(
            (x + width / 2 - 0.2, y + height - tilt),
            (x, y + height),
            (x - width / 2 + 0.2, y + height),
        ),
    )
    panel = Panel(shape, edge=0.35, lift=0.3, bulge=(2, 0.06), wrinkles=0.2, laid=True)
    line = shape[:2]
    return [mirror_panel(panel), panel, Seam(line, depth=0.5), Seam(flip(line), depth=0.5)]


def blazer(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a blazer with notched lapels, or with peaked ones and two rows of buttons."""
    base = Bodice(
        neck=7.0, neck_y=13.0, shoulder=(19.6, 17.0), armpit=(18.2, 36.0), waist=(16.6, 49.0),
        hem=(18.8, 73.0),
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neck=7.0)
    sleeve = long_sleeve(bodice, width=1.1, end=70.5)
    double = garment.cut == "double-breasted"
    low, overlap = (42.0, 5.6) if double else (45.0, 1.5)
    parts = _open_back(7.0, low + 1)
    parts += _fronts(bodice, sleeve, rng, overlap=overlap, low=low, cutaway=0.0 if double else 2.2)
    parts += flap_pocket(x=11.2, y=55.0) + _chest_welt()
    pair = lapel(neck=6.6, low=low, overlap=-overlap, width=7.6 if double else 6.6, peak=double)
    parts += [*(mirror_panel(panel) for panel in pair), *pair]
    for side in (-1, 1):
        parts += _sleeve_buttons(sleeve, side)
    for side in (1, -1):
        dart = spline((9.6, 38), (9.0, 47), (9.4, 54)) * (side, 1)
        parts.append(Seam(dart, depth=0.25))
    if double:
        rows = [(x, y) for y in (low + 1.5, low + 9.5) for x in (-4.2, 4.2)]
        rows += [(-5.6, low - 6.5), (5.6, low - 6.5)]
    else:
        rows = [(0.0, low + 1.4), (0.0, low + 10.4)]
    return [*parts, *(Button(x, y, 0.95) for x, y in rows)]


def _chest_welt() -> list[Part]:
    shape = polygon((8.6, 35.0), (14.8, 34.0), (14.9, 36.0), (8.7, 37.0))
    return [
        Panel(shape, edge=0.3, lift=0.2, bulge=(1, 0.06), wrinkles=0.2, laid=True),
        Seam(shape[:2], depth=0.5),
    ]


def _sleeve_buttons(sleeve: Sleeve, side: int) -> list[Part]:
    outer, inner = np.array(sleeve.rungs[-1][0]), np.array(sleeve.rungs[-1][1])
    at = outer + 0.22 * (inner - outer)
    steps = (at + (0.06 * k, -1.8 - 1.9 * k) for k in range(3))
    return [Button(float(side * x), float(y), 0.55) for x, y in steps]


def coat(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape an overcoat with lapels, or a parka with a hood edged in fur."""
    end = 98.0 if garment.length == "long" else 85.0
    base = Bodice(
        neck=7.2, neck_y=13.0, shoulder=(20.4, 17.6), armpit=(19.4, 38.0), waist=(19.0, 58.0),
        hem=(22.0, end),
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neck=7.2)
    sleeve = long_sleeve(bodice, width=1.26, end=72)
    if garment.cut == "parka":
        return _parka(bodice, sleeve, rng)
    parts = _open_back(7.2, 43) + _fronts(bodice, sleeve, rng, overlap=2.6, low=42.0)
    parts += flap_pocket(x=12.2, y=60.0, width=8.6, tilt=1.8)
    pair = lapel(neck=6.8, low=42.0, overlap=-2.6, width=8.0)
    parts += [*(mirror_panel(panel) for panel in pair), *pair]
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth="main", ribbed=False)[1:]
    edge = spline((-2.6, 43), (-2.6, end))
    parts.append(Stitches(edge + (0.7, 0)))
    return [*parts, *(Button(0.2, y, 1.15) for y in (44.0, 53.5, 63.0))]


def _parka(bodice: Bodice, sleeve: Sleeve, rng: np.random.Generator) -> list[Part]:
    shaped = replace(bodice, depth=8.0, neckline="round neck")
    bottom = shaped.hem[1]
    parts = _hood(rng) + sleeves_and_body(shaped, sleeve, rng, strength=1.3)
    parts += _patch(x=12.2, y=62, width=10.5, height=13) + _patch(x=11.2, y=38, width=8.0, height=8.5)
    flap = path(
        spline((-3.2, 24), (-3.2, bottom + 0.6)),
        spline((-3.2, bottom + 0.6), (2.6, bottom + 0.6)),
        spline((2.6, bottom + 0.6), (2.6, 24)),
    )
    parts += [
        Panel(flap, body=shaped.front(), edge=0.5, lift=0.45),
        Stitches(flap[:2] + (0.7, 0)),
        Stitches(flap[-2:] - (0.7, 0)),
    ]
    waist = spline((-18.8, 54.6), (0, 56.0), (18.8, 54.6))
    parts += [Stitches(waist), Stitches(waist + (0, 1.4)), Seam(waist + (0, 0.7), depth=0.4)]
    parts += [
        Button(-2.0, float(y), 0.8, "metal", holes=False) for y in np.linspace(29, bottom - 8, 6)
    ]
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=4.5, cloth="main", ribbed=False)
    return parts + _fur(rng)


def _patch(*, x: float, y: float, width: float, height: float) -> list[Part]:
    """Return pockets with flaps on both sides."""
    half = width / 2
    box = polygon((x - half, y), (x + half, y), (x + half, y + height), (x - half, y + height))
    panel = Panel(box, edge=0.4, lift=0.3, bulge=(4, 0.07), wrinkles=0.3, laid=True)
    edge = box[[0, 3, 2, 1]] * (0.94, 1) + (0.06 * x, -0.6)
    return [
        mirror_panel(panel), panel, Stitches(edge), Stitches(flip(edge)),
        *flap_pocket(x=x, y=y - 0.4, width=width + 0.6, height=4.4, tilt=0),
        Button(x, y + 2.6, 0.7, "metal", holes=False), Button(-x, y + 2.6, 0.7, "metal", holes=False),
    ]  # fmt: skip


_HOOD_RIM = ((0, 3.4), (5.4, 4.2), (8.6, 9.4), (8.0, 16.0), (4.0, 22.0), (0.4, 26.0))


def _hood(rng: np.random.Generator) -> list[Part]:
    shape = mirrored(
        spline((0, -1.0), (7.6, -0.2), (12.2, 5.6), (12.6, 13.0), (11.4, 20.0), (4, 27), (0, 28))
    )
    inside = mirrored(spline(*_HOOD_RIM))
    folds = tuple(Fold(spline((s * 10, 5), (s * 11, 12), (s * 9, 20)), 1.6, 0.6) for s in (-1, 1))
    return [
        Panel(shape, folds=folds, bulge=(5, 0.5), edge=0.5),
        Panel(inside, "lining", tone=0.5, bulge=(4, -0.3)),
    ]


def _fur(rng: np.random.Generator) -> list[Part]:
    """Return a ring of fur: a soft band, and hairs across it."""
    rim = spline(*_HOOD_RIM)
    ring = path(flip(rim)[::-1], rim)
    steps = np.gradient(ring, axis=0)
    normals = np.stack([steps[:, 1], -steps[:, 0]], axis=1) / np.maximum(
        np.linalg.norm(steps, axis=1, keepdims=True), 1e-6
    )
    outer = ring + normals * rng.uniform(1.6, 2.9, (len(ring), 1))
    inner = ring - normals * rng.uniform(0.8, 1.7, (len(ring), 1))
    parts: list[Part] = [Panel(band(outer, inner), "fur", lift=0.8, bulge=(1.8, 0.5), edge=0.4)]
    lean = rng.uniform(-0.5, 0.5, (len(ring), 2))
    return [*parts, Ribs(inner + 0.2 * lean, outer + lean, spacing=0.35, depth=0.3)]


def jacket(garment: Garment, rng: np.random.Generator) -> list[Part]:
    """Shape a short jacket: a bomber, a denim jacket or a quilted puffer."""
    base = Bodice(
        neck=7.6, shoulder=(20.0, 18.0), armpit=(19.2, 37.0), waist=(19.8, 57.0), hem=(17.6, 68.0),
        hem_dip=0.8,
    )  # fmt: skip
    bodice = replace(fitted(garment, base), neckline="round neck", neck=7.6, depth=5.0)
    shape = {"bomber": _bomber, "denim": _denim_jacket, "puffer": _puffer}[garment.cut or "bomber"]
    return shape(bodice, garment, rng)


def _stand(cloth: str, *, ribbed: bool, top: float = 8.6) -> list[Part]:
    """Return a standing collar, open in front, with the inside of its back."""
    back = spline((-7.2, top + 1.4), (0, top), (7.2, top + 1.4))
    inside = path(back, spline((7.2, top + 1.4), (6, 15), (0, 18.6), (-6, 15), (-7.2, top + 1.4)))
    side = path(
        spline((7.2, top + 1.2), (8.8, 13.4)),
        spline((8.8, 13.4), (5.4, 18.2), (0.4, 20.4)),
        spline((0.4, 20.4), (0.2, 17.0)),
        spline((0.2, 17.0), (4.6, 14.6), (7.2, top + 1.2)),
    )
    low, high = (
        spline((8.8, 13.4), (5.4, 18.2), (0.4, 20.4)),
        spline((7.2, top + 1.2), (4.6, 14.6), (0.2, 17.0)),
    )
    parts: list[Part] = [Panel(inside, "lining", tone=0.66, bulge=(3, -0.1), wrinkles=0.3)]
    parts.append(
        Panel(
            polygon((-1.8, 12.4), (1.8, 12.4), (1.8, 14.8), (-1.8, 14.8)),
            "label",
            bulge=(1, 0),
            wrinkles=0,
        )
    )
    for shape, a, b in ((flip(side), flip(low), flip(high)), (side, low, high)):
        parts.append(Panel(shape, cloth, lift=0.35, edge=0.4, bulge=(2, 0.4), wrinkles=0.3))
        parts += [Ribs(a, b, spacing=0.7)] if ribbed else [Stitches(b + (0, 0.5))]
    return parts


def _bomber(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.28, gather=5.5)
    trim = "trim" if garment.accent else "rib"
    parts = sleeves_and_body(bodice, sleeve, rng, strength=1.6) + rib_hem(
        bodice, height=5.5, cloth=trim
    )
    for side in (-1, 1):
        parts += cuff(sleeve, side=side, height=5.5, cloth=trim)
        welt = spline((10.4, 48), (14.2, 57)) * (side, 1)
        parts += [
            Seam(welt, depth=0.8, width=0.7),
            Stitches(welt + (side * 0.9, 0)),
            Stitches(welt - (side * 0.9, 0)),
        ]
    return (
        _stand(trim, ribbed=True)[:2]
        + parts
        + zip_front(top=17.4, bottom=68.6)
        + _stand(trim, ribbed=True)[2:]
    )


def _denim_jacket(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.2)
    thread = "thread" if garment.colour in ("blue", "navy") else None
    parts = sleeves_and_body(bodice, sleeve, rng, strength=1.2) + yoke(bodice)
    ax, _ = bodice.armpit
    line = spline((-ax + 1.2, 34.4), (0, 35.4), (ax - 1.2, 34.4))
    parts += [Seam(line), Stitches(line + (0, 0.7), thread)]
    for side in (-1, 1):
        for x0, x1 in ((4.6, 7.6), (12.6, 10.4)):
            panel_line = spline((x0, 36), (x1, 63)) * (side, 1)
            parts += [Seam(panel_line, depth=0.3), Stitches(panel_line + (side * 0.6, 0), thread)]
        parts += cuff(sleeve, side=side, height=4.6, cloth="main", ribbed=False)
    parts += flap_pocket(x=9.2, y=34.8, width=8.0, height=4.2, tilt=0)
    parts += [Button(s * 9.2, 37.6, 0.75, "brass", holes=False) for s in (-1, 1)]
    band_line = spline((-18, 63), (0, 64), (18, 63))
    parts += [
        Seam(band_line, depth=0.4),
        Stitches(band_line + (0, 0.8), thread),
        Stitches(spline((-17.4, 67.2), (0, 68.1), (17.4, 67.2)), thread),
    ]
    parts += full_placket(bodice, top=15.4, count=0)
    parts += [Button(0, float(y), 0.85, "brass", holes=False) for y in np.linspace(21, 66, 6)]
    return parts + collar(tip=23.5, spread=8.6, opening=17.0)


def _puffer(bodice: Bodice, garment: Garment, rng: np.random.Generator) -> list[Part]:
    sleeve = long_sleeve(bodice, width=1.42)
    parts = _stand("plain", ribbed=False, top=6.6)[:2]
    quilts = np.linspace(26, bodice.hem[1], 8)
    parts += _quilted(sleeves_and_body(bodice, sleeve, rng, strength=0.5), quilts)
    for side in (-1, 1):
        for share in np.linspace(0.18, 0.93, 8):
            parts.append(Seam(sleeve.across(float(share)) * (side, 1), depth=1.0, width=0.5))
    for y in quilts[:-1]:
        parts.append(
            Seam(spline((-19.0, y - 0.8), (0, y + 0.4), (19.0, y - 0.8)), depth=1.0, width=0.5)
        )
    parts += zip_front(top=15.2, bottom=bodice.hem[1] + 0.6)
    stand = _stand("plain", ribbed=False, top=6.6)[2:]
    pull: list[Part] = [Cord(spline((0, 17), (0.3, 20)), 0.8, "metal")]
    return parts + stand + pull


def _quilted(parts: list[Part], rows: np.ndarray) -> list[Part]:
    """Fill the panels: a soft roll between every two rows of quilting."""
    filled: list[Part] = []
    for part in parts:
        if isinstance(part, Panel):
            low, high = part.outline[:, 0].min(), part.outline[:, 0].max()
            tops = np.concatenate([[rows[0] - 7], rows])
            rolls = tuple(
                Fold(spline((low - 6, y - 0.4), (0.5 * (low + high), y + 0.4), (high + 6, y - 0.4)), 3.2, 1.1)
                for y in (tops[:-1] + tops[1:]) / 2
            )  # fmt: skip
            filled.append(replace(part, folds=part.folds + rolls))
        else:
            filled.append(part)
    return filled


__all__ = ["Ribs", "blazer", "breast_pocket", "coat", "jacket"]
