"""Find the garment in a photo, and measure its place in the frame and its background.

Colours are OKLab or sRGB in [0, 1], float32 (h, w, 3). A mask is boolean (h, w), true on the
garment or the background. The colours of the border are flooded inwards in OKLab (`find_garment`),
and GrabCut (Rother, Kolmogorov & Blake, 2004) finds the contour from there. Both use a small copy
with normalised light and contrast, so that a dim photo gives the same mask as a bright one. An
alpha channel is a certain mask.

    subject = find_subject(frame)     a mask of the size of `frame.normal`, with its confidence
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.garment_mask import centre_weights, find_garment
from quality.measure.colour_spaces import Floats, min_channel, srgb_to_oklab
from quality.measure.frame import Frame

Mask: TypeAlias = NDArray[np.bool_]

FLOOD_SIDE = 96
CUT_SIDE = 224
CUTS = 2  # rounds of GrabCut; a third round changes almost nothing
CONFIDENT = 0.5


@dataclass(frozen=True)
class Subject:
    """The mask of the garment, with a confidence in [0, 1].

    `mask` covers the whole frame when `is_confident` is false.
    """

    mask: Mask
    confidence: float

    @property
    def is_confident(self) -> bool:
        return self.confidence >= CONFIDENT

    @property
    def background(self) -> Mask:
        """The mask of the background without a margin around the garment."""
        reach = max(3, max(self.mask.shape) // 64)
        grown = cv2.dilate(self.mask.astype(np.uint8), np.ones((reach, reach), np.uint8))
        return np.asarray(grown == 0)


def find_subject(frame: Frame) -> Subject:
    """Return the garment's mask, or the whole frame without a confident mask."""
    shape = frame.normal.shape[:2]
    if frame.normal_alpha is not None:
        return Subject(frame.normal_alpha > 0.5, 1.0)
    evened = _even_out(shrink(frame.normal, CUT_SIDE))
    lab = srgb_to_oklab(evened)
    flooded, is_sure = _flood(lab)
    cut = _cut(evened, flooded)
    confidence = _confidence(flooded, cut, lab) if is_sure else 0.0
    if confidence < CONFIDENT:
        return Subject(np.ones(shape, dtype=bool), confidence)
    grown = cv2.resize(cut.astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR)
    return Subject(np.asarray(grown > 0.5), confidence)


def shrink(rgb: Floats, side: int) -> Floats:
    """Scale to a longer side of `side` pixels, by area; the shorter side has at least 8."""
    scale = side / max(rgb.shape[:2])
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))


def _even_out(rgb: Floats) -> Floats:
    """Stretch each channel between its 1st and 99th percentile, and remove grain."""
    low, high = np.percentile(rgb.reshape(-1, 3), (1, 99), axis=0).astype(np.float32)
    stretched = np.clip((rgb - low) / np.maximum(high - low, 0.02), 0, 1).astype(np.float32)
    # A gamma moves the median to the same value for every exposure.
    middle = float(np.clip(np.median(stretched), 0.05, 0.95))
    gamma = np.clip(np.log(0.6) / np.log(middle), 0.4, 2.5)
    return np.asarray(cv2.GaussianBlur(stretched ** np.float32(gamma), (0, 0), 1.0))


def _flood(lab: Floats) -> tuple[Mask, bool]:
    small = shrink(lab, FLOOD_SIDE)
    flooded, is_sure = find_garment(small, centre_weights(*small.shape[:2]))
    size = (lab.shape[1], lab.shape[0])
    grown = cv2.resize(flooded.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(grown > 0), is_sure


def _cut(rgb: Floats, flooded: Mask) -> Mask:
    """Refine the flooded mask by GrabCut, and return its large pieces."""
    if not flooded.any() or flooded.all():
        return flooded
    reach = np.ones((max(3, max(flooded.shape) // 24),) * 2, np.uint8)
    labels = np.where(flooded, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.dilate(flooded.astype(np.uint8), reach) == 0] = cv2.GC_BGD
    if not (labels == cv2.GC_BGD).any():
        return flooded
    cv2.setRNGSeed(0)  # GrabCut clusters colours from a random start
    pixels = (rgb * 255 + 0.5).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    everywhere = (0, 0, 1, 1)  # unused, because the mask initialises GrabCut
    cv2.grabCut(pixels, labels, everywhere, *models, CUTS, cv2.GC_INIT_WITH_MASK)
    return _large_pieces(labels == cv2.GC_PR_FGD)


def _large_pieces(mask: Mask) -> Mask:
    """Remove pieces smaller than a twentieth of the largest; shoes are two large pieces."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 3:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(labels, 1 + np.flatnonzero(areas >= areas.max() / 20))


def _confidence(flooded: Mask, cut: Mask, lab: Floats) -> float:
    """Return the confidence: both methods agree, little of the border is masked, colours differ."""
    share = float(cut.mean())
    if not 0.03 < share < 0.95:
        return 0.0
    agreement = float((flooded & cut).sum() / (flooded | cut).sum())
    border = np.concatenate([cut[0], cut[-1], cut[:, 0], cut[:, -1]]).mean()
    contrast = _contour_contrast(cut, lab)
    parts = (
        np.clip((agreement - 0.5) / 0.35, 0, 1),
        np.clip((0.6 - border) / 0.35, 0, 1),
        np.clip((contrast - 0.02) / 0.06, 0, 1),
    )
    return float(min(parts))


def _contour_contrast(mask: Mask, lab: Floats) -> float:
    """Return the median distance in OKLab between the two sides of the contour."""
    reach = np.ones((9, 9), np.uint8)
    inner = mask & (cv2.erode(mask.astype(np.uint8), reach) == 0)
    outer = ~mask & (cv2.dilate(mask.astype(np.uint8), reach) > 0)
    if not inner.any() or not outer.any():
        return 0.0
    inside = _local_mean(lab, inner)
    outside = _local_mean(lab, outer)
    contour = inner | outer
    return float(np.median(np.linalg.norm(inside - outside, axis=-1)[contour]))


def _local_mean(lab: Floats, where: Mask) -> Floats:
    """Return the mean OKLab colour of a region in the neighbourhood of each pixel."""
    weight = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 4)
    total = cv2.GaussianBlur(lab * where[..., None].astype(np.float32), (0, 0), 4)
    return np.asarray(total / np.maximum(weight, 1e-6)[..., None])


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
