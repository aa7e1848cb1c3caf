"""How alike two photos are that show the same scene.

    likeness = measure_likeness(one, other)      two `Frame`s; None of two scenes

The first is brought over the second, and they are held against each other where both reach.
"""

from dataclasses import dataclass

from quality.compare.alignment import align
from quality.compare.similarity import gmsd, psnr, ssim
from quality.measure.frame import Frame

MIN_OVERLAP_SIDE = 32  # pixels a side that both have to cover


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two photos of the same scene are, over what both show.

    `ssim` in [-1, 1], `psnr` in dB, `gmsd` from 0; `overlap` in [0, 1] is the share of the other
    photo that the first covers.
    """

    ssim: float
    psnr: float
    gmsd: float
    overlap: float


def measure_likeness(one: Frame, other: Frame) -> Likeness | None:
    """Return how alike two photos are, or None where they do not show the same scene."""
    alignment = align(one.normal, other.normal)
    box = alignment.box(one.normal) if alignment else None
    if alignment is None or box is None:
        return None
    moved, still = alignment.warp(one.normal)[box], other.normal[box]
    if min(still.shape[:2]) < MIN_OVERLAP_SIDE:
        return None
    return Likeness(ssim(moved, still), psnr(moved, still), gmsd(moved, still), alignment.overlap)
