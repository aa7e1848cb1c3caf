"""The cosine transform of 8 x 8 windows, as JPEG has it (ISO/IEC 10918-1, orthonormal).

A plane is float32 (h, w), both multiples of 8; its cosines are (h / 8, 8, w / 8, 8): of window
(r, c) the one that goes down i times and across j times is at [r, i, c, j].
"""

import numpy as np

from quality.measure.colour_spaces import Floats

BLOCK = 8

_TIMES, _AT = np.mgrid[:BLOCK, :BLOCK]
_WAVES = np.where(
    _TIMES == 0, np.sqrt(1 / BLOCK), 0.5 * np.cos((2 * _AT + 1) * _TIMES * np.pi / (2 * BLOCK))
).astype(np.float32)


def to_cosines(plane: Floats) -> Floats:
    # Two large products: window by window takes ten times as long.
    height, width = plane.shape
    down = _WAVES @ plane.reshape(height // BLOCK, BLOCK, width)
    across: Floats = down.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK) @ _WAVES.T
    return across


def from_cosines(cosines: Floats) -> Floats:
    rows, _, columns, _ = cosines.shape
    across = (cosines @ _WAVES).reshape(rows, BLOCK, columns * BLOCK)
    plane: Floats = (_WAVES.T @ across).reshape(rows * BLOCK, columns * BLOCK)
    return plane
