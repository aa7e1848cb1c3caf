"""A few outfits that differ, out of many good ones.

Maximal marginal relevance (Carbonell & Goldstein 1998) on the scores; two outfits are as alike as
the share of garments that they have in common.
"""

import numpy as np
from numpy.typing import NDArray

from stylist.outfits.scoring.pairs import EMPTY, Rows

DIVERSITY = 0.2  # what a wholly alike outfit loses of its score
TWIN = 0.97  # cosine of the embeddings from which two garments are one product


def choose_outfits(
    rows: Rows, totals: NDArray[np.float64], *, count: int, start: Rows
) -> list[int]:
    """Return up to `count` positions in outfits (s, 7), which come the best first.

    While it can be helped, no garment is in all of them but the start's (7,): the last is chosen
    among those that have none of the garments that all the others have in common.
    """
    rows = np.where(start == EMPTY, rows, EMPTY)
    alike = _alikeness(rows)
    chosen: list[int] = []
    left = list(range(len(rows)))
    while left and len(chosen) < count:
        is_last = 0 < len(chosen) == count - 1
        free = [k for k in left if not _in_all(rows[[*chosen, k]])] if is_last else []
        best = max(free or left, key=lambda k: totals[k] - DIVERSITY * _most(alike[k, chosen]))
        chosen.append(best)
        left.remove(best)
    return chosen


def find_twins(embeddings: list[NDArray[np.float32] | None]) -> NDArray[np.int64]:
    """Return for each garment the first of those before it that is its twin, or itself, (n,)."""
    found = np.arange(len(embeddings))
    known = [k for k, embedding in enumerate(embeddings) if embedding is not None]
    vectors = np.array([embeddings[k] for k in known], np.float32)
    if len(known) > 1:
        twins = vectors @ vectors.T >= TWIN
        found[known] = np.array(known)[twins.argmax(axis=1)]
    return found


def _alikeness(rows: Rows) -> NDArray[np.float64]:
    """Return the share (s, s) of the garments of two outfits that both have (Jaccard)."""
    worn = rows != EMPTY
    same = ((rows[:, None] == rows[None, :]) & worn[:, None]).sum(axis=-1)
    sizes = worn.sum(axis=1)
    alike: NDArray[np.float64] = same / np.maximum(sizes[:, None] + sizes[None, :] - same, 1)
    return alike


def _in_all(rows: Rows) -> bool:
    return bool(((rows == rows[0]) & (rows[0] != EMPTY)).all(axis=0).any())


def _most(alike: NDArray[np.float64]) -> float:
    return float(alike.max(initial=0.0))
