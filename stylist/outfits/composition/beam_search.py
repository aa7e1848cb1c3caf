"""Outfits grown slot by slot, a bounded number of them kept at each step (beam search)."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from stylist.garments.garment import SLOT_INDEX, SLOTS, Season, Slot
from stylist.outfits.scoring.pairs import EMPTY, Rows, obey_rules
from stylist.outfits.scoring.score import Scorer

WIDTH = 64  # outfits kept at each step
MOST_SHARE = 4  # one garment is in one of four of them at most, while there are others


def grow(scorer: Scorer, start: Rows, choices: Mapping[Slot, Rows]) -> Rows:
    """Return up to `WIDTH` whole outfits (s, 7), the best first, that hold what `start` (7,) does.

    None where nothing can be worn with it by the rules.
    """
    outfits = keep(scorer, _cores(start, choices), start)
    with_shoes = keep(scorer, fill(outfits, Slot.SHOES, choices), start)
    if len(with_shoes):
        outfits = with_shoes
    for slot in _optional(scorer.wish.season):
        outfits = keep(scorer, np.vstack([outfits, fill(outfits, slot, choices)]), start)
    return outfits


def fill(outfits: Rows, slot: Slot, choices: Mapping[Slot, Rows]) -> Rows:
    """Return the outfits that lack the slot, each with each garment for it."""
    lacking = outfits[outfits[:, SLOT_INDEX[slot]] == EMPTY]
    garments = choices.get(slot, np.empty(0, np.int64))
    grown = np.repeat(lacking, len(garments), axis=0)
    grown[:, SLOT_INDEX[slot]] = np.tile(garments, len(lacking))
    return grown


def keep(scorer: Scorer, outfits: Rows, start: Rows) -> Rows:
    """Return the best outfits that obey the rules, the best first.

    While there are others, no garment beside the start's is in too many of them.
    """
    outfits = outfits[obey_rules(scorer.relations, outfits)]
    outfits = outfits[np.argsort(-scorer.totals(outfits), kind="stable")]
    if len(outfits) <= WIDTH:
        return outfits
    free = {EMPTY, *start.tolist()}
    used: Counter[int] = Counter()
    kept, passed = [], []
    for rank, garments in enumerate(outfits.tolist()):
        chosen = [garment for garment in garments if garment not in free]
        if any(used[garment] >= WIDTH // MOST_SHARE for garment in chosen):
            passed.append(rank)
            continue
        used.update(chosen)
        kept.append(rank)
        if len(kept) == WIDTH:
            break
    return outfits[sorted([*kept, *passed[: WIDTH - len(kept)]])]


def _optional(season: Season | None) -> tuple[Slot, ...]:
    """Return the slots that may stay empty; nothing goes over it in summer."""
    over = () if season == Season.SUMMER else (Slot.OUTER,)
    return (*over, Slot.BAG, Slot.ACCESSORY)


def _cores(start: Rows, choices: Mapping[Slot, Rows]) -> Rows:
    """Return every top with every bottom, and every one-piece, with what is given."""
    alone = start[None, :]
    cores = [np.empty((0, len(SLOTS)), np.int64)]
    if start[SLOT_INDEX[Slot.ONE_PIECE]] == EMPTY:
        with_top = _filled(alone, Slot.TOP, choices)
        cores.append(_filled(with_top, Slot.BOTTOM, choices))
    if start[SLOT_INDEX[Slot.TOP]] == EMPTY and start[SLOT_INDEX[Slot.BOTTOM]] == EMPTY:
        cores.append(_filled(alone, Slot.ONE_PIECE, choices))
    return np.vstack(cores)


def _filled(outfits: Rows, slot: Slot, choices: Mapping[Slot, Rows]) -> Rows:
    """Return the outfits as they are where the slot is filled, else with each garment for it."""
    if len(outfits) and outfits[0, SLOT_INDEX[slot]] != EMPTY:
        return outfits
    return fill(outfits, slot, choices)
