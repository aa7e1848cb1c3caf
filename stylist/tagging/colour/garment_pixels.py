"""Choose the pixels that say a garment's colours.

sRGB uint8 (h, w, 3) and a mask (h, w), true on the garment, in. The contour is left out, where
garment and ground mix, and so is the ground that is seen through the garment: between the legs of
trousers, or through the ring of a scarf, where a mask without holes counts it in.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats, srgb_to_oklab

Mask: TypeAlias = NDArray[np.bool_]

CONTOUR = 3  # pixels
GROUND_REACH = 0.06  # OKLab: as near as this to the ground's colour is the ground, or its like
GROUND_COLOURS = 4
OPENING = 9  # pixels: what is narrower is a stripe and no gap
MOST_SEEN_THROUGH = 0.4  # of the mask: more is a garment in the ground's colour


def garment_region(
    rgb: NDArray[np.uint8], mask: Mask, *, side: int, contour: int = CONTOUR
) -> tuple[Floats, Mask]:
    """Return the photo in OKLab, (h, w, 3), and where it is garment and nothing else.

    The longer side is at most `side`; `contour` pixels are left out along the garment's edge,
    unless nothing would be left.
    """
    lab, garment = _shrunk(rgb, mask, side)
    garment &= ~_seen_through(lab, garment)
    inner = _eroded(garment, contour)
    return lab, inner if inner.any() else garment


def _shrunk(rgb: NDArray[np.uint8], mask: Mask, side: int) -> tuple[Floats, Mask]:
    scale = min(1.0, side / max(rgb.shape[:2]))  # enlarging would mix new colours
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    garment = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return srgb_to_oklab(small), np.asarray(garment > 0)


def _seen_through(lab: Floats, garment: Mask) -> Mask:
    """Return the broad patches within the mask that have a colour of the ground."""
    nothing = np.zeros_like(garment)
    ground = lab[_eroded(~garment, CONTOUR)]
    if len(ground) < GROUND_COLOURS:
        return nothing
    # Evenly over its lightness, so that the shadows beside the garment are among them.
    order = np.argsort(ground[:, 0], kind="stable")
    colours = [np.median(part, axis=0) for part in np.array_split(ground[order], GROUND_COLOURS)]
    gaps = np.linalg.norm(lab[:, :, None] - np.stack(colours), axis=-1).min(axis=-1)
    alike = (garment & (gaps < GROUND_REACH)).astype(np.uint8)
    kernel = np.ones((OPENING, OPENING), np.uint8)
    patches = np.asarray(cv2.morphologyEx(alike, cv2.MORPH_OPEN, kernel)) > 0
    return nothing if patches.sum() > MOST_SEEN_THROUGH * garment.sum() else patches


def _eroded(mask: Mask, reach: int) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
