"""Choose the pixels that show a garment's colours.

Takes sRGB uint8 (h, w, 3) and a mask (h, w), true on the garment. Leaves out the contour, where
garment and background mix, and background that shows through the garment: between the legs of
trousers or inside a scarf's ring, which a mask without holes includes.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats, srgb_to_oklab

Mask: TypeAlias = NDArray[np.bool_]

CONTOUR = 3  # pixels
MAX_BACKGROUND_DISTANCE = 0.06  # OKLab, from a colour of the background
BACKGROUND_COLOURS = 4
MIN_GAP = 9  # pixels; a narrower patch is a stripe, not a gap
MAX_GAP_SHARE = 0.4  # of the mask; with more, the garment has the background's colour


def find_garment_region(
    rgb: NDArray[np.uint8], mask: Mask, *, side: int, contour: int = CONTOUR
) -> tuple[Floats, Mask]:
    """Return the photo in OKLab, (h, w, 3), and a mask of pixels that show only the garment.

    The longer side is at most `side`; `contour` pixels are removed along the garment's edge,
    unless none would be left.
    """
    lab, garment = _shrink(rgb, mask, side)
    garment &= ~_find_gaps(lab, garment)
    inner = _erode(garment, contour)
    return lab, inner if inner.any() else garment


def _shrink(rgb: NDArray[np.uint8], mask: Mask, side: int) -> tuple[Floats, Mask]:
    scale = min(1.0, side / max(rgb.shape[:2]))  # enlarging would create mixed colours
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    garment = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return srgb_to_oklab(small), np.asarray(garment > 0)


def _find_gaps(lab: Floats, garment: Mask) -> Mask:
    nothing = np.zeros_like(garment)
    background = lab[_erode(~garment, CONTOUR)]
    if len(background) < BACKGROUND_COLOURS:
        return nothing
    # Evenly over lightness, to include the shadows next to the garment.
    order = np.argsort(background[:, 0], kind="stable")
    parts = np.array_split(background[order], BACKGROUND_COLOURS)
    colours = [np.median(part, axis=0) for part in parts]
    gaps = np.linalg.norm(lab[:, :, None] - np.stack(colours), axis=-1).min(axis=-1)
    similar = (garment & (gaps < MAX_BACKGROUND_DISTANCE)).astype(np.uint8)
    kernel = np.ones((MIN_GAP, MIN_GAP), np.uint8)
    patches = np.asarray(cv2.morphologyEx(similar, cv2.MORPH_OPEN, kernel)) > 0
    return nothing if patches.sum() > MAX_GAP_SHARE * garment.sum() else patches


def _erode(mask: Mask, reach: int) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
