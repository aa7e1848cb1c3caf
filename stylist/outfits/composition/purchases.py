"""Purchases that would complete the most outfits.

A purchase is a garment that outfits need: a top, a bottom, a one-piece, shoes, and an outer garment
in the cold seasons. A bag makes no new outfit possible.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from stylist.garments.garment import SLOT_INDEX, SLOTS, Garment, Season, Slot
from stylist.garments.pool import Pool
from stylist.outfits.composition.beam_search import fill, prune
from stylist.outfits.composition.compose import ComposedOutfit, build_outfit, group_by_slot
from stylist.outfits.composition.shortlist import select_promising
from stylist.outfits.scoring.pairs import EMPTY, Rows, check_rules
from stylist.outfits.scoring.score import Scorer
from stylist.outfits.wishes import Taste, Wish

# A new outfit counts from this total. Nine in ten outfits that `evaluate_outfits` generates reach
# it, and one in ten of the mixed ones.
MIN_GOOD_TOTAL = 0.72
COLD = (Season.AUTUMN, Season.WINTER)
_TWO, _ONE = (Slot.TOP, Slot.BOTTOM), (Slot.ONE_PIECE,)
# The slots that a wardrobe must fill, one way or another, for a purchase to complete an outfit.
REQUIRED_SLOTS: Mapping[Slot, tuple[tuple[Slot, ...], ...]] = {
    Slot.TOP: ((Slot.BOTTOM, Slot.SHOES),),
    Slot.BOTTOM: ((Slot.TOP, Slot.SHOES),),
    Slot.ONE_PIECE: ((Slot.SHOES,),),
    Slot.SHOES: (_TWO, _ONE),
    Slot.OUTER: ((*_TWO, Slot.SHOES), (*_ONE, Slot.SHOES)),
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """A garment, the number of good outfits it makes possible, their mean total, the best one."""

    garment: Garment
    outfits: int
    mean_total: float
    best: ComposedOutfit


class _Tally(NamedTuple):
    """The effect of a purchase; `best` (7,) is the row of its best outfit."""

    garment: Garment
    outfits: int
    mean_total: float
    best: Rows


def rank_purchases(
    *,
    wardrobe: Collection[Garment],
    candidates: Collection[Garment],
    wish: Wish,
    taste: Taste,
    count: int,
) -> list[Purchase]:
    """Return up to `count` purchases by the number of new good outfits, then by their mean total.

    Of equals the cheaper comes first. `candidates` are what `shortlist.narrow` found of a
    catalogue. Each is tried with the best `BEAM_WIDTH` combinations of the wardrobe. The wish's
    anchors are ignored.
    """
    owned = select_promising(wardrobe, around=wardrobe, wish=wish, taste=taste)
    owned_ids = {garment.id for garment in wardrobe}
    new = [garment for garment in candidates if garment.id not in owned_ids]
    garments = [*owned, *select_promising(new, around=owned, wish=wish, taste=taste)]
    scorer = Scorer(Pool.of(garments), wish, taste)
    owned_by_slot, by_slot = group_by_slot(owned), group_by_slot(garments)
    found: list[_Tally] = []
    for slot, alternatives in REQUIRED_SLOTS.items():
        if slot == Slot.OUTER and wish.season not in COLD:
            continue
        offered = {slot: by_slot[slot][by_slot[slot] >= len(owned)]}
        bases = _combine(scorer, alternatives, owned_by_slot)
        outfits, totals = _select_good(scorer, fill(bases, slot, offered))
        for row in np.unique(outfits[:, SLOT_INDEX[slot]]).tolist():
            has_row = outfits[:, SLOT_INDEX[slot]] == row
            mean = float(totals[has_row].mean())
            found.append(_Tally(garments[row], int(has_row.sum()), mean, outfits[has_row][0]))
    return [
        Purchase(garment, number, mean, build_outfit(garments, best, wish=wish, taste=taste))
        for garment, number, mean, best in sorted(found, key=_sort_key)[:count]
    ]


def _combine(
    scorer: Scorer, alternatives: tuple[tuple[Slot, ...], ...], owned: Mapping[Slot, Rows]
) -> Rows:
    """Return the wardrobe's best combinations (s, 7) of the slots in each alternative."""
    nothing = np.full(len(SLOTS), EMPTY)
    bases = []
    for slots in alternatives:
        rows = nothing[None, :]
        for slot in slots:
            rows = prune(scorer, fill(rows, slot, owned), nothing)
        bases.append(rows)
    return prune(scorer, np.vstack(bases), nothing)


def _select_good(scorer: Scorer, outfits: Rows) -> tuple[Rows, NDArray[np.float64]]:
    """Return the good ones among the outfits (s, 7), the best first, and their totals."""
    outfits = outfits[check_rules(scorer.relations, outfits)]
    totals = scorer.totals(outfits)
    order = np.argsort(-totals, kind="stable")
    order = order[totals[order] >= MIN_GOOD_TOTAL]
    return outfits[order], totals[order]


def _sort_key(tally: _Tally) -> tuple[float, float, float, UUID]:
    price = inf if tally.garment.price is None else tally.garment.price
    return -tally.outfits, -tally.mean_total, price, tally.garment.id
