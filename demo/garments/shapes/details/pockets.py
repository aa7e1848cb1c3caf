"""Cut patch pockets and flaps."""

from demo.garments.parts import Button, Panel, Part, Seam, Stitches
from demo.garments.paths import flip, path, polygon, shifted, spline
from demo.garments.shapes.details.sleeves import mirror_panel


def breast_pocket(
    *, x: float = 9.4, y: float = 33.0, width: float = 7.4, height: float = 8.6
) -> list[Part]:
    """Return a pocket on the wearer's left breast."""
    half = width / 2
    shape = polygon(
        (x - half, y), (x + half, y), (x + half, y + 0.82 * height), (x, y + height),
        (x - half, y + 0.82 * height),
    )  # fmt: skip
    sides = shifted(shape[[0, 4, 3, 2, 1]] * (0.94, 1), 0.06 * x, -0.4)
    return [
        Panel(shape, edge=0.25, lift=0.12, bulge=(3, 0.03), wrinkles=0.2, laid=True),
        Stitches(sides),
        Stitches(shifted(shape[[0, 1]], 0, 1.5)),
    ]


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


def patch_pockets(*, x: float, y: float, width: float, height: float) -> list[Part]:
    """Return pockets with flaps on both sides."""
    half = width / 2
    box = polygon((x - half, y), (x + half, y), (x + half, y + height), (x - half, y + height))
    panel = Panel(box, edge=0.4, lift=0.3, bulge=(4, 0.07), wrinkles=0.3, laid=True)
    edge = shifted(box[[0, 3, 2, 1]] * (0.94, 1), 0.06 * x, -0.6)
    return [
        mirror_panel(panel),
        panel,
        Stitches(edge),
        Stitches(flip(edge)),
        *flap_pocket(x=x, y=y - 0.4, width=width + 0.6, height=4.4, tilt=0),
        Button(x, y + 2.6, 0.7, "metal", holes=False),
        Button(-x, y + 2.6, 0.7, "metal", holes=False),
    ]
