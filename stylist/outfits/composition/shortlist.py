"""From a catalogue of any size to the few garments that are worth putting into outfits.

Every garment is held against the wish, the taste and a group it is to go with: an anchor, or a
wardrobe. The cost hardly depends on the group's size.
"""

from collections.abc import Collection, Mapping

import numpy as np

from core.ml.colours import Floats
from stylist.garments.garment import SEASONS, SLOTS, Garment, Slot
from stylist.garments.pool import Pool
from stylist.outfits.scoring.group_fit import go_beside
from stylist.outfits.scoring.pairs import Rows
from stylist.outfits.scoring.score import WEIGHTS
from stylist.outfits.scoring.suitability import (
    is_disliked,
    suit_formality,
    suit_occasion,
    suit_taste,
)
from stylist.outfits.wishes import Taste, Wish

PER_SLOT = 40  # garments of one slot that are worth comparing


def narrow(
    pool: Pool, *, around: Pool, wish: Wish, taste: Taste, per_slot: int
) -> Mapping[Slot, Rows]:
    """Return the rows of up to `per_slot` garments of each slot, the most promising first.

    `around` may be empty, and has the pool's styles (`Pool.of(…, style_names=pool.style_names)`);
    what is worn in the same place does not count. What the shopper dislikes is left out. Among
    equals the smallest id comes first, so that the order of the pool does not matter.
    """
    promise = _alone(pool, wish, taste)
    is_able = ~is_disliked(pool, taste)
    found = {}
    for position, slot in enumerate(SLOTS):
        rows = np.flatnonzero((pool.slots == position) & is_able)
        theirs = np.flatnonzero(around.slots != position)
        if len(theirs):
            promise[rows] += go_beside(pool, rows, around, theirs)
        found[slot] = _best(rows, promise, pool, per_slot)
    return found


def promising(
    garments: Collection[Garment], *, around: Collection[Garment], wish: Wish, taste: Taste
) -> list[Garment]:
    """Return up to `PER_SLOT` garments of each slot that are the most worth trying, by their id."""
    ordered, others = (sorted(some, key=lambda garment: garment.id) for some in (garments, around))
    pool = Pool.of(ordered)
    group = Pool.of(others, style_names=pool.style_names)
    found = narrow(pool, around=group, wish=wish, taste=taste, per_slot=PER_SLOT)
    return [ordered[row] for row in sorted(np.concatenate([*found.values()]).tolist())]


def _alone(pool: Pool, wish: Wish, taste: Taste) -> Floats:
    """Return (n,) sums of what each garment is worth for the wish and the taste, by `WEIGHTS`."""
    total = np.zeros(len(pool), np.float32)
    if wish.season:
        column = pool.suitability[:, SEASONS.index(wish.season)]
        total += np.float32(WEIGHTS["season"]) * column
    if wish.wanted_formality is not None:
        suits = suit_formality(pool, wish.wanted_formality)
        total += np.float32(WEIGHTS["formality"]) * suits
    if wish.occasion:
        total += np.float32(WEIGHTS["occasion"]) * suit_occasion(pool, wish.occasion)
    if taste.palette or taste.styles:
        total += np.float32(WEIGHTS["taste"]) * suit_taste(pool, taste)
    return total


def _best(rows: Rows, promise: Floats, pool: Pool, count: int) -> Rows:
    if len(rows) > count:
        limit = np.partition(promise[rows], len(rows) - count)[len(rows) - count]
        rows = rows[promise[rows] >= limit]
    ordered = sorted(rows.tolist(), key=lambda row: (-promise[row], pool.ids[row]))
    return np.array(ordered[:count], np.int64)
