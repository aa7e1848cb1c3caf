"""Shortlists: the few garments of a catalogue of any size that are worth trying in outfits.

Every garment is rated for the wish, for the taste, and for a group that it should go with: an
anchor, or a wardrobe. The cost hardly depends on the size of the group.
"""

from collections.abc import Collection, Mapping

import numpy as np

from core.ml.colours import Floats
from stylist.garments.garment import SEASONS, SLOTS, Garment, Slot
from stylist.garments.pool import Pool
from stylist.outfits.scoring.group_fit import rate_group_fit
from stylist.outfits.scoring.pairs import Rows
from stylist.outfits.scoring.score import WEIGHTS
from stylist.outfits.scoring.suitability import (
    find_disliked,
    rate_formality,
    rate_occasion,
    rate_taste,
)
from stylist.outfits.wishes import Taste, Wish

MAX_PER_SLOT = 40  # garments of one slot that are compared


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
    total = np.zeros(len(pool), np.float32)
    if wish.season:
        column = pool.suitability[:, SEASONS.index(wish.season)]
        total += np.float32(WEIGHTS["season"]) * column
    if wish.wanted_formality is not None:
        ratings = rate_formality(pool, wish.wanted_formality)
        total += np.float32(WEIGHTS["formality"]) * ratings
    if wish.occasion:
        total += np.float32(WEIGHTS["occasion"]) * rate_occasion(pool, wish.occasion)
    if taste.palette or taste.styles:
        total += np.float32(WEIGHTS["taste"]) * rate_taste(pool, taste)
    return total


def _select_best(rows: Rows, ratings: Floats, pool: Pool, count: int) -> Rows:
    if len(rows) > count:
        limit = np.partition(ratings[rows], len(rows) - count)[len(rows) - count]
        rows = rows[ratings[rows] >= limit]
    ordered = sorted(rows.tolist(), key=lambda row: (-ratings[row], pool.ids[row]))
    return np.array(ordered[:count], np.int64)
