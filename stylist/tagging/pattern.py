"""Measure how patterned a cloth is; the result is the prior of zero-shot classification.

Takes sRGB uint8 (h, w, 3) and a mask (h, w), true on the garment. Two figures come from the
gradients of OKLab: how much changes within the garment, which is little on plain cloth, and whether
the changes have one direction, as in stripes (the double-angle mean of the structure tensor: Bigün
& Granlund, 1987).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.tagging.colour.measurement import find_garment_region

SIDE = 256  # pixels of the longer side
CONTOUR = 9  # pixels: beyond the reach of the garment's own outline
SMOOTHING = 1.0  # pixels: weave and grain are no pattern

# Chosen with 600 generated garments and 120 inspected photos of clothes.
BUSY = 0.018  # OKLab per pixel; from here a cloth is more probably patterned than plain
BUSY_POWER = 4
DIRECTED = 0.45  # from here a pattern is more probably stripes than another
DIRECTED_SLOPE = 10

PLAIN, STRIPED = "plain", "striped"


@dataclass(frozen=True)
class PatternMeasure:
    """`busyness`: mean OKLab gradient per pixel; `direction` in [0, 1], 1 for stripes."""

    busyness: float
    direction: float


def measure_pattern(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> PatternMeasure:
    """Measure a garment; an empty mask counts as plain."""
    lab, region = find_garment_region(rgb, mask, side=SIDE, contour=CONTOUR)
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


def compute_pattern_prior(measure: PatternMeasure, names: Sequence[str]) -> Floats:
    """Return the prior (k,) of each pattern, sum 1; the names include `plain` and `striped`."""
    patterned = 1 / (1 + (BUSY / max(measure.busyness, 1e-4)) ** BUSY_POWER)
    striped = 1 / (1 + np.exp((DIRECTED - measure.direction) * DIRECTED_SLOPE))
    other = patterned * (1 - striped) / max(1, len(names) - 2)
    known = {PLAIN: 1 - patterned, STRIPED: patterned * striped}
    return np.array([known.get(name, other) for name in names], dtype=np.float32)
