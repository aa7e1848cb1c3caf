"""Measures of rankings; pure functions.

A ranking is given as the grades of its images, in order: 0 is not relevant, more is better.
`ideal` has the grades of all relevant images in any order, at least one of them above 0; a ranking
has no others. Every measure is in [0, 1] unless its docstring says otherwise.
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from core.ml.vector_store import Vectors

Grades = Sequence[int]


def recall_at(k: int, grades: Grades, ideal: Grades) -> float:
    """Return the share of the relevant images that are among the first k."""
    return _count(grades[:k]) / _count(ideal)


def precision_at(k: int, grades: Grades) -> float:
    """Return the relevant share of k places; an empty place is not relevant."""
    return _count(grades[:k]) / k


def reciprocal_rank(grades: Grades) -> float:
    """Return 1 / the rank of the first relevant image, ranks from 1; 0 without one."""
    return next((1 / rank for rank, grade in enumerate(grades, 1) if grade > 0), 0.0)


def ndcg_at(k: int, grades: Grades, ideal: Grades) -> float:
    """Return the normalised discounted cumulated gain (Järvelin & Kekäläinen 2002).

    The gain is the grade. The discount is 1 / log2(rank + 1); the paper's, with base 2, would give
    the first two ranks the same.
    """
    return _dcg(grades[:k]) / _dcg(sorted(ideal, reverse=True)[:k])


def binary(grades: Grades) -> list[int]:
    """Return 1 for each grade that is relevant at all."""
    return [int(grade > 0) for grade in grades]


def diversity(vectors: Vectors) -> float | None:
    """Return 1 - the mean cosine of the pairs of rows (n, d) of norm 1; None for n < 2.

    In [0, 2]: 0 for equal vectors, 1 for orthogonal ones.
    """
    n = len(vectors)
    if n < 2:
        return None
    total = vectors.sum(axis=0, dtype=np.float64)
    norms = np.square(vectors, dtype=np.float64).sum()
    mean = (float(total @ total) - float(norms)) / (n * (n - 1))
    return min(max(1 - mean, 0.0), 2.0)


def coverage(rankings: Iterable[Iterable[str]], items: Collection[str]) -> float:
    """Return the share of a catalogue's items, at least one, that are in any ranking."""
    return len({item for ranking in rankings for item in ranking} & set(items)) / len(items)


def _count(grades: Grades) -> int:
    return sum(grade > 0 for grade in grades)


def _dcg(grades: Grades) -> float:
    discounts = 1 / np.log2(np.arange(2, len(grades) + 2))
    return float(np.asarray(grades, dtype=np.float64) @ discounts)
