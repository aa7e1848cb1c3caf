"""What one purchase would complete the most outfits.

A purchase is a garment that outfits need: a top, a bottom, a one-piece, shoes, and in the cold
seasons something to wear over it. A bag makes no outfit possible that was not before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stylist.outfits.composing import Outfit, outfit_of, slots_of
from stylist.outfits.garment import AT, SLOTS, Garment, Slot
from stylist.outfits.growing import fill, keep
from stylist.outfits.narrowing import promising
from stylist.outfits.pool import Pool
from stylist.outfits.relations import EMPTY, Rows, obey_rules
from stylist.outfits.scoring import Scorer
from stylist.outfits.wishes import Season, Taste, Wish

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
    best: Outfit


def rank_purchases(
    *, wardrobe: Collection[Garment], candidates: Collection[Garment],
    wish: Wish, taste: Taste, count: int,
) -> list[Purchase]:  # fmt: skip
    """Return up to `count` purchases by the number of new good outfits, then by their mean total.

    `candidates` are what `narrow` left of a catalogue. Of what the wardrobe has for a purchase the
    `growing.WIDTH` best combinations are tried. The wish's anchors do not matter here.
    """
    owned = promising(wardrobe, around=(), wish=wish, taste=taste)
    theirs = {garment.id for garment in wardrobe}
    new = [garment for garment in candidates if garment.id not in theirs]
    garments = [*owned, *promising(new, around=owned, wish=wish, taste=taste)]
    scorer = Scorer(Pool.of(garments), wish, taste)
    have, offered = slots_of(owned), slots_of(garments)
    found = []
    for slot in NEEDED:
        if slot == Slot.OUTER and wish.season not in COLD:
            continue
        bases = _bases(scorer, NEEDED[slot], have)
        for row in offered[slot][offered[slot] >= len(owned)]:
            outfits, totals = _good(scorer, bases, slot, int(row))
            if len(outfits):
                found.append((len(outfits), float(totals.mean()), int(row), outfits[0]))
    found.sort(key=lambda one: (-one[0], -one[1], garments[one[2]].id))
    return [
        Purchase(garments[row], number, mean, outfit_of(garments, best, wish=wish, taste=taste))
        for number, mean, row, best in found[:count]
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


def _good(scorer: Scorer, bases: Rows, slot: Slot, row: int) -> tuple[Rows, NDArray[np.float64]]:
    """Return the good outfits that a garment makes of the bases, the best first, with totals."""
    outfits = bases.copy()
    outfits[:, AT[slot]] = row
    outfits = outfits[obey_rules(scorer.relations, outfits)]
    totals = scorer.totals(outfits)
    order = np.argsort(-totals, kind="stable")
    is_good = totals[order] >= GOOD
    return outfits[order][is_good], totals[order][is_good]
