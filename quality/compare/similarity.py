"""Similarity of two photos of the same scene.

    likeness = measure_likeness(one, other)      two `Frame`s; None for two scenes

`psnr`, `ssim` and `gmsd` take sRGB or grey float32 in [0, 1], (h, w, 3) or (h, w), both of the same
shape and with at least 32 pixels a side; photos are aligned first.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from quality.compare.alignment import align
from quality.measure.colour_spaces import Floats
from quality.measure.frame import Frame

MIN_OVERLAP_SIDE = 32  # pixels that both photos have to cover
MAX_PSNR = 100.0  # dB; for equal images, instead of infinity
SSIM_SIDE = 256  # pixels of the shorter side: where SSIM agrees best with people
SSIM_STABLE = (0.01**2, 0.03**2)
GMSD_STABLE = 170 / 255**2
_PREWITT = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]], np.float32) / 3
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True, slots=True)
class Likeness:
    """Similarity over the area that both photos show.

    `ssim` in [-1, 1], `psnr` in dB, `gmsd` from 0; `overlap` in [0, 1] is the share of the second
    photo that the first covers.
    """

    ssim: float
    psnr: float
    gmsd: float
    overlap: float


def measure_likeness(one: Frame, other: Frame) -> Likeness | None:
    """Align two photos and measure their similarity; None if they show different scenes."""
    alignment = align(one.normal, other.normal)
    box = alignment.box(one.normal) if alignment else None
    if alignment is None or box is None:
        return None
    moved, still = alignment.warp(one.normal)[box], other.normal[box]
    if min(still.shape[:2]) < MIN_OVERLAP_SIDE:
        return None
    return Likeness(ssim(moved, still), psnr(moved, still), gmsd(moved, still), alignment.overlap)


def psnr(one: Floats, other: Floats) -> float:
    """Return the peak signal-to-noise ratio over all channels in dB, at most 100."""
    error = float(np.square(one.astype(np.float64) - other).mean())
    return min(MAX_PSNR, -10 * float(np.log10(max(error, 1e-12))))


def ssim(one: Floats, other: Floats) -> float:
    """Return the structural similarity in [-1, 1], the mean over the channels.

    Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment" (2004), with the Gaussian window
    of 11 pixels, after averaging the image down to about 256 pixels, as the authors advise.
    """
    factor = max(1, round(min(one.shape[:2]) / SSIM_SIDE))
    first, second = _average(one, factor), _average(other, factor)
    mean1, mean2 = _window(first), _window(second)
    variance1 = _window(first * first) - mean1 * mean1
    variance2 = _window(second * second) - mean2 * mean2
    covariance = _window(first * second) - mean1 * mean2
    light, structure = SSIM_STABLE
    likeness = (2 * mean1 * mean2 + light) * (2 * covariance + structure)
    likeness /= (mean1**2 + mean2**2 + light) * (variance1 + variance2 + structure)
    return float(likeness.mean())


def gmsd(one: Floats, other: Floats) -> float:
    """Return the gradient magnitude similarity deviation, from 0 (equal) to about 0.35.

    Xue, Zhang, Mou & Bovik (2014), on luma averaged down by two.
    """
    first, second = (_gradient(_average(_to_luma(image), 2)) for image in (one, other))
    likeness = (2 * first * second + GMSD_STABLE) / (first**2 + second**2 + GMSD_STABLE)
    return float(likeness.std())


def _to_luma(image: Floats) -> Floats:
    return np.asarray(image @ _LUMA) if image.ndim == 3 else image


def _average(image: Floats, factor: int) -> Floats:
    if factor == 1:
        return image.astype(np.float32)
    height, width = (length // factor for length in image.shape[:2])
    cut = np.ascontiguousarray(image[: height * factor, : width * factor], dtype=np.float32)
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA))


def _window(values: Floats) -> Floats:
    """Return the Gaussian mean around each pixel whose window is inside the image."""
    blurred = np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), dtype=np.float32)
    return blurred[5:-5, 5:-5]


def _gradient(luma: Floats) -> Floats:
    across = cv2.filter2D(luma, cv2.CV_32F, _PREWITT, borderType=cv2.BORDER_CONSTANT)
    down = cv2.filter2D(luma, cv2.CV_32F, _PREWITT.T, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.hypot(across, down))
