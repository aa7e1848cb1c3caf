"""Composition of outfits from garments: around anchors, for a wish, to a shopper's taste.

    compose(garments=wardrobe, wish=Wish(season=Season.SUMMER), taste=taste, count=3)
    compose(garments=[product, *others], wish=Wish(anchors=frozenset({product.id})), …)

The second call completes the look of a catalogue image; it needs no shopper: `Taste()`. Pass the
whole wardrobe; pass only what `shortlist.narrow` found of a large catalogue. The cost is bounded:
at most `shortlist.MAX_PER_SLOT` garments of a slot are compared, and `beam_search.BEAM_WIDTH`
outfits are continued.

The returned outfits differ by maximal marginal relevance (Carbonell & Goldstein 1998) on the
scores; the similarity of two outfits is their share of common garments.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DomainError
from stylist.garments.garment import SLOT_INDEX, SLOTS, Garment, Slot
from stylist.garments.pool import Pool
from stylist.outfits.composition.beam_search import grow_outfits
from stylist.outfits.composition.shortlist import select_promising
from stylist.outfits.scoring.pairs import EMPTY, Rows
from stylist.outfits.scoring.score import OutfitScore, Scorer, score_outfit
from stylist.outfits.wishes import Taste, Wish

SIMILARITY_PENALTY = 0.2  # subtracted from the score of an outfit that repeats another
MIN_TWIN_COSINE = 0.97  # of the embeddings of two garments that are one product


class AnchorUnknown(DomainError):
    """An anchor of the outfit does not exist."""

    code = "anchor_unknown"


class AnchorsExclude(DomainError):
    """One outfit cannot contain all the anchors."""

    code = "anchors_exclude_each_other"


@dataclass(frozen=True, slots=True)
class ComposedOutfit:
    """Garments in the order of `Slot`, with their score."""

    garments: tuple[Garment, ...]
    score: OutfitScore


def compose(
    *, garments: Collection[Garment], wish: Wish, taste: Taste, count: int
) -> list[ComposedOutfit]:
    """Return up to `count` different outfits, the best first; empty if none is possible.

    Each has a top and a bottom, or a one-piece, and shoes if any fit; an outer garment (not for
    summer), a bag and an accessory are added where they improve it. An outfit never has two
    garments of a slot, more than three colours, or two patterns without a common colour. Only
    anchors, and garments without an alternative, are in all outfits. The result is deterministic
    and does not depend on the order of `garments`. Raises `AnchorUnknown` and `AnchorsExclude`.
    """
    by_id = {garment.id: garment for garment in garments}
    if missing := sorted(wish.anchors - by_id.keys()):
        raise AnchorUnknown("An anchor does not exist.", ids=[*map(str, missing)])
    anchors = [by_id[own_id] for own_id in sorted(wish.anchors)]
    _check(anchors)
    others = [garment for own_id, garment in by_id.items() if own_id not in wish.anchors]
    selected = select_promising(others, around=anchors or others, wish=wish, taste=taste)
    candidates = [*anchors, *selected]
    start = np.full(len(SLOTS), EMPTY)
    start[[SLOT_INDEX[garment.slot] for garment in anchors]] = range(len(anchors))
    scorer = Scorer(Pool.of(candidates), wish, taste)
    rows = grow_outfits(scorer, start, group_by_slot(candidates))
    twins = np.append(find_twins([garment.embedding for garment in candidates]), EMPTY)
    chosen = choose_outfits(twins[rows], scorer.totals(rows), count=count, start=start)
    return [build_outfit(candidates, rows[k], wish=wish, taste=taste) for k in chosen]


def build_outfit(
    garments: Sequence[Garment], row: Rows, *, wish: Wish, taste: Taste
) -> ComposedOutfit:
    """Return the outfit of a row (7,) of positions in `garments`."""
    worn = tuple(garments[position] for position in row if position != EMPTY)
    return ComposedOutfit(worn, score_outfit(worn, wish=wish, taste=taste))


def group_by_slot(garments: Sequence[Garment]) -> dict[Slot, Rows]:
    """Return the positions of each slot's garments."""
    slots = np.array([SLOT_INDEX[garment.slot] for garment in garments], np.int64)
    return {slot: np.flatnonzero(slots == index) for slot, index in SLOT_INDEX.items()}


def _check(anchors: Sequence[Garment]) -> None:
    slots = [garment.slot for garment in anchors]
    if len(set(slots)) < len(slots):
        raise AnchorsExclude("An outfit has one garment for each slot.", slots=sorted(slots))
    if Slot.ONE_PIECE in slots and {Slot.TOP, Slot.BOTTOM} & set(slots):
        raise AnchorsExclude("A one-piece replaces top and bottom.", slots=sorted(slots))


def choose_outfits(
    rows: Rows, totals: NDArray[np.float64], *, count: int, start: Rows
) -> list[int]:
    """Return up to `count` positions in outfits (s, 7), which come the best first.

    If possible, only garments of the start (7,) are in all of them: the last outfit is chosen
    among those without the garments that all the others have in common.
    """
    rows = np.where(start == EMPTY, rows, EMPTY)
    similarity = _similarity(rows)
    chosen: list[int] = []
    left = list(range(len(rows)))
    while left and len(chosen) < count:
        is_last = 0 < len(chosen) == count - 1
        free = [k for k in left if not _have_common_garment(rows[[*chosen, k]])] if is_last else []
        penalties = SIMILARITY_PENALTY * similarity[:, chosen].max(axis=1, initial=0.0)
        best = max(free or left, key=lambda k: totals[k] - penalties[k])
        chosen.append(best)
        left.remove(best)
    return chosen


def find_twins(embeddings: list[NDArray[np.float32] | None]) -> NDArray[np.int64]:
    """Return the position of each garment's first twin (n,): an earlier garment, or itself."""
    found = np.arange(len(embeddings))
    known = [k for k, embedding in enumerate(embeddings) if embedding is not None]
    vectors = np.array([embeddings[k] for k in known], np.float32)
    if len(known) > 1:
        twins = vectors @ vectors.T >= MIN_TWIN_COSINE
        found[known] = np.array(known)[twins.argmax(axis=1)]
    return found


def _similarity(rows: Rows) -> NDArray[np.float64]:
    """Return the share (s, s) of common garments of each two outfits (Jaccard)."""
    worn = rows != EMPTY
    same = ((rows[:, None] == rows[None, :]) & worn[:, None]).sum(axis=-1)
    sizes = worn.sum(axis=1)
    shares: NDArray[np.float64] = same / np.maximum(sizes[:, None] + sizes[None, :] - same, 1)
    return shares


def _have_common_garment(rows: Rows) -> bool:
    return bool(((rows == rows[0]) & (rows[0] != EMPTY)).all(axis=0).any())
