"""How well tags go together: styles, formality and seasons; pure functions on arrays.

An unknown value is NaN, or a row of zeros where there are probabilities.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stylist.outfits.compatibility.harmony import Floats

NEUTRAL = 0.5  # what a tag that is not known counts for
FARTHEST_FORMALITY = 0.5  # apart: a tracksuit and a suit have nothing in common

LENT = 0.3
# The styles that are commonly worn together.
KIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "casual": ("smart casual", "streetwear", "sporty", "minimalist"),
        "smart casual": ("casual", "business", "classic", "minimalist"),
        "business": ("smart casual", "classic", "formal", "elegant"),
        "formal": ("business", "elegant"),
        "classic": ("business", "smart casual", "elegant", "minimalist"),
        "elegant": ("classic", "formal", "romantic", "party"),
        "minimalist": ("smart casual", "classic", "casual"),
        "romantic": ("elegant", "bohemian", "vintage"),
        "bohemian": ("romantic", "vintage", "beach"),
        "vintage": ("bohemian", "romantic", "casual"),
        "streetwear": ("casual", "sporty"),
        "sporty": ("casual", "streetwear", "outdoor"),
        "outdoor": ("sporty", "casual"),
        "party": ("elegant", "romantic"),
        "beach": ("casual", "bohemian"),
        "lounge": ("casual", "sporty"),
    }
)


def style_vectors(probabilities: NDArray[Any], names: Sequence[str]) -> Floats:
    """Return vectors (n, k) of norm 1 whose products are the style agreement; zeros if unknown.

    A part of each of the k named styles goes to its kin, so that these have something in common.
    """
    lent = np.array([[_lent(own, other) for other in names] for own in names], np.float32)
    spread = probabilities @ lent.reshape(len(names), len(names))
    norms = np.sqrt(np.einsum("ij,ij->i", spread, spread))[:, None]
    return np.asarray(spread / np.where(norms > 0, norms, 1), np.float32)


def _lent(own: str, other: str) -> float:
    """Return the part of a style's probability that another gets."""
    kin = KIN.get(own, ())
    if own == other:
        return 1 - LENT if kin else 1.0
    return LENT / len(kin) if other in kin else 0.0


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


def season_suitability(probabilities: NDArray[Any]) -> Floats:
    """Return how well each garment (n, 4) suits each season, 1 for the best of its own.

    What is worn all year has equal probabilities, and suits every season entirely.
    """
    best = probabilities.max(axis=1, keepdims=True)
    suits = probabilities / np.where(best > 0, best, 1)
    return np.where(best > 0, suits, NEUTRAL).astype(np.float32)


def or_neutral(values: NDArray[Any], confidence: NDArray[Any] | float = 1.0) -> Floats:
    """Return values drawn towards `NEUTRAL` as far as they are not to be believed."""
    known = np.where(np.isfinite(values), values, NEUTRAL)
    return (NEUTRAL + (known - NEUTRAL) * confidence).astype(np.float32)
