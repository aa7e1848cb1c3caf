"""Sharpness, contrast, noise, and the visibility of the 8 x 8 blocks of a JPEG.

Sharpness and contrast take OKLab lightness, noise takes sRGB luma: float32 (h, w) in [0, 1] at the
normalised size, with a boolean mask (h, w) of the garment.

A plane is float32 (h, w), both multiples of 8. Its cosines are (h / 8, 8, w / 8, 8): the
coefficient of window (r, c) with vertical frequency i and horizontal frequency j is [r, i, c, j]
(ISO/IEC 10918-1, orthonormal).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.measure.colour_spaces import Floats
from quality.measure.frame import Bytes
from quality.measure.subject import Mask

EDGES = 90  # percentile: sharpness is measured on the tenth of pixels with the strongest edges
BLOCK = 8  # pixels a side, of the blocks of a JPEG; the smoothest blocks show the noise
SMOOTHEST = (0.05, 0.25)  # two quantiles over the blocks; noise is their mean
NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
CLIPPED = (0.02, 0.985)  # outside this range clipping removes a sensor's noise
MAX_BLOCK_SIDE = 1024  # pixels: only the middle of a larger photo is measured
EDGE = 8.0  # of 255: a stronger step belongs to the picture, and counts as this much
ROUNDING = 0.2  # of 255: about what rounding to integers adds to a coefficient

_TIMES, _AT = np.mgrid[:BLOCK, :BLOCK]
_WAVES = np.where(
    _TIMES == 0, np.sqrt(1 / BLOCK), 0.5 * np.cos((2 * _AT + 1) * _TIMES * np.pi / (2 * BLOCK))
).astype(np.float32)
_TIMES_DOWN, _TIMES_ACROSS = np.mgrid[:BLOCK, :BLOCK]
_IS_FINE = (_TIMES_DOWN + _TIMES_ACROSS >= 4)[:, None, :].astype(np.float32)  # (8, 1, 8)


def measure_sharpness(lightness: Floats, mask: Mask) -> float:
    """Return the share of fine detail at the edges: 0 is blurred, 0.5 crisp.

    The energy between Gaussians of 0.6 and 1.2 pixels, divided by that between 1.2 and 4.8 pixels,
    where the latter is strongest. As a ratio it depends neither on contrast nor on the amount of
    print. It compares an image with a smoothed copy, like Crété et al. ("The blur effect", 2007).
    """
    fine_blur, mid_blur, wide_blur = (
        cv2.GaussianBlur(lightness, (0, 0), sigma) for sigma in (0.6, 1.2, 4.8)
    )
    mid = np.abs(mid_blur - wide_blur)[mask]
    fine = np.abs(fine_blur - mid_blur)[mask]
    edges = mid >= np.percentile(mid, EDGES)
    below = float(np.sqrt(np.square(mid[edges]).mean()))
    return float(np.sqrt(np.square(fine[edges]).mean())) / below if below > 1e-4 else 0.0


def measure_contrast(lightness: Floats, mask: Mask) -> float:
    """Return the range of the garment's lightness, 2nd to 98th percentile, without grain.

    In [0, 1]: a plain T-shirt in soft light has 0.2, a black print on white 0.8.
    """
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.2)[mask]
    low, high = np.percentile(smooth, (2, 98))
    return float(high - low)


def measure_noise(luma: Floats, mask: Mask) -> float:
    """Return the standard deviation of the noise, in steps of 1/255 of sRGB luma."""
    return estimate_grain(luma, find_unclipped_blocks(luma, mask)) * 255


def find_unclipped_blocks(luma: Floats, mask: Mask) -> Mask:
    """Return the 8 x 8 blocks of a mask that are not clipped, and so show their noise."""
    level = _block_means(luma)
    inside = _block_means(mask.astype(np.float32)) > 0.75
    return np.asarray(inside & (level > CLIPPED[0]) & (level < CLIPPED[1]))


def estimate_grain(plane: Floats, blocks: Mask) -> float:
    """Return the standard deviation of a plane's noise, in the plane's units.

    Immerkær's difference of two Laplacians ("Fast noise variance estimation", 1996), which ignores
    planes and edges along an axis, in the smoothest blocks, so that the weave of cloth does not
    count as noise.
    """
    response = np.asarray(cv2.filter2D(plane, cv2.CV_32F, NOISE_KERNEL), dtype=np.float32)
    deviation = np.sqrt(_block_means(response * response))
    inside = deviation[blocks] if blocks.any() else deviation.ravel()
    return float(np.quantile(inside, SMOOTHEST).mean())


def _block_means(values: Floats) -> NDArray[np.float32]:
    height, width = (length // BLOCK for length in values.shape)
    cut = np.ascontiguousarray(values[: height * BLOCK, : width * BLOCK])
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA))


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
    top, left = (max(0, n - MAX_BLOCK_SIDE) // 2 // BLOCK * BLOCK for n in pixels.shape[:2])
    return pixels[top : top + MAX_BLOCK_SIDE, left : left + MAX_BLOCK_SIDE]


def _first_border(luma: Floats) -> int:
    """Return the row, modulo 8, that differs most from the row above it."""
    steps = np.clip(np.diff(luma, axis=0), -EDGE, EDGE)
    steps = np.abs(steps, out=steps).mean(axis=1)
    phases = [steps[phase::BLOCK].mean() for phase in range(BLOCK)]
    return (int(np.argmax(phases)) + 1) % BLOCK


def _fine_detail(luma: Floats) -> float:
    rows, columns = (length // BLOCK * BLOCK for length in luma.shape)
    cosines = to_cosines(np.ascontiguousarray(luma[:rows, :columns]))
    fine = np.clip(cosines, -EDGE, EDGE) * _IS_FINE
    share = _IS_FINE.mean()
    return float(np.sqrt(np.vdot(fine, fine) / (fine.size * share)))
