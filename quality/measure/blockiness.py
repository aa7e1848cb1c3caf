"""How much of the 8 x 8 blocks of a JPEG shows.

Measured on the pixels as they are shown, for at another size the blocks have another width.
"""

import cv2
import numpy as np

from quality.measure.colour_spaces import Floats
from quality.measure.dct import BLOCK, to_cosines
from quality.measure.frame import Bytes

SIDE = 1024  # of the middle of the photo that is looked at
EDGE = 8.0  # of 255: what is stronger belongs to the picture, and counts as this much
ROUNDING = 0.2  # of 255: about what rounding to whole steps adds to a coefficient

_TIMES_DOWN, _TIMES_ACROSS = np.mgrid[:BLOCK, :BLOCK]
_IS_FINE = (_TIMES_DOWN + _TIMES_ACROSS >= 4)[:, None, :].astype(np.float32)  # (8, 1, 8)


def measure_blockiness(pixels: Bytes) -> float:
    """Return how much less fine detail the blocks hold than windows astride them, in octaves.

    0 is none, 0.6 a usual JPEG of quality 70, 2 one of quality 15. A quantised block has lost its
    fine cosines (ISO/IEC 10918-1); astride the blocks, their borders are fine detail themselves.
    Blur and noise change both alike. The grid is searched for, because a crop moves it.
    """
    luma = cv2.cvtColor(_middle(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    top, left = find_grid(luma)
    within = _fine_detail(luma[top:, left:])
    astride = _fine_detail(luma[top + BLOCK // 2 :, left + BLOCK // 2 :])
    return max(0.0, float(np.log2((astride + ROUNDING) / (within + ROUNDING))))


def find_grid(luma: Floats) -> tuple[int, int]:
    """Return the row and column, 0 to 7, where the first whole block begins."""
    return _first_border(luma), _first_border(luma.T)


def _middle(pixels: Bytes) -> Bytes:
    # By whole blocks, so that the grid of an uncropped photo stays where it is.
    top, left = (max(0, length - SIDE) // 2 // BLOCK * BLOCK for length in pixels.shape[:2])
    return pixels[top : top + SIDE, left : left + SIDE]


def _first_border(luma: Floats) -> int:
    """Return at which row, modulo 8, steps from the row before are strongest."""
    steps = np.clip(np.diff(luma, axis=0), -EDGE, EDGE)
    steps = np.abs(steps, out=steps).mean(axis=1)
    phases = [steps[phase::BLOCK].mean() for phase in range(BLOCK)]
    return (int(np.argmax(phases)) + 1) % BLOCK


def _fine_detail(luma: Floats) -> float:
    """Return the rms of the fine coefficients of the whole blocks from the upper left corner."""
    rows, columns = (length // BLOCK * BLOCK for length in luma.shape)
    cosines = to_cosines(np.ascontiguousarray(luma[:rows, :columns]))
    fine = np.clip(cosines, -EDGE, EDGE) * _IS_FINE
    share = _IS_FINE.mean()
    return float(np.sqrt(np.vdot(fine, fine) / (fine.size * share)))
