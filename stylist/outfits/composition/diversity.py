"""Diversity: a few different outfits out of many good ones.

Maximal marginal relevance (Carbonell & Goldstein 1998) on the scores; the similarity of two
outfits is their share of common garments.
"""

import numpy as np
from numpy.typing import NDArray

from stylist.outfits.scoring.pairs import EMPTY, Rows

SIMILARITY_PENALTY = 0.2  # subtracted from the score of an outfit that repeats another
MIN_TWIN_COSINE = 0.97  # of the embeddings of two garments that are one product


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
