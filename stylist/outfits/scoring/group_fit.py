"""How garments go with a group of others in the mean: one pass for the group, one for each garment.

The group is summed up as tables by hue and by formality, a mean style and a mean season; so a
catalogue is held against a wardrobe as fast as against one garment.
"""

import numpy as np

from stylist.garments.pool import Pool
from stylist.outfits.compatibility.agreement import formality_agreement, or_neutral, style_agreement
from stylist.outfits.compatibility.harmony import (
    FREE,
    UNKNOWN_COLOUR,
    Floats,
    chroma_and_hue,
    hue_agreement,
    loudness,
)
from stylist.outfits.scoring.pairs import Rows
from stylist.outfits.scoring.score import WEIGHTS

HUES = 360  # degrees, a row of the table each
LEVELS = 101  # of formality
# What each hue gains over a neutral beside each other one.
_GAINS = hue_agreement(np.arange(HUES)[:, None], np.arange(HUES)[None, :]) - FREE


def go_beside(pool: Pool, rows: Rows, around: Pool, theirs: Rows) -> Floats:
    """Return for these rows of a pool how they go with those of another, by `WEIGHTS`.

    `theirs` holds one row at least; the two pools have the same styles.
    """
    parts = {
        "colour": _by_colour(pool.colours[rows, 0], around.colours[theirs, 0]),
        "style": _by_style(pool.style_vectors[rows], around.style_vectors[theirs]),
        "formality": _by_formality(pool.formality[rows], around.formality[theirs]),
        "season": _by_season(pool.suitability[rows], around.suitability[theirs]),
    }
    total = np.zeros(len(rows), np.float32)
    for name, values in parts.items():
        total += np.float32(WEIGHTS[name]) * values
    return total


def _by_colour(own: Floats, theirs: Floats) -> Floats:
    """Return the mean agreement of first colours (n, 3) with the group's (m, 3)."""
    known = theirs[np.isfinite(theirs).all(axis=1)]
    if not len(known):
        return np.full(len(own), UNKNOWN_COLOUR, np.float32)
    chroma, hue = chroma_and_hue(known)
    loud = np.bincount(_degree(hue), np.sqrt(loudness(chroma)), HUES)
    table = _GAINS @ (loud / len(known))
    own_chroma, own_hue = chroma_and_hue(own)
    agreement = FREE + np.sqrt(loudness(own_chroma)) * table[_degree(np.nan_to_num(own_hue))]
    return np.where(np.isfinite(own_chroma), agreement, UNKNOWN_COLOUR).astype(np.float32)


def _degree(hue: Floats) -> Rows:
    return hue.round().astype(np.int64) % HUES


def _by_style(own: Floats, theirs: Floats) -> Floats:
    """Return the mean agreement of style vectors: their product with the group's mean."""
    return style_agreement(own, theirs.mean(axis=0, keepdims=True))[:, 0]


def _by_formality(own: Floats, theirs: Floats) -> Floats:
    """Return the mean agreement of formalities (n, 2) with the group's (m, 2)."""
    values, confidence = theirs.T
    levels = np.linspace(0, 1, LEVELS)[:, None]
    table = or_neutral(formality_agreement(levels, values[None, :]), confidence).mean(axis=1)
    own_values, own_confidence = own.T
    at = (np.clip(np.nan_to_num(own_values), 0, 1) * (LEVELS - 1)).round().astype(np.intp)
    return or_neutral(np.where(np.isfinite(own_values), table[at], np.nan), own_confidence)


def _by_season(own: Floats, theirs: Floats) -> Floats:
    """Return how well the season suits in which a garment and the group's mean are worn best."""
    both: Floats = np.minimum(own, theirs.mean(axis=0)).max(axis=1)
    return both
