"""The background, and how the garment sits in the frame.

Takes OKLab (h, w, 3) or sRGB in [0, 1], float32, and boolean masks (h, w) of the garment or the
background, neither of them empty.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from quality.measure.colour_spaces import Floats, min_channel
from quality.measure.subject import Mask

PURE_WHITE = 249.5 / 255


@dataclass(frozen=True, slots=True)
class Box:
    """The garment's bounding box, in pixels of the mask; right and bottom lie outside it."""

    left: int
    top: int
    right: int
    bottom: int


def find_box(mask: Mask) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def measure_fill(mask: Mask) -> float:
    """Return how much of the frame the garment's box fills, along the side where it fills more.

    In [0, 1]. What the listing rules call the share of the frame: a pair of trousers that reaches
    from edge to edge fills it, however much white there is beside it.
    """
    box = find_box(mask)
    height, width = (int(length) for length in mask.shape)
    return max((box.right - box.left) / width, (box.bottom - box.top) / height)


def measure_off_centre(mask: Mask) -> float:
    """Return how far the garment's box is off the middle, as a share of the side: 0 to 0.5."""
    box = find_box(mask)
    height, width = (int(length) for length in mask.shape)
    x, y = (box.left + box.right) / 2 / width, (box.top + box.bottom) / 2 / height
    return max(abs(x - 0.5), abs(y - 0.5))


def measure_unevenness(lab: Floats, background: Mask) -> float:
    """Return the spread of the background: the rms OKLab distance from its mean x 100, from 0."""
    _, deviations = cv2.meanStdDev(lab, mask=background.astype(np.uint8))
    return float(np.linalg.norm(deviations)) * 100


def measure_whiteness(rgb: Floats, background: Mask) -> float:
    """Return the share of the background that is white: all channels at least 250 of 255."""
    return float((min_channel(rgb)[background] >= PURE_WHITE).mean())
