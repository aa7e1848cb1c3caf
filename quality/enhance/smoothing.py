"""Remove grain and the blocks of a JPEG, and preserve edges.

Takes and returns sRGB uint8 (h, w, 3). Yu & Sapiro, "DCT image denoising" (2011): cosines of 8 x 8
windows that are not stronger than the noise are set to 0; the mean over windows at several shifts
has no visible borders. The channels are first transformed to brightness and two differences.
"""

import cv2
import numpy as np

from quality.enhance.steps import run_strips
from quality.measure.colour_spaces import Floats
from quality.measure.dct import BLOCK, from_cosines, to_cosines
from quality.measure.detail import estimate_grain, find_unclipped_blocks
from quality.measure.frame import Bytes, to_bytes, to_float, to_luma

STRIP = 16 * BLOCK  # rows that are smoothed together
SHIFTS = tuple((row, row * 3 % BLOCK) for row in range(BLOCK))  # no two in a row or column
THRESHOLD = 2.7  # standard deviations; the paper uses 3 with windows at every shift

_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]], np.float32)
_OPPONENT /= np.linalg.norm(_OPPONENT, axis=1, keepdims=True)


def measure_planes(pixels: Bytes) -> Floats:
    """Return the standard deviation of the noise in each of the three planes, of 255, (3,)."""
    luma = to_luma(to_float(pixels))
    blocks = find_unclipped_blocks(luma, np.ones(luma.shape, dtype=bool))
    planes = (_plane(pixels, weights) for weights in _OPPONENT)
    return np.array([estimate_grain(plane, blocks) for plane in planes], dtype=np.float32)


def smooth(pixels: Bytes, deviations: Floats) -> Bytes:
    """Remove noise of these standard deviations (3,), in steps of 1/255, from the three planes."""
    height, width = pixels.shape[:2]
    reach = (BLOCK, 2 * BLOCK, BLOCK, 2 * BLOCK)
    padded = np.asarray(cv2.copyMakeBorder(pixels, *reach, cv2.BORDER_REFLECT_101), np.uint8)
    out = np.empty_like(pixels)

    def smooth_rows(rows: slice) -> None:
        # With the rows that windows at any shift need.
        around = padded[rows.start : rows.stop + 3 * BLOCK]
        smoothed = _smooth_planes(around, deviations)
        out[rows] = smoothed[BLOCK : BLOCK + rows.stop - rows.start, BLOCK : BLOCK + width]

    run_strips(smooth_rows, height=height, rows=STRIP)
    return out


def _smooth_planes(pixels: Bytes, deviations: Floats) -> Bytes:
    """Smooth a strip; the result is only valid a window away from its border."""
    out = np.empty(pixels.shape, np.float32)
    for channel, (weights, deviation) in enumerate(zip(_OPPONENT, deviations, strict=True)):
        plane = _plane(pixels, weights)
        total = np.zeros(plane.shape, np.float32)
        for shift in SHIFTS:
            _add_smoothed(plane, shift, THRESHOLD * float(deviation), total)
        out[..., channel] = total / len(SHIFTS)
    return to_bytes(out @ _OPPONENT / np.float32(255))


def _plane(pixels: Bytes, weights: Floats) -> Floats:
    return np.asarray(cv2.transform(pixels.astype(np.float32), weights[None]), dtype=np.float32)


def _add_smoothed(plane: Floats, shift: tuple[int, int], threshold: float, total: Floats) -> None:
    """Add the plane without cosines below `threshold` to `total`, for windows at one shift."""
    rows, columns = ((plane.shape[axis] - shift[axis]) // BLOCK for axis in (0, 1))
    at = tuple(
        slice(start, start + count * BLOCK)
        for start, count in zip(shift, (rows, columns), strict=True)
    )
    cosines = to_cosines(np.ascontiguousarray(plane[at]))
    means = cosines[:, 0, :, 0].copy()
    cosines[np.abs(cosines) < threshold] = 0
    cosines[:, 0, :, 0] = means
    total[at] += from_cosines(cosines)
