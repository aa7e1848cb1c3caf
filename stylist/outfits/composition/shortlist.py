"""Shortlists: the few garments of a catalogue of any size that are worth trying in outfits.

Every garment is rated for the wish, for the taste, and for a group that it should go with: an
anchor, or a wardrobe. The group becomes tables by hue and by formality, a mean style and a mean
season, so comparing a catalogue with a wardrobe is as fast as comparing it with one garment.
"""

from collections.abc import Collection, Mapping

import numpy as np

from core.ml.colours import Floats
from stylist.garments.garment import SEASONS, SLOTS, Garment, Slot
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
from stylist.outfits.scoring.score import (
    WEIGHTS,
    find_disliked,
    rate_formality,
    rate_styles,
    rate_taste,
)
from stylist.outfits.wishes import Taste, Wish

MAX_PER_SLOT = 40  # garments of one slot that are compared
HUES = 360  # rows of the table, a degree each
LEVELS = 101  # of formality
# The agreement of each two hues, minus that of a neutral.
_GAINS = hue_agreement(np.arange(HUES)[:, None], np.arange(HUES)[None, :]) - NEUTRAL_AGREEMENT


def narrow(
    pool: Pool, *, around: Pool, wish: Wish, taste: Taste, per_slot: int
) -> Mapping[Slot, Rows]:
    """Return the rows of up to `per_slot` garments of each slot, the best first.

    `around` may be empty, and has the pool's styles (`Pool.of(…, style_names=pool.style_names)`);
    its garments of the same slot do not count. Garments that the shopper dislikes are left out.
    Among equals the smallest id comes first, so the order of the pool does not matter.
    """
    ratings = _rate_alone(pool, wish, taste)
    is_allowed = ~find_disliked(pool, taste)
    found = {}
    for position, slot in enumerate(SLOTS):
        rows = np.flatnonzero((pool.slots == position) & is_allowed)
        others = np.flatnonzero(around.slots != position)
        if len(others):
            ratings[rows] += rate_group_fit(pool, rows, around, others)
        found[slot] = _select_best(rows, ratings, pool, per_slot)
    return found


def select_promising(
    garments: Collection[Garment], *, around: Collection[Garment], wish: Wish, taste: Taste
) -> list[Garment]:
    """Return the best `MAX_PER_SLOT` garments of each slot, in the order of their ids."""
    ordered, others = (sorted(some, key=lambda garment: garment.id) for some in (garments, around))
    pool = Pool.of(ordered)
    group = Pool.of(others, style_names=pool.style_names)
    found = narrow(pool, around=group, wish=wish, taste=taste, per_slot=MAX_PER_SLOT)
    return [ordered[row] for row in sorted(np.concatenate([*found.values()]).tolist())]


def _rate_alone(pool: Pool, wish: Wish, taste: Taste) -> Floats:
    """Return ratings (n,) of each garment for the wish and the taste, weighted by `WEIGHTS`."""
    parts: dict[str, Floats] = {}
    if wish.season:
        parts["season"] = pool.suitability[:, SEASONS.index(wish.season)]
    if wish.wanted_formality is not None:
        parts["formality"] = rate_formality(pool, wish.wanted_formality)
    if wish.occasion:
        parts["occasion"] = rate_styles(pool, wish.occasion.styles)
    if taste.palette or taste.styles:
        parts["taste"] = rate_taste(pool, taste)
    return _add_weighted(parts, len(pool))


def _select_best(rows: Rows, ratings: Floats, pool: Pool, count: int) -> Rows:
    if len(rows) > count:
        limit = np.partition(ratings[rows], len(rows) - count)[len(rows) - count]
        rows = rows[ratings[rows] >= limit]
    ordered = sorted(rows.tolist(), key=lambda row: (-ratings[row], pool.ids[row]))
    return np.array(ordered[:count], np.int64)


def rate_group_fit(pool: Pool, rows: Rows, around: Pool, others: Rows) -> Floats:
    """Return how well rows of a pool fit rows of another (n,), weighted by `WEIGHTS`.

    `others` has at least one row; the two pools have the same styles.
    """
    parts = {
        "colour": _by_colour(pool.colours[rows, 0], around.colours[others, 0]),
        "style": style_agreement(
            pool.style_vectors[rows], around.style_vectors[others].mean(axis=0, keepdims=True)
        )[:, 0],
        "formality": _by_formality(pool.formality[rows], around.formality[others]),
        # The season that suits both the garment and the group best.
        "season": np.minimum(pool.suitability[rows], around.suitability[others].mean(axis=0)).max(
            axis=1
        ),
    }
    return _add_weighted(parts, len(rows))


def _add_weighted(parts: Mapping[str, Floats], size: int) -> Floats:
    total = np.zeros(size, np.float32)
    for name, values in parts.items():
        total += np.float32(WEIGHTS[name]) * values
    return total


def _by_colour(own: Floats, group: Floats) -> Floats:
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


def _by_formality(own: Floats, group: Floats) -> Floats:
    values, confidence = group.T
    levels = np.linspace(0, 1, LEVELS)[:, None]
    table = or_neutral(formality_agreement(levels, values[None, :]), confidence).mean(axis=1)
    own_values, own_confidence = own.T
    at = (np.clip(np.nan_to_num(own_values), 0, 1) * (LEVELS - 1)).round().astype(np.intp)
    return or_neutral(np.where(np.isfinite(own_values), table[at], np.nan), own_confidence)
