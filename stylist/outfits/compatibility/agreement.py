"""Agreement of tags: styles, formality and seasons; pure functions on arrays.

An unknown value is NaN, or a row of zeros where there are probabilities.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.garments.pool import NEUTRAL

MAX_FORMALITY_GAP = 0.5  # a tracksuit and a suit have nothing in common


def style_agreement(one: Floats, other: Floats) -> Floats:
    """Return the cosine of each pair of style vectors (n, k), (m, k), as (n, m), in [0, 1].

    Measures on roots or logarithms of the probabilities (Bhattacharyya, Jensen-Shannon) find any
    two garments similar if the tagger gives every style a little; the cosine follows the main
    styles.
    """
    products: Floats = np.clip(one @ other.T, 0, 1)
    known_one, known_other = np.asarray(one.any(axis=1)), np.asarray(other.any(axis=1))
    return np.where(known_one[:, None] & known_other[None, :], products, np.float32(NEUTRAL))


def formality_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return 1 for equal formality, 0 from `MAX_FORMALITY_GAP` apart; NaN if unknown."""
    agreement: Floats = np.clip(1 - np.abs(one - other) / MAX_FORMALITY_GAP, 0, 1)
    return agreement.astype(np.float32)


def or_neutral(values: NDArray[Any], confidence: NDArray[Any] | float = 1.0) -> Floats:
    """Return values moved towards `NEUTRAL` by their missing confidence; NaN becomes neutral."""
    known = np.where(np.isfinite(values), values, NEUTRAL)
    return (NEUTRAL + (known - NEUTRAL) * confidence).astype(np.float32)
