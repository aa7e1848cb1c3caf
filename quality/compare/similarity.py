"""Similarity of two photos of the same scene, which are aligned first.

    likeness = measure_likeness(one, other)      two `Frame`s; None for two scenes
    alignment = align(one, other)     None unless they show the same scene
    alignment.warp(one)               the first photo in the coordinates of the second

Photos are sRGB float32 (h, w, 3) in [0, 1]. `psnr`, `ssim` and `gmsd` also take grey (h, w); both
images have the same shape and at least 32 pixels a side.
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.measure.colour_spaces import Floats
from quality.measure.frame import Frame

Matrix: TypeAlias = NDArray[np.float64]

SIDE = 384  # pixels, of the copies that are aligned
FEATURES = 800
MIN_MATCHES = 12
MIN_CORRELATION = 0.5  # of the aligned structure; different garments stayed below 0.1
MIN_OVERLAP = 0.5
MAX_SCALE = 3.0  # photos of the same scene differ less in size
MIN_OVERLAP_SIDE = 32  # pixels that both photos have to cover
MAX_PSNR = 100.0  # dB; for equal images, instead of infinity
SSIM_SIDE = 256  # pixels of the shorter side: where SSIM agrees best with people
SSIM_STABLE = (0.01**2, 0.03**2)
GMSD_STABLE = 170 / 255**2
_PREWITT = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]], np.float32) / 3
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Alignment:
    """The position of the first photo over the second.

    `homography`, (3, 3) float64, maps pixels of the first to the second. `size` is the second's
    (width, height). `overlap` is the share of the second that the first covers, `correlation` in
    [-1, 1] that of their structure in this area.
    """

    homography: Matrix
    size: tuple[int, int]
    overlap: float
    correlation: float

    def warp(self, image: Floats) -> Floats:
        """Return the first photo at the second's size, black outside the overlap."""
        if np.allclose(self.homography, np.eye(3)) and self.size == image.shape[1::-1]:
            return image
        return np.asarray(
            cv2.warpPerspective(image, self.homography, self.size, flags=cv2.INTER_AREA)
        )

    def box(self, image: Floats) -> tuple[slice, slice] | None:
        """Return rows and columns of the second photo that the first covers completely."""
        cover = self.warp(np.ones(image.shape[:2], np.float32)) > 0.999
        rows = np.flatnonzero(cover.mean(axis=1) > 0.95)
        if not len(rows):
            return None
        inner = cover[rows[0] : rows[-1] + 1]
        columns = np.flatnonzero(inner.all(axis=0))
        if not len(columns):
            return None
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def align(one: Floats, other: Floats) -> Alignment | None:
    """Return the position of one photo over the other, or None for different scenes.

    First without any movement, because most pairs are versions of one file. Then by ORB features
    (Rublee et al., 2011) and a homography that most of them agree on, refined by ECC (Evangelidis &
    Psarakis, 2008). Only structure counts, not colour or light.
    """
    small_one, small_other = _shrink(one), _shrink(other)
    unmoved = _make_scaling(small_one, small_other)
    found = _judge(unmoved, small_one, small_other) or _judge(
        _match_features(small_one, small_other), small_one, small_other
    )
    if found is None:
        return None
    matrix, overlap, correlation = found
    matrix = _make_scaling(small_other, other) @ matrix @ _make_scaling(one, small_one)
    return Alignment(matrix, (other.shape[1], other.shape[0]), overlap, correlation)


def _shrink(rgb: Floats) -> Floats:
    """Return the lightness of a small copy, with local contrast normalised."""
    scale = SIDE / max(rgb.shape[:2])
    size = (max(16, round(rgb.shape[1] * scale)), max(16, round(rgb.shape[0] * scale)))
    grey = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.5)
    off = smooth - cv2.GaussianBlur(smooth, (0, 0), 12)
    spread = np.sqrt(cv2.GaussianBlur(off * off, (0, 0), 12))
    return np.asarray(off / (spread + np.float32(0.02)))


def _make_scaling(one: Floats, other: Floats) -> Matrix:
    """Return the matrix that scales one image to the other's size, by pixel centres."""
    x, y = other.shape[1] / one.shape[1], other.shape[0] / one.shape[0]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def _match_features(one: Floats, other: Floats) -> Matrix | None:
    orb = cv2.ORB.create(FEATURES)
    points1, descriptors1 = orb.detectAndCompute(_to_grey(one), None)
    points2, descriptors2 = orb.detectAndCompute(_to_grey(other), None)
    if descriptors1 is None or descriptors2 is None:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(descriptors1, descriptors2)
    if len(matches) < MIN_MATCHES:
        return None
    start = np.array([points1[match.queryIdx].pt for match in matches], np.float32)
    end = np.array([points2[match.trainIdx].pt for match in matches], np.float32)
    cv2.setRNGSeed(0)  # RANSAC draws its samples
    found, agreeing = cv2.findHomography(start, end, cv2.RANSAC, 3.0)
    if found is None or agreeing.sum() < MIN_MATCHES:
        return None
    matrix = np.asarray(found, dtype=np.float64)
    return _refine(matrix, one, other) if _is_plausible(matrix) else None


def _to_grey(structure: Floats) -> NDArray[np.uint8]:
    return np.clip(structure * 40 + 128, 0, 255).astype(np.uint8)


def _is_plausible(matrix: Matrix) -> bool:
    """Return whether a camera can move like this: no mirroring, no large change of size."""
    area = float(np.linalg.det(matrix[:2, :2]))
    return MAX_SCALE**-2 < area < MAX_SCALE**2 and float(np.abs(matrix[2, :2]).max()) < 2e-3


def _refine(matrix: Matrix, one: Floats, other: Floats) -> Matrix:
    """Refine a homography by ECC; return it unchanged if that does not converge."""
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-5)
    start = np.linalg.inv(matrix).astype(np.float32)
    try:
        _, found = cv2.findTransformECC(other, one, start, cv2.MOTION_HOMOGRAPHY, stop)
    except cv2.error:
        return matrix
    return np.asarray(np.linalg.inv(found.astype(np.float64)))


def _judge(matrix: Matrix | None, one: Floats, other: Floats) -> tuple[Matrix, float, float] | None:
    if matrix is None:
        return None
    size = (other.shape[1], other.shape[0])
    cover = cv2.warpPerspective(np.ones(one.shape, np.float32), matrix, size) > 0.99
    overlap = float(cover.mean())
    if overlap < MIN_OVERLAP:
        return None
    moved = np.asarray(cv2.warpPerspective(one, matrix, size), dtype=np.float32)[cover]
    correlation = _correlation(moved, other[cover])
    return (matrix, overlap, correlation) if correlation >= MIN_CORRELATION else None


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.dot(one, other)) / norm if norm > 0 else 0.0


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
