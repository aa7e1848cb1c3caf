"""Mean fit of garments with a group of others: one pass over the group, one over the garments.

The group becomes tables by hue and by formality, a mean style and a mean season, so comparing a
catalogue with a wardrobe is as fast as comparing it with one garment.
"""

import numpy as np

from core.ml.colours import Floats
from stylist.garments.pool import Pool
from stylist.outfits.compatibility import (
    NEUTRAL_AGREEMENT,
    UNKNOWN_AGREEMENT,
    chroma_and_hue,
    formality_agreement,
    hue_agreement,
    loudness,
    or_neutral,
    style_agreement,
)
from stylist.outfits.scoring.pairs import Rows
from stylist.outfits.scoring.score import WEIGHTS

HUES = 360  # rows of the table, a degree each
LEVELS = 101  # of formality
# The agreement of each two hues, minus that of a neutral.
_GAINS = hue_agreement(np.arange(HUES)[:, None], np.arange(HUES)[None, :]) - NEUTRAL_AGREEMENT


def rate_group_fit(pool: Pool, rows: Rows, around: Pool, others: Rows) -> Floats:
    """Return how well rows of a pool fit rows of another (n,), weighted by `WEIGHTS`.

    `others` has at least one row; the two pools have the same styles.
    """
    parts = {
        "colour": _by_colour(pool.colours[rows, 0], around.colours[others, 0]),
        "style": _by_style(pool.style_vectors[rows], around.style_vectors[others]),
        "formality": _by_formality(pool.formality[rows], around.formality[others]),
        "season": _by_season(pool.suitability[rows], around.suitability[others]),
    }
    total = np.zeros(len(rows), np.float32)
    for name, values in parts.items():
        total += np.float32(WEIGHTS[name]) * values
    return total


def _by_colour(own: Floats, group: Floats) -> Floats:
    """Return the mean agreement of first colours (n, 3) with the group's (m, 3)."""
    known = group[np.isfinite(group).all(axis=1)]
    if not len(known):
        return np.full(len(own), UNKNOWN_AGREEMENT, np.float32)
    chroma, hue = chroma_and_hue(known)
    loud = np.bincount(_degree(hue), np.sqrt(loudness(chroma)), HUES)
    table = _GAINS @ (loud / len(known))
    own_chroma, own_hue = chroma_and_hue(own)
    agreement = (
        NEUTRAL_AGREEMENT + np.sqrt(loudness(own_chroma)) * table[_degree(np.nan_to_num(own_hue))]
    )
    return np.where(np.isfinite(own_chroma), agreement, UNKNOWN_AGREEMENT).astype(np.float32)


def _degree(hue: Floats) -> Rows:
    return hue.round().astype(np.int64) % HUES


def _by_style(own: Floats, group: Floats) -> Floats:
    """Return the mean agreement of style vectors: their product with the group's mean."""
    return style_agreement(own, group.mean(axis=0, keepdims=True))[:, 0]


def _by_formality(own: Floats, group: Floats) -> Floats:
    """Return the mean agreement of formalities (n, 2) with the group's (m, 2)."""
    values, confidence = group.T
    levels = np.linspace(0, 1, LEVELS)[:, None]
    table = or_neutral(formality_agreement(levels, values[None, :]), confidence).mean(axis=1)
    own_values, own_confidence = own.T
    at = (np.clip(np.nan_to_num(own_values), 0, 1) * (LEVELS - 1)).round().astype(np.intp)
    return or_neutral(np.where(np.isfinite(own_values), table[at], np.nan), own_confidence)


def _by_season(own: Floats, group: Floats) -> Floats:
    """Return the suitability of the season that suits both the garment and the group best."""
    both: Floats = np.minimum(own, group.mean(axis=0)).max(axis=1)
    return both
