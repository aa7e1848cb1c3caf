"""What one purchase would complete the most outfits.

A purchase is a garment that outfits need: a top, a bottom, a one-piece, shoes, and in the cold
seasons something to wear over it. A bag makes no outfit possible that was not before.
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
from stylist.outfits.composition.beam_search import fill, keep
from stylist.outfits.composition.compose import ComposedOutfit, outfit_of, slots_of
from stylist.outfits.composition.shortlist import promising
from stylist.outfits.scoring.pairs import EMPTY, Rows, obey_rules
from stylist.outfits.scoring.score import Scorer
from stylist.outfits.wishes import Taste, Wish

# The total from which a new outfit counts: of the outfits that `evaluate_outfits` generates nine in
# ten have it, of mixed ones one in ten.
GOOD = 0.72
COLD = (Season.AUTUMN, Season.WINTER)
_TWO, _ONE = (Slot.TOP, Slot.BOTTOM), (Slot.ONE_PIECE,)
# What a wardrobe has to have, one way or another, for a purchase to make an outfit of it.
NEEDED: Mapping[Slot, tuple[tuple[Slot, ...], ...]] = {
    Slot.TOP: ((Slot.BOTTOM, Slot.SHOES),),
    Slot.BOTTOM: ((Slot.TOP, Slot.SHOES),),
    Slot.ONE_PIECE: ((Slot.SHOES,),),
    Slot.SHOES: (_TWO, _ONE),
    Slot.OUTER: ((*_TWO, Slot.SHOES), (*_ONE, Slot.SHOES)),
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """A garment, how many good outfits it makes possible, their mean total and the best of them."""

    garment: Garment
    outfits: int
    mean_total: float
    best: ComposedOutfit


class _Tally(NamedTuple):
    """What a purchase would do; `best` (7,) is its best outfit."""

    garment: Garment
    outfits: int
    mean_total: float
    best: Rows


def rank_purchases(
    *, wardrobe: Collection[Garment], candidates: Collection[Garment],
    wish: Wish, taste: Taste, count: int,
) -> list[Purchase]:  # fmt: skip
    """Return up to `count` purchases by the number of new good outfits, then by their mean total.

    Of equals the cheaper comes first. `candidates` are what `narrow` left of a catalogue. Of what
    the wardrobe has for a purchase the `growing.WIDTH` best combinations are tried. The wish's
    anchors do not matter here.
    """
    owned = promising(wardrobe, around=wardrobe, wish=wish, taste=taste)
    theirs = {garment.id for garment in wardrobe}
    new = [garment for garment in candidates if garment.id not in theirs]
    garments = [*owned, *promising(new, around=owned, wish=wish, taste=taste)]
    scorer = Scorer(Pool.of(garments), wish, taste)
    have, all_of = slots_of(owned), slots_of(garments)
    found: list[_Tally] = []
    for slot, ways in NEEDED.items():
        if slot == Slot.OUTER and wish.season not in COLD:
            continue
        offered = {slot: all_of[slot][all_of[slot] >= len(owned)]}
        outfits, totals = _good(scorer, fill(_bases(scorer, ways, have), slot, offered))
        for row in np.unique(outfits[:, SLOT_INDEX[slot]]).tolist():
            own = outfits[:, SLOT_INDEX[slot]] == row
            mean = float(totals[own].mean())
            found.append(_Tally(garments[row], int(own.sum()), mean, outfits[own][0]))
    return [
        Purchase(garment, number, mean, outfit_of(garments, best, wish=wish, taste=taste))
        for garment, number, mean, best in sorted(found, key=_rank)[:count]
    ]


def _bases(scorer: Scorer, ways: tuple[tuple[Slot, ...], ...], have: Mapping[Slot, Rows]) -> Rows:
    """Return the wardrobe's best combinations (s, 7) that need one more garment."""
    nothing = np.full(len(SLOTS), EMPTY)
    bases = []
    for slots in ways:
        rows = nothing[None, :]
        for slot in slots:
            rows = keep(scorer, fill(rows, slot, have), nothing)
        bases.append(rows)
    return keep(scorer, np.vstack(bases), nothing)


def _good(scorer: Scorer, outfits: Rows) -> tuple[Rows, NDArray[np.float64]]:
    """Return those of the outfits (s, 7) that are good, the best first, with their totals."""
    outfits = outfits[obey_rules(scorer.relations, outfits)]
    totals = scorer.totals(outfits)
    order = np.argsort(-totals, kind="stable")
    order = order[totals[order] >= GOOD]
    return outfits[order], totals[order]


def _rank(tally: _Tally) -> tuple[float, float, float, UUID]:
    price = inf if tally.garment.price is None else tally.garment.price
    return -tally.outfits, -tally.mean_total, price, tally.garment.id
