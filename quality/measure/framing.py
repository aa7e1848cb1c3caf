"""Measures of the background, and of the garment's place in the frame.

Takes OKLab (h, w, 3) or sRGB in [0, 1], float32, and boolean masks (h, w) of the garment or the
background, which must not be empty.
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
    """Return the share of the frame that the garment's box fills, along the fuller side.

    In [0, 1]. Listing rules count in this way: trousers that reach from top to bottom fill the
    frame, even with much white to the left and right.
    """
    box = find_box(mask)
    height, width = (int(length) for length in mask.shape)
    return max((box.right - box.left) / width, (box.bottom - box.top) / height)


def measure_off_centre(mask: Mask) -> float:
    """Return the distance of the box's centre from the middle, as a share of the side: 0 to 0.5."""
    box = find_box(mask)
    height, width = (int(length) for length in mask.shape)
    x, y = (box.left + box.right) / 2 / width, (box.top + box.bottom) / 2 / height
    return max(abs(x - 0.5), abs(y - 0.5))


def measure_unevenness(lab: Floats, background: Mask) -> float:
    """Return the rms OKLab distance of the background from its mean, x 100."""
    _, deviations = cv2.meanStdDev(lab, mask=background.astype(np.uint8))
    return float(np.linalg.norm(deviations)) * 100


def measure_whiteness(rgb: Floats, background: Mask) -> float:
    """Return the share of the background that is white: all channels from 250 of 255."""
    return float((min_channel(rgb)[background] >= PURE_WHITE).mean())
