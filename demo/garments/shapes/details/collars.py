"""Cut collars: turned down, standing, rolled, and lapels."""

from demo.garments.parts import Panel, Part, Ribs, Stitches
from demo.garments.paths import band, flip, mirrored, offset, path, polygon, shifted, spline
from demo.garments.shapes.details.sleeves import mirror_panel


def collar(
    *, neck: float = 7.4, top: float = 8.5, spread: float = 7.2, tip: float = 21.5,
    cloth: str = "main", opening: float = 16.5,
) -> list[Part]:  # fmt: skip
    """Return a turned-down collar: the inside of its stand, and two leaves."""
    roll = spline((0, top + 1.2), (0.55 * neck, top + 0.8), (neck + 0.2, top + 3.4))
    inside = mirrored(
        path(roll, spline((neck + 0.2, top + 3.4), (neck + 1.4, top + 6.6), (0, opening + 3)))
    )
    leaf = path(
        spline((0.3, opening), (0.62 * neck, top + 6.2), (neck - 0.2, top + 2.6)),
        spline((neck - 0.2, top + 2.6), (neck + 1.6, top + 4.6), (neck + 3.0, top + 7.4)),
        spline(
            (neck + 3.0, top + 7.4),
            (0.5 * (neck + 3 + spread), 0.5 * (tip + top + 7.8)),
            (spread, tip),
        ),
        spline((spread, tip), (0.42 * spread, 0.5 * (tip + opening) - 0.4), (0.3, opening)),
    )
    right = Panel(leaf, cloth, edge=0.35, lift=0.45, bulge=(2.2, 0.22), wrinkles=0.2, grain=0.5)
    stitch = offset(path(
        spline((neck + 3.0, top + 7.4), (spread, tip)), spline((spread, tip), (0.3, opening))
    ), by=-0.55)  # fmt: skip
    return [
        Panel(inside, "lining", tone=0.78, bulge=(4, -0.15), wrinkles=0.2),
        Panel(polygon((-1.6, top + 2.8), (1.6, top + 2.8), (1.6, top + 4.9), (-1.6, top + 4.9)),
              "label", edge=0.1, wrinkles=0, bulge=(1, 0)),
        mirror_panel(right), right, Stitches(flip(stitch)), Stitches(stitch),
    ]  # fmt: skip


def stand_collar(cloth: str, *, ribbed: bool, top: float = 8.6) -> list[Part]:
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
        parts += [Ribs(a, b, spacing=0.7)] if ribbed else [Stitches(shifted(b, 0, 0.5))]
    return parts


def roll_neck(cloth: str) -> list[Part]:
    top = spline((-7.0, 5.4), (0, 4.4), (7.0, 5.4))
    fold = spline((-8.2, 13.4), (0, 16.8), (8.2, 13.4))
    base = spline((-8.6, 13.0), (0, 19.6), (8.6, 13.0))
    inside = path(
        spline((-6.8, 5.6), (0, 4.6), (6.8, 5.6)), spline((6.8, 5.6), (0, 7.4), (-6.8, 5.6))
    )
    return [
        Panel(band(shifted(top, 0, 2), base), cloth, bulge=(4, 0.4)),
        Ribs(shifted(top, 0, 3), base),
        Panel(
            path(
                top,
                spline((7.0, 5.4), (8.6, 9.5), (8.2, 13.4)),
                fold[::-1],
                spline((-8.2, 13.4), (-8.6, 9.5), (-7.0, 5.4)),
            ),
            cloth,
            bulge=(5, 0.45),
            lift=0.5,
            edge=0.5,
        ),
        Ribs(top, fold),
        Panel(inside, "lining", tone=0.6, bulge=(2, -0.2), wrinkles=0),
    ]


def lapel(
    *, neck: float, low: float, overlap: float, width: float, peak: bool = False
) -> list[Panel]:
    """Return a right lapel, folded back from the front edge, and its half of the collar."""
    notch = 25.0 if not peak else 24.0
    tip = (neck + width, notch - (3.2 if peak else 0.8))
    gorge = (neck + 0.42 * width, notch - 2.2)
    leaf = path(
        spline(
            (neck + 0.4, 14.0), (0.62 * neck + 0.3 * overlap, 0.5 * (14 + low) - 2), (overlap, low)
        ),
        spline((overlap, low), (0.5 * (tip[0] + overlap) + 1.1, 0.5 * (tip[1] + low) + 1.1), tip),
        spline(tip, gorge),
        spline(gorge, (neck + 0.4, 16.0)),
    )
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
