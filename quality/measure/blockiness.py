"""Visibility of the 8 x 8 blocks of a JPEG.

Takes sRGB uint8 (h, w, 3) at the displayed size: resizing changes the width of the blocks.
"""

import cv2
import numpy as np

from quality.measure.colour_spaces import Floats
from quality.measure.dct import BLOCK, to_cosines
from quality.measure.frame import Bytes

SIDE = 1024  # pixels: only the middle of a larger photo is measured
EDGE = 8.0  # of 255: a stronger step belongs to the picture, and counts as this much
ROUNDING = 0.2  # of 255: about what rounding to integers adds to a coefficient

_TIMES_DOWN, _TIMES_ACROSS = np.mgrid[:BLOCK, :BLOCK]
_IS_FINE = (_TIMES_DOWN + _TIMES_ACROSS >= 4)[:, None, :].astype(np.float32)  # (8, 1, 8)


def measure_blockiness(pixels: Bytes) -> float:
    """Return how much fine detail blocks lack against windows shifted by half a block, in octaves.

    0 is none, 0.6 a usual JPEG of quality 70, 2 one of quality 15. Quantisation removes the fine
    cosines of a block (ISO/IEC 10918-1), while shifted windows contain the borders of blocks, which
    are fine detail. Blur and noise change both equally. A crop moves the grid, so it is searched.
    """
    luma = cv2.cvtColor(_middle(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    top, left = find_grid(luma)
    within = _fine_detail(luma[top:, left:])
    astride = _fine_detail(luma[top + BLOCK // 2 :, left + BLOCK // 2 :])
    return max(0.0, float(np.log2((astride + ROUNDING) / (within + ROUNDING))))


def find_grid(luma: Floats) -> tuple[int, int]:
    """Return the row and the column, 0 to 7, at which the first whole block begins."""
    return _first_border(luma), _first_border(luma.T)


def _middle(pixels: Bytes) -> Bytes:
    # Crop by whole blocks: the grid of an uncropped photo stays in place.
    top, left = (max(0, length - SIDE) // 2 // BLOCK * BLOCK for length in pixels.shape[:2])
    return pixels[top : top + SIDE, left : left + SIDE]


def _first_border(luma: Floats) -> int:
    """Return the row, modulo 8, that differs most from the row above it."""
    steps = np.clip(np.diff(luma, axis=0), -EDGE, EDGE)
    steps = np.abs(steps, out=steps).mean(axis=1)
    phases = [steps[phase::BLOCK].mean() for phase in range(BLOCK)]
    return (int(np.argmax(phases)) + 1) % BLOCK


def _fine_detail(luma: Floats) -> float:
    """Return the rms of the fine coefficients of all whole blocks."""
    rows, columns = (length // BLOCK * BLOCK for length in luma.shape)
    cosines = to_cosines(np.ascontiguousarray(luma[:rows, :columns]))
    fine = np.clip(cosines, -EDGE, EDGE) * _IS_FINE
    share = _IS_FINE.mean()
    return float(np.sqrt(np.vdot(fine, fine) / (fine.size * share)))
