"""Styles as vectors: styles that are commonly worn together share a part of their probability."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats

SHARED_PART = 0.3  # of a style's probability, spread over its related styles
# The styles that are commonly worn together.
RELATED_STYLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
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
    """Return unit vectors (n, k) whose products are the style agreement; zeros if unknown.

    `probabilities` is (n, k), with a column for each of the k named styles.
    """
    shares = np.array([[_share(own, other) for other in names] for own in names], np.float32)
    spread = probabilities @ shares.reshape(len(names), len(names))
    norms = np.sqrt(np.einsum("ij,ij->i", spread, spread))[:, None]
    return np.asarray(spread / np.where(norms > 0, norms, 1), np.float32)


def _share(own: str, other: str) -> float:
    """Return the part of a style's probability that goes to the other style."""
    related = RELATED_STYLES.get(own, ())
    if own == other:
        return 1 - SHARED_PART if related else 1.0
    return SHARED_PART / len(related) if other in related else 0.0
