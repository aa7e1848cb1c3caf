"""The parts of a garment, which the canvas paints in order, one over the other.

All lengths are garment units; an adult's T-shirt is about 37 wide.
"""

from dataclasses import dataclass
from typing import TypeAlias

from demo.garments.paths import Points


@dataclass(frozen=True, eq=False)
class Fold:
    """A crease: a ridge along a curve, or a valley when `depth` is negative; fades at its ends."""

    curve: Points
    width: float
    depth: float


@dataclass(frozen=True, eq=False)
class Panel:
    """A piece of cloth.

    `body` is the larger shape whose roundness this piece shares (itself if None). `bulge` is
    the distance from the edge in which the shape rises, and its rise per unit. `edge` is the
    thickness of the cloth at its rim, `lift` its height above the parts below. A `laid` piece, such
    as a pocket, follows the roundness of the parts below.
    """

    outline: Points
    cloth: str = "main"
    body: Points | None = None
    bulge: tuple[float, float] = (7.0, 0.30)
    edge: float = 0.25
    lift: float = 0.0
    grain: float = 0.0
    folds: tuple[Fold, ...] = ()
    tone: float = 1.0
    wrinkles: float = 1.0
    laid: bool = False


@dataclass(frozen=True, eq=False)
class Ribs:
    """Knitted ribs between two curves that run the same way."""

    inner: Points
    outer: Points
    spacing: float = 0.7
    depth: float = 0.16


@dataclass(frozen=True, eq=False)
class Seam:
    """A groove where two pieces are sewn together."""

    curve: Points
    depth: float = 0.2
    width: float = 0.3


@dataclass(frozen=True, eq=False)
class Stitches:
    """A row of visible stitches; `thread` is a cloth's name, or None for the cloth's own colour."""

    curve: Points
    thread: str | None = None
    dash: float = 0.55


@dataclass(frozen=True, eq=False)
class Cord:
    """A round cord: a drawstring, a lace, a strap."""

    curve: Points
    width: float
    cloth: str = "accent"


@dataclass(frozen=True)
class Button:
    """A sewn button, a snap or a rivet."""

    x: float
    y: float
    radius: float = 0.75
    cloth: str = "button"
    holes: bool = True


Part: TypeAlias = Panel | Ribs | Seam | Stitches | Cord | Button
