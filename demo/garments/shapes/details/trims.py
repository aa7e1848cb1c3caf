"""Cut trims: plackets, zips, bindings, gathers, ruffles, knots."""

import numpy as np

from demo.garments.parts import Cord, Fold, Panel, Part, Seam, Stitches
from demo.garments.paths import (
    Points,
    band,
    flip,
    mirrored,
    offset,
    path,
    polygon,
    resample,
    shifted,
    spline,
)
from demo.garments.shapes.details.bodice import Bodice, buttons


def placket(bodice: Bodice, *, length: float, count: int, cloth: str = "main") -> list[Part]:
    """Return a short buttoned opening below the neckline."""
    top = bodice.neck_y + bodice.depth + 0.2
    box = mirrored(
        path(
            spline((0, top), (1.9, top - 0.2)),
            spline((1.9, top), (1.9, top + length), (0, top + length)),
        )
    )
    box = np.array([(-1.9, top), (1.9, top), (1.9, top + length), (-1.9, top + length)])
    return [
        Panel(box, cloth, edge=0.25, lift=0.15, bulge=(1.5, 0.1), wrinkles=0.2, laid=True),
        Stitches(shifted(box[[0, 3]], 0.35, 0)),
        Stitches(shifted(box[[1, 2]], -0.35, 0)),
        Stitches(shifted(box[[3, 2]], 0, -0.5)),
        *buttons(top=top + 2.2, bottom=top + length - 2.4, count=count, radius=0.65),
    ]


def full_placket(
    bodice: Bodice, *, top: float, count: int, cloth: str = "main", width: float = 1.9
) -> list[Part]:
    """Return the buttoned front edge from the collar to the hem."""
    bottom = bodice.hem[1] + bodice.hem_dip - 0.1
    strip = polygon((-width, top), (width, top), (width, bottom), (-width, bottom))
    strip = path(
        spline((-width, top), (-width, bottom)), spline((-width, bottom), (width, bottom)),
        spline((width, bottom), (width, top)),
    )  # fmt: skip
    left, right = resample(strip[:2], count=20), resample(strip[-2:], count=20)
    return [
        Panel(strip, cloth, body=bodice.front(), edge=0.35, lift=0.25, wrinkles=0.8),
        Stitches(shifted(left, 0.5, 0)),
        Stitches(shifted(right, -0.5, 0)),
        *buttons(top=top + 4.5, bottom=bottom - 8, count=count),
    ]


def yoke(bodice: Bodice) -> list[Part]:
    """Return the seams below the shoulders."""
    (sx, sy), neck = bodice.shoulder, bodice.neck
    line = spline((neck + 0.6, bodice.neck_y + 4.2), (sx - 1.0, sy + 3.6))
    return [
        Seam(line, depth=0.25),
        Seam(flip(line), depth=0.25),
        Stitches(shifted(line, 0, 0.6)),
        Stitches(shifted(flip(line), 0, 0.6)),
    ]


def zip_front(*, top: float, bottom: float, cloth: str = "metal") -> list[Part]:
    """Return a zip from `top` to `bottom` with its pull."""
    line = resample(spline((0, top), (0.05, bottom)), count=30)
    tape = band(shifted(line, -0.9, 0), shifted(line, 0.9, 0))
    teeth = [Stitches(shifted(line, shift, 0), thread=cloth, dash=0.5) for shift in (-0.18, 0.18)]
    pull = spline((0, top + 1.5), (0.2, top + 4.6))
    return [
        Panel(tape, "plain", edge=0.1, tone=0.72, bulge=(1, 0), wrinkles=0.4),
        *teeth,
        Cord(pull, 0.7, cloth),
    ]


def inside_armholes(bodice: Bodice) -> list[Part]:
    """Return the inside of the back, seen through the armholes."""
    (sx, sy), (ax, ay) = bodice.shoulder, bodice.armpit
    edge = spline((sx, sy), (sx - 0.3, sy + 0.5 * (ay - sy)), (ax - 0.4, ay - 1.5), (ax, ay))
    right = band(edge, spline((sx - 4, sy + 3), (sx - 4, ay), (ax - 3, ay + 3)))
    return [
        Panel(side, "lining", tone=0.74, bulge=(4.0, -0.1), wrinkles=0.3)
        for side in (right, flip(right))
    ]


def bindings(bodice: Bodice, *, cloth: str = "rib") -> list[Part]:
    """Return the narrow bands along both armholes."""
    curve = bodice.armhole()
    inner = offset(curve, by=-1.2)
    parts: list[Part] = []
    for outer, low in ((curve, inner), (flip(curve), flip(inner))):
        parts += [
            Panel(band(outer, low), cloth, edge=0.25, bulge=(0.8, 0.3), wrinkles=0, laid=True),
            Stitches(low),
        ]
    return parts


def gathered(
    *, top: tuple[float, float], bottom: tuple[float, float], rng: np.random.Generator,
    count: int, depth: float = 1.1, cloth: str = "main",
) -> Panel:  # fmt: skip
    """Return cloth gathered along its upper edge, with folds down to a waving hem."""
    (tx, ty), (bx, by) = top, bottom
    marks = np.linspace(1, -1, 2 * count + 1)
    swing = [0.9 * (-1) ** k * rng.uniform(0.4, 1.0) for k in range(len(marks))]
    hem = spline(*((bx * m, by + 1.3 * (1 - m * m) + s) for m, s in zip(marks, swing, strict=True)))
    bow = 0.35 * (bx - tx)
    side = spline((tx, ty), (tx + bow, ty + 0.45 * (by - ty)), (bx, by + swing[0]))
    other = spline((-bx, by + swing[-1]), (-tx - bow, ty + 0.45 * (by - ty)), (-tx, ty))
    outline = path(spline((-tx, ty), (0, ty + 1.0), (tx, ty)), side, hem, other)
    folds = []
    for m in np.linspace(-0.92, 0.92, count):
        shift = rng.uniform(-0.05, 0.05)
        end = (m + shift) * bx, by + 1.5
        curve = spline((m * tx, ty - 0.5), (0.5 * (m * tx + end[0]), 0.55 * ty + 0.45 * by), end)
        width = rng.uniform(0.35, 0.6) * 2 * bx / count * 0.55
        folds.append(Fold(curve, width, depth * rng.uniform(0.6, 1.2)))
    return Panel(outline, cloth, folds=tuple(folds), bulge=(6, 0.28))


def frill(
    curve: Points, *, width: float, rng: np.random.Generator, side: float = 1.0
) -> list[Part]:
    """Return a ruffle sewn along a curve, standing out to its left, or right when `side` < 0."""
    line = resample(curve, count=60)
    wave = np.sin(np.linspace(0, 2 * np.pi * 9, 60) + rng.uniform(0, 6)) * 0.14 * width
    far = offset(line, by=side * width) + wave[:, None]
    folds = tuple(
        Fold(np.stack([line[k], far[k]]), 0.9, 0.6 * (-1) ** n)
        for n, k in enumerate(range(3, 58, 4))
    )
    return [Panel(band(line, far), lift=0.4, bulge=(1.4, 0.25), folds=folds), Seam(line, depth=0.3)]


def tied_knot(x: float, y: float) -> list[Part]:
    """Return a tied knot with two hanging ends."""
    ends: list[Part] = []
    for lean, far in ((-1.6, 13.0), (1.8, 11.0)):
        tail = path(
            spline((x - 0.8, y), (x - 0.8 + 0.4 * lean, y + 0.5 * far), (x - 1.2 + lean, y + far)),
            spline(
                (x + 1.2 + lean, y + far - 0.6), (x + 0.8 + 0.4 * lean, y + 0.5 * far), (x + 0.8, y)
            ),
        )
        ends.append(Panel(tail, "plain", lift=0.3, bulge=(1.0, 0.3)))
    shape = spline(
        (x - 1.6, y - 1.2),
        (x + 1.5, y - 1.4),
        (x + 1.7, y + 1.5),
        (x - 1.5, y + 1.6),
        (x - 1.6, y - 1.2),
    )
    return [*ends, Panel(shape, "plain", lift=0.6, bulge=(1.4, 0.5))]
