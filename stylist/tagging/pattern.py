"""Measure how patterned a cloth is, beside what the encoder makes of it.

sRGB uint8 (h, w, 3) and a mask (h, w), true on the garment, in. Two figures are told from the
gradients of OKLab: how much changes within the garment, which is little on plain cloth, and how far
the changes have one direction, as those of stripes have (the double-angle mean of the structure
tensor: Bigün & Granlund, 1987). From them follow the odds that zero-shot starts from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.tagging.colour.garment_pixels import garment_region

SIDE = 256  # the longer side that gradients are taken on
CONTOUR = 9  # pixels: beyond the reach of the garment's own outline
SMOOTHING = 1.0  # pixels: weave and grain are no pattern

# Chosen by 600 generated garments and by 120 photos of people's clothes that were looked at.
BUSY = 0.018  # OKLab a pixel: from here on a cloth is likelier patterned than plain
BUSY_POWER = 4
DIRECTED = 0.45  # from here on a pattern is likelier stripes than another
DIRECTED_SLOPE = 10

PLAIN, STRIPED = "plain", "striped"


@dataclass(frozen=True)
class PatternMeasure:
    """`busyness`, the mean OKLab gradient a pixel, from 0; `direction` in [0, 1], 1 for stripes."""

    busyness: float
    direction: float


def measure_pattern(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> PatternMeasure:
    """Measure a garment; one of which nothing is seen is plain."""
    lab, region = garment_region(rgb, mask, side=SIDE, contour=CONTOUR)
    if not region.any():
        return PatternMeasure(0.0, 0.0)
    smooth = cv2.GaussianBlur(lab, (0, 0), SMOOTHING)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)[region] / 8
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)[region] / 8
    energy = (across**2 + down**2).sum(axis=1)
    doubled = (across**2 - down**2).sum(axis=1) + 2j * (across * down).sum(axis=1)
    # Each pixel's direction by its angle alone, weighted by its energy.
    angles = doubled / np.maximum(np.abs(doubled), 1e-9)
    direction = abs((energy * angles).sum()) / max(float(energy.sum()), 1e-9)
    return PatternMeasure(float(np.sqrt(energy).mean()), min(1.0, float(direction)))


def pattern_prior(measure: PatternMeasure, names: Sequence[str]) -> Floats:
    """Return the odds (k,) of each pattern, summing to 1; `plain` and `striped` are among them."""
    patterned = 1 / (1 + (BUSY / max(measure.busyness, 1e-4)) ** BUSY_POWER)
    striped = 1 / (1 + np.exp((DIRECTED - measure.direction) * DIRECTED_SLOPE))
    other = patterned * (1 - striped) / max(1, len(names) - 2)
    known = {PLAIN: 1 - patterned, STRIPED: patterned * striped}
    return np.array([known.get(name, other) for name in names], dtype=np.float32)
