"""From a catalogue of any size to the few garments that are worth putting into outfits.

Every garment is held against the wish, the taste and a group it is to go with, as a whole: an
anchor, or a wardrobe. The cost does not depend on the group's size: the group is summed up as
tables by hue and by formality, a mean style and a mean season.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from stylist.outfits.agreement import (
    formality_agreement,
    or_neutral,
    style_agreement,
)
from stylist.outfits.garment import SLOTS, Garment, Slot
from stylist.outfits.harmony import (
    FREE,
    UNKNOWN_COLOUR,
    Floats,
    chroma_and_hue,
    hue_agreement,
    loudness,
)
from stylist.outfits.pool import Pool
from stylist.outfits.relations import Rows
from stylist.outfits.scoring import WEIGHTS
from stylist.outfits.suiting import is_disliked, suit_formality, suit_occasion, suit_taste
from stylist.outfits.wishes import SEASONS, Taste, Wish

PER_SLOT = 40  # garments of one slot that are worth comparing
HUES = 360
LEVELS = 101


def narrow(
    pool: Pool, *, around: Pool, wish: Wish, taste: Taste, per_slot: int
) -> Mapping[Slot, Rows]:
    """Return the rows of up to `per_slot` garments of each slot, the most promising first.

    `around` may be empty, and has the pool's styles (`Pool.of(…, style_names=pool.style_names)`).
    What the shopper dislikes is left out. Among equals the smallest id comes first, so that the
    order of the pool does not matter.
    """
    promise = np.where(is_disliked(pool, taste), -np.inf, _promise(pool, around, wish, taste))
    found = {}
    for position, slot in enumerate(SLOTS):
        rows = np.flatnonzero((pool.slots == position) & np.isfinite(promise))
        if len(rows) > per_slot:
            limit = np.partition(promise[rows], len(rows) - per_slot)[len(rows) - per_slot]
            rows = rows[promise[rows] >= limit]
        ordered = sorted(rows.tolist(), key=lambda row: (-promise[row], pool.ids[row]))
        found[slot] = np.array(ordered[:per_slot], np.int64)
    return found


def promising(
    garments: Collection[Garment], *, around: Collection[Garment], wish: Wish, taste: Taste
) -> list[Garment]:
    """Return up to `PER_SLOT` garments of each slot that are the most worth trying, by their id."""
    ordered = sorted(garments, key=lambda garment: garment.id)
    pool = Pool.of(ordered)
    group = Pool.of([*around], style_names=pool.style_names)
    found = narrow(pool, around=group, wish=wish, taste=taste, per_slot=PER_SLOT)
    return [ordered[row] for row in sorted(np.concatenate([*found.values()]).tolist())]


def _promise(pool: Pool, around: Pool, wish: Wish, taste: Taste) -> Floats:
    """Return (n,) sums of what each garment is worth alone and beside the group, by `WEIGHTS`."""
    parts: list[tuple[str, Floats]] = []
    if wish.season:
        column = pool.suitability[:, SEASONS.index(wish.season)]
        parts.append(("season", column))
    if wish.wanted_formality is not None:
        parts.append(("formality", suit_formality(pool, wish.wanted_formality)))
    if wish.occasion:
        parts.append(("occasion", suit_occasion(pool, wish.occasion)))
    if taste.palette or taste.styles:
        parts.append(("taste", suit_taste(pool, taste)))
    if len(around):
        parts += [
            ("colour", _go_by_colour(pool, around)),
            ("style", _go_by_style(pool, around)),
            ("formality", _go_by_formality(pool, around)),
            ("season", _go_by_season(pool, around)),
        ]
    total = np.zeros(len(pool), np.float32)
    for name, values in parts:
        total += np.float32(WEIGHTS[name]) * values
    return total


def _go_by_colour(pool: Pool, around: Pool) -> Floats:
    """Return the mean agreement of each first colour with those of the group."""
    chroma, hue = chroma_and_hue(around.colours[:, 0])
    known = np.isfinite(chroma)
    if not known.any():
        return np.full(len(pool), UNKNOWN_COLOUR, np.float32)
    loud = np.sqrt(loudness(chroma[known]))
    apart = hue_agreement(np.arange(HUES)[:, None], hue[known][None, :]) - FREE
    table = (apart * loud).mean(axis=1)
    own_chroma, own_hue = chroma_and_hue(pool.colours[:, 0])
    at = np.nan_to_num(own_hue).round().astype(np.intp) % HUES
    agreement = FREE + np.sqrt(loudness(own_chroma)) * table[at]
    return np.where(np.isfinite(own_chroma), agreement, UNKNOWN_COLOUR).astype(np.float32)


def _go_by_style(pool: Pool, around: Pool) -> Floats:
    """Return the mean agreement with the group's garments, by its product with their mean."""
    mean = around.style_vectors.mean(axis=0, keepdims=True)
    return style_agreement(pool.style_vectors, mean)[:, 0]


def _go_by_formality(pool: Pool, around: Pool) -> Floats:
    values, confidence = around.formality[np.isfinite(around.formality[:, 0])].T
    if not len(values):
        return or_neutral(np.full(len(pool), np.nan))
    levels = np.linspace(0, 1, LEVELS)[:, None]
    table = or_neutral(formality_agreement(levels, values[None, :]), confidence).mean(axis=1)
    own, own_confidence = pool.formality.T
    at = (np.clip(np.nan_to_num(own), 0, 1) * (LEVELS - 1)).round().astype(np.intp)
    return or_neutral(np.where(np.isfinite(own), table[at], np.nan), own_confidence)


def _go_by_season(pool: Pool, around: Pool) -> Floats:
    """Return how well the season suits in which a garment and the group's mean are worn best."""
    mean = around.suitability.mean(axis=0)
    both: Floats = np.minimum(pool.suitability, mean).max(axis=1)
    return both
