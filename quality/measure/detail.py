"""Sharpness, contrast and noise.

Sharpness and contrast take OKLab lightness, noise takes sRGB luma: float32 (h, w) in [0, 1] at the
normalised size, with a boolean mask (h, w) of the garment.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.measure.colour_spaces import Floats
from quality.measure.subject import Mask

EDGES = 90  # percentile: sharpness is measured on the tenth of pixels with the strongest edges
BLOCK = 8  # pixels a side: noise is measured in the smoothest of these blocks
SMOOTHEST = (0.05, 0.25)  # two quantiles over the blocks; noise is their mean
NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
CLIPPED = (0.02, 0.985)  # outside this range clipping removes a sensor's noise


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
