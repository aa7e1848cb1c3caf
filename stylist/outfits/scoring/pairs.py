"""Pair tables: how well each two garments of a pool go together, computed once for all outfits.

An outfit is a row of seven positions in the pool, one for each of `SLOTS`, -1 for an empty slot;
outfits are rows (s, 7). The arrays here have one extra entry at the end, which -1 selects.
"""

from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.garments.garment import SLOTS
from stylist.garments.pool import Pool
from stylist.outfits.compatibility import (
    MAX_COLOURS,
    UNKNOWN_AGREEMENT,
    chromatic_hues,
    colour_agreement,
    count_colours,
    formality_agreement,
    or_neutral,
    share_a_colour,
    style_agreement,
)
from stylist.outfits.wishes import Bonuses

Rows = NDArray[np.int64]
EMPTY = -1
SECONDARY_WEIGHT = 0.5  # of a secondary colour; a primary one has 1
FIRST, SECOND = np.array(list(combinations(range(len(SLOTS)), 2))).T  # the pairs of slots


@dataclass(frozen=True, eq=False)
class Relations:
    """A pool of n garments, with tables of its pairs and rows.

    `colour`, `style` and `formality` in [0, 1] and `bonus` in [-1, 1] are float32 (n + 1, n + 1);
    `clashes` marks pairs whose patterns exclude each other; `hues` (n + 1, 2) are those of
    chromatic colours; `seasons` (n + 1, 4) is how well each season suits.
    """

    pool: Pool
    colour: Floats
    style: Floats
    formality: Floats
    bonus: Floats
    clashes: NDArray[np.bool_]
    hues: Floats
    seasons: Floats


def relate(pool: Pool, bonuses: Bonuses) -> Relations:
    """Compare every garment with every other."""
    return Relations(
        pool=pool,
        colour=_padded(_colours(pool.colours)),
        style=_padded(style_agreement(pool.style_vectors, pool.style_vectors)),
        formality=_padded(_formalities(pool.formality)),
        bonus=_padded(_bonuses(pool, bonuses)),
        clashes=_padded(_clashes(pool)).astype(bool),
        hues=pad(chromatic_hues(pool.colours), np.nan),
        seasons=pad(pool.suitability, 1.0),
    )


def find_pairs(relations: Relations, rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return the places of the outfits' (s, 7) pairs in the flat tables, and which exist.

    Both (k, s), for the k pairs of slots that some outfit fills; `table.take(places)` looks up.
    """
    worn = rows.T != EMPTY
    both: NDArray[np.bool_] = worn[FIRST] & worn[SECOND]
    used = np.flatnonzero(both.any(axis=1))
    size = len(relations.pool) + 1
    positions = rows.T % size
    return positions[FIRST[used]] * size + positions[SECOND[used]], both[used]


def check_rules(relations: Relations, rows: Rows) -> NDArray[np.bool_]:
    """Return which outfits (s, 7) have few enough colours and no clashing patterns.

    Two patterns clash unless they share a colour.
    """
    colours = count_colours(relations.hues[rows].reshape(len(rows), 2 * len(SLOTS)))
    places, _ = find_pairs(relations, rows)
    clashing = np.asarray(relations.clashes.take(places).any(axis=0))
    return (colours <= MAX_COLOURS) & ~clashing


def pad(array: NDArray[Any], value: float) -> Floats:
    """Return the array (n, ...) with an extra entry, full of the value."""
    return np.concatenate([array, np.full((1, *array.shape[1:]), value)]).astype(np.float32)


def _padded(matrix: NDArray[Any]) -> Floats:
    return np.pad(matrix, ((0, 1), (0, 1))).astype(np.float32)


def _colours(colours: Floats) -> Floats:
    """Return the agreement (n, n) of colours (n, 2, 3); secondary colours count less."""
    total = np.zeros((len(colours), len(colours)), np.float32)
    weight = np.zeros_like(total)
    for k, m in combinations_with_replacement(range(2), 2):
        found = colour_agreement(colours[:, None, k], colours[None, :, m])
        counts = np.isfinite(found) * np.float32(SECONDARY_WEIGHT ** (k + m))
        points = np.nan_to_num(found) * counts
        total += points if k == m else points + points.T
        weight += counts if k == m else counts + counts.T
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), UNKNOWN_AGREEMENT)


def _formalities(formality: Floats) -> Floats:
    values, confidence = formality.T
    agreement = formality_agreement(values[:, None], values[None, :])
    return or_neutral(agreement, confidence[:, None] * confidence[None, :])


def _clashes(pool: Pool) -> NDArray[np.bool_]:
    clashes = np.zeros((len(pool), len(pool)), dtype=bool)
    patterned = np.flatnonzero(pool.is_patterned)
    palettes = pool.colours[patterned]
    clashes[np.ix_(patterned, patterned)] = ~share_a_colour(palettes[:, None], palettes[None, :])
    return clashes


def _bonuses(pool: Pool, bonuses: Bonuses) -> Floats:
    """Return the bonuses (n, n) of the pairs that match them, by id or by (kind, colour)."""
    found = np.zeros((len(pool), len(pool)), np.float32)
    if not bonuses:
        return found
    rows: dict[object, list[int]] = {}
    looks = zip(pool.kinds.tolist(), pool.basic_colours.tolist(), strict=True)
    for row, (own_id, look) in enumerate(zip(pool.ids, looks, strict=True)):
        rows.setdefault(own_id, []).append(row)
        rows.setdefault(look, []).append(row)
    for pair, bonus in bonuses.items():
        one, other = sorted(pair, key=str) if len(pair) == 2 else (*pair, *pair)
        for here, there in product(rows.get(one, ()), rows.get(other, ())):
            found[here, there] += bonus
            if one != other:
                found[there, here] += bonus
    return np.clip(found, -1, 1)
