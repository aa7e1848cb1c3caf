"""A garment's cloths, and its place on the picture."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from demo.garments.paths import Points
from demo.garments.tiles import Tile

Layer: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cloth:
    """The appearance of a piece before lighting.

    `inks` are the linear colours of the ground and of a pattern's three inks, (4, 3); `pattern`
    covers `repeat` garment units; `weave` is relative brightness per pixel; `gloss` in [0, 1].
    """

    inks: Layer
    pattern: Tile | None = None
    repeat: float = 14.0
    weave: Tile | None = None
    gloss: float = 0.0
    fade: float = 0.0


@dataclass(frozen=True, eq=False)
class View:
    """The map from garment units to pixels, with the slight irregularity of a real garment."""

    unit: float
    middle: tuple[float, float]
    centre: tuple[float, float]
    turn: float
    waves: NDArray[np.float64]

    def place(self, points: Points) -> Points:
        """Return pixel coordinates of garment units."""
        turned = (self._wobble(points) - self.centre) * self.unit
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        placed: Points = turned @ np.array([[cos, sin], [-sin, cos]]) + self.middle
        return placed

    def _wobble(self, points: Points) -> Points:
        """Shift points by a few long waves, so that no two sides are mirror images."""
        shifted = points.copy()
        for kx, ky, phase, dx, dy in self.waves:
            swell = np.sin(kx * points[:, 0] + ky * points[:, 1] + phase)
            shifted += swell[:, None] * (dx, dy)
        return shifted
