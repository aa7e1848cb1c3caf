"""How well tags go together: styles, formality and seasons; pure functions on arrays.

An unknown value is NaN, or a row of zeros where there are probabilities.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.garments.pool import NEUTRAL

FARTHEST_FORMALITY = 0.5  # apart: a tracksuit and a suit have nothing in common


def style_agreement(one: Floats, other: Floats) -> Floats:
    """Return the cosine of each pair of style vectors (n, k), (m, k), as (n, m), in [0, 1].

    Measures that take roots or logarithms of the probabilities, as Bhattacharyya's and
    Jensen-Shannon's, find much in common between any two garments whose tagger gives a little to
    every style; the cosine goes by what is told clearly.
    """
    products: Floats = np.clip(one @ other.T, 0, 1)
    known_one, known_other = np.asarray(one.any(axis=1)), np.asarray(other.any(axis=1))
    return np.where(known_one[:, None] & known_other[None, :], products, np.float32(NEUTRAL))


def formality_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return 1 for the same formality and 0 from `FARTHEST_FORMALITY` apart; NaN if unknown."""
    agreement: Floats = np.clip(1 - np.abs(one - other) / FARTHEST_FORMALITY, 0, 1)
    return agreement.astype(np.float32)


def or_neutral(values: NDArray[Any], confidence: NDArray[Any] | float = 1.0) -> Floats:
    """Return values drawn towards `NEUTRAL` as far as they are not to be believed."""
    known = np.where(np.isfinite(values), values, NEUTRAL)
    return (NEUTRAL + (known - NEUTRAL) * confidence).astype(np.float32)
