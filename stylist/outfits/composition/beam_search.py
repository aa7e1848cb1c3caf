"""Beam search: outfits grow slot by slot, and only the best are continued."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from stylist.garments.garment import SLOT_INDEX, SLOTS, Season, Slot
from stylist.outfits.scoring.pairs import EMPTY, Rows, check_rules
from stylist.outfits.scoring.score import Scorer

BEAM_WIDTH = 64  # outfits that are continued after each step
MAX_REPEATS = BEAM_WIDTH // 4  # outfits of a beam with the same garment, while there are others


def grow_outfits(scorer: Scorer, start: Rows, choices: Mapping[Slot, Rows]) -> Rows:
    """Return up to `BEAM_WIDTH` outfits (s, 7) that contain `start` (7,), the best first.

    Empty if the rules allow none.
    """
    outfits = prune(scorer, _cores(start, choices), start)
    with_shoes = prune(scorer, fill(outfits, Slot.SHOES, choices), start)
    if len(with_shoes):
        outfits = with_shoes
    outer = () if scorer.wish.season == Season.SUMMER else (Slot.OUTER,)
    for slot in (*outer, Slot.BAG, Slot.ACCESSORY):
        outfits = prune(scorer, np.vstack([outfits, fill(outfits, slot, choices)]), start)
    return outfits


def fill(outfits: Rows, slot: Slot, choices: Mapping[Slot, Rows]) -> Rows:
    """Return the outfits that lack the slot, each with each garment for it."""
    lacking = outfits[outfits[:, SLOT_INDEX[slot]] == EMPTY]
    garments = choices.get(slot, np.empty(0, np.int64))
    grown = np.repeat(lacking, len(garments), axis=0)
    grown[:, SLOT_INDEX[slot]] = np.tile(garments, len(lacking))
    return grown


def prune(scorer: Scorer, outfits: Rows, start: Rows) -> Rows:
    """Return the best `BEAM_WIDTH` outfits that obey the rules, the best first.

    A garment that is not part of the start is in at most `MAX_REPEATS` of them, if possible.
    """
    outfits = outfits[check_rules(scorer.relations, outfits)]
    outfits = outfits[np.argsort(-scorer.totals(outfits), kind="stable")]
    if len(outfits) <= BEAM_WIDTH:
        return outfits
    unlimited = {EMPTY, *start.tolist()}
    used: Counter[int] = Counter()
    chosen, skipped = [], []
    for rank, garments in enumerate(outfits.tolist()):
        limited = [garment for garment in garments if garment not in unlimited]
        if any(used[garment] >= MAX_REPEATS for garment in limited):
            skipped.append(rank)
            continue
        used.update(limited)
        chosen.append(rank)
        if len(chosen) == BEAM_WIDTH:
            break
    return outfits[sorted([*chosen, *skipped[: BEAM_WIDTH - len(chosen)]])]


def _cores(start: Rows, choices: Mapping[Slot, Rows]) -> Rows:
    alone = start[None, :]
    cores = [np.empty((0, len(SLOTS)), np.int64)]
    if start[SLOT_INDEX[Slot.ONE_PIECE]] == EMPTY:
        with_top = _fill_if_empty(alone, Slot.TOP, choices)
        cores.append(_fill_if_empty(with_top, Slot.BOTTOM, choices))
    if start[SLOT_INDEX[Slot.TOP]] == EMPTY and start[SLOT_INDEX[Slot.BOTTOM]] == EMPTY:
        cores.append(_fill_if_empty(alone, Slot.ONE_PIECE, choices))
    return np.vstack(cores)


def _fill_if_empty(outfits: Rows, slot: Slot, choices: Mapping[Slot, Rows]) -> Rows:
    """Return the outfits unchanged if their slot is filled, else with each garment for it."""
    if len(outfits) and outfits[0, SLOT_INDEX[slot]] != EMPTY:
        return outfits
    return fill(outfits, slot, choices)
