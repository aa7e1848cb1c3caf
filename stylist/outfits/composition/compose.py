"""Outfits from garments: around an anchor, for a wish, to a shopper's taste.

    compose(garments=wardrobe, wish=Wish(season=Season.SUMMER), taste=taste, count=3)
    compose(garments=[product, *others], wish=Wish(anchors=frozenset({product.id})), …)

The second completes the look of a catalogue image, which needs no shopper: `Taste()`. A wardrobe
goes in whole; of a large catalogue what `narrow` found around the anchor, or around the wardrobe
where the two are mixed. The cost is bounded: at most
`narrowing.PER_SLOT` garments of a slot are compared, and `growing.WIDTH` outfits kept at a time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import DomainError
from stylist.garments.garment import SLOT_INDEX, SLOTS, Garment, Slot
from stylist.garments.pool import Pool
from stylist.outfits.composition.beam_search import grow
from stylist.outfits.composition.diversity import choose_outfits, find_twins
from stylist.outfits.composition.shortlist import promising
from stylist.outfits.scoring.pairs import EMPTY, Rows
from stylist.outfits.scoring.score import Scored, Scorer, score_outfit
from stylist.outfits.wishes import Taste, Wish


class AnchorUnknown(DomainError):
    """An outfit is to hold a garment that is not there."""

    code = "anchor_unknown"


class AnchorsExclude(DomainError):
    """An outfit cannot hold all the garments that it is to hold."""

    code = "anchors_exclude_each_other"


@dataclass(frozen=True, slots=True)
class ComposedOutfit:
    """Garments in the order of `Slot`, and why they go together."""

    garments: tuple[Garment, ...]
    scored: Scored


def compose(
    *, garments: Collection[Garment], wish: Wish, taste: Taste, count: int
) -> list[ComposedOutfit]:
    """Return up to `count` outfits that differ, the best first; none where none is possible.

    Each has a top with a bottom, or a one-piece, and shoes where any fit; then, where they do it
    good, something over it unless it is for summer, a bag and an accessory. Never two garments of
    one slot, more than three colours, or two patterns that share none. A garment is in all of them
    only if it is an anchor or nothing can stand in for it. The order of the garments does not
    matter, and there is no chance in it. Raises `AnchorUnknown` and `AnchorsExclude`.
    """
    by_id = {garment.id: garment for garment in garments}
    if missing := sorted(wish.anchors - by_id.keys()):
        raise AnchorUnknown("A garment to start from is not there.", ids=[*map(str, missing)])
    anchors = [by_id[own_id] for own_id in sorted(wish.anchors)]
    _check(anchors)
    others = [garment for own_id, garment in by_id.items() if own_id not in wish.anchors]
    able = [*anchors, *promising(others, around=anchors or others, wish=wish, taste=taste)]
    start = np.full(len(SLOTS), EMPTY)
    start[[SLOT_INDEX[garment.slot] for garment in anchors]] = range(len(anchors))
    scorer = Scorer(Pool.of(able), wish, taste)
    rows = grow(scorer, start, slots_of(able))
    twins = np.append(find_twins([garment.embedding for garment in able]), EMPTY)
    chosen = choose_outfits(twins[rows], scorer.totals(rows), count=count, start=start)
    return [outfit_of(able, rows[k], wish=wish, taste=taste) for k in chosen]


def outfit_of(
    garments: Sequence[Garment], row: Rows, *, wish: Wish, taste: Taste
) -> ComposedOutfit:
    """Return the outfit that a row (7,) of positions is."""
    worn = tuple(garments[position] for position in row if position != EMPTY)
    return ComposedOutfit(worn, score_outfit(worn, wish=wish, taste=taste))


def slots_of(garments: Sequence[Garment]) -> dict[Slot, Rows]:
    """Return the positions of each slot's garments."""
    slots = np.array([SLOT_INDEX[garment.slot] for garment in garments], np.int64)
    return {slot: np.flatnonzero(slots == at) for slot, at in SLOT_INDEX.items()}


def _check(anchors: Sequence[Garment]) -> None:
    slots = [garment.slot for garment in anchors]
    if len(set(slots)) < len(slots):
        raise AnchorsExclude("An outfit has one garment of a slot.", slots=sorted(slots))
    if Slot.ONE_PIECE in slots and {Slot.TOP, Slot.BOTTOM} & set(slots):
        raise AnchorsExclude("A one-piece replaces top and bottom.", slots=sorted(slots))
