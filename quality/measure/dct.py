"""The cosine transform of 8 x 8 windows, as in JPEG (ISO/IEC 10918-1, orthonormal).

A plane is float32 (h, w), both multiples of 8. Its cosines are (h / 8, 8, w / 8, 8): the
coefficient of window (r, c) with vertical frequency i and horizontal frequency j is [r, i, c, j].
"""

import numpy as np

from quality.measure.colour_spaces import Floats

BLOCK = 8

_TIMES, _AT = np.mgrid[:BLOCK, :BLOCK]
_WAVES = np.where(
    _TIMES == 0, np.sqrt(1 / BLOCK), 0.5 * np.cos((2 * _AT + 1) * _TIMES * np.pi / (2 * BLOCK))
).astype(np.float32)


def to_cosines(plane: Floats) -> Floats:
    # Two large matrix products are ten times as fast as one product per window.
    height, width = plane.shape
    down = _WAVES @ plane.reshape(height // BLOCK, BLOCK, width)
    across: Floats = down.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK) @ _WAVES.T
    return across


def from_cosines(cosines: Floats) -> Floats:
    rows, _, columns, _ = cosines.shape
    across = (cosines @ _WAVES).reshape(rows, BLOCK, columns * BLOCK)
    plane: Floats = (_WAVES.T @ across).reshape(rows * BLOCK, columns * BLOCK)
    return plane
