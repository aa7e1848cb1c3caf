"""Crop a photo to its garment, and count the pieces in it.

Takes a `quality.measure.frame.Frame`: sRGB uint8 (h, w, 3) pixels, perhaps with opacity. The crop
is the box around the garment's mask with a margin, in the aspect ratio of the encoder, so that
nothing is distorted. It is the whole photo if the mask is not reliable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats, srgb_to_oklab
from quality.measure.frame import Frame
from quality.measure.subject import CONFIDENT, Box, find_box, find_subject
from stylist.tagging.colour.measurement import Mask

MARGIN = 0.05  # of the garment's width and height, on each side
MIN_PIECE_SHARE = 0.25  # of the largest piece; smaller are sleeves, belts, shadows
MIN_PAIR_SHARE = 0.6  # of the larger one; one shoe may be seen from another side
MAX_PAIR_DISTANCE = 0.06  # OKLab, between the means of two pieces


@dataclass(frozen=True, eq=False)
class Crop:
    """A photo cropped to its garment.

    `pixels` is (h, w, 3) uint8, `mask` (h, w) is true on the garment, and `box` is the crop's
    place in the photo. `confidence` in [0, 1] is that of the mask. `pieces` are the separate parts
    of the mask, the largest first: one garment, a pair of shoes, or several garments; empty if the
    mask is not reliable. `is_pair`: there are two pieces of similar size and colour.
    """

    pixels: NDArray[np.uint8]
    mask: Mask
    box: Box
    confidence: float
    pieces: tuple[Box, ...]
    is_pair: bool

    @property
    def has_mask(self) -> bool:
        """Whether the mask is reliable; otherwise it is true everywhere."""
        return self.confidence >= CONFIDENT


def crop_to_garment(frame: Frame, *, aspect: float) -> Crop:
    """Return the garment's part of a photo; `aspect` is width by height, if the edges allow."""
    height, width = frame.pixels.shape[:2]
    subject = find_subject(frame)
    if not subject.is_confident:
        whole = Box(0, 0, width, height)
        everywhere = np.ones((height, width), dtype=bool)
        return Crop(frame.pixels, everywhere, whole, subject.confidence, (), is_pair=False)
    size = (width, height)
    mask = cv2.resize(subject.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    box = _expand(find_box(mask), aspect, width, height)
    inside = slice(box.top, box.bottom), slice(box.left, box.right)
    pieces, scale = _find_pieces(subject.mask), width / subject.mask.shape[1]
    return Crop(
        pixels=frame.pixels[inside],
        mask=np.asarray(mask)[inside],
        box=box,
        confidence=subject.confidence,
        pieces=tuple(_scale(find_box(piece), scale) for piece in pieces),
        is_pair=_is_pair(pieces, frame.normal),
    )


def _expand(garment: Box, aspect: float, width: int, height: int) -> Box:
    across = (garment.right - garment.left) * (1 + 2 * MARGIN)
    down = (garment.bottom - garment.top) * (1 + 2 * MARGIN)
    across, down = max(across, down * aspect), max(down, across / aspect)
    middle_x = (garment.left + garment.right) / 2
    middle_y = (garment.top + garment.bottom) / 2
    return Box(
        max(0, round(middle_x - across / 2)),
        max(0, round(middle_y - down / 2)),
        min(width, round(middle_x + across / 2)),
        min(height, round(middle_y + down / 2)),
    )


def _find_pieces(mask: Mask) -> list[Mask]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[1:count, cv2.CC_STAT_AREA]
    order = 1 + np.argsort(-areas, kind="stable")
    smallest = MIN_PIECE_SHARE * areas.max()
    return [labels == piece for piece in order if areas[piece - 1] >= smallest]


def _is_pair(pieces: Sequence[Mask], rgb: Floats) -> bool:
    if len(pieces) != 2:
        return False
    one, other = pieces  # the larger first
    colours = [srgb_to_oklab(rgb[piece]).mean(axis=0) for piece in pieces]
    has_similar_size = other.sum() >= MIN_PAIR_SHARE * one.sum()
    return bool(has_similar_size and np.linalg.norm(colours[0] - colours[1]) < MAX_PAIR_DISTANCE)


def _scale(box: Box, scale: float) -> Box:
    return Box(*(round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom)))
