"""What a ranking is worth; pure functions.

A ranking is given as the grades of what it shows, in order: 0 is not relevant, more is better.
`ideal` holds the grades of all there is to be found, in any order, at least one of them above 0;
a ranking holds no more than that. Every figure is in [0, 1] unless it says otherwise.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.ml.vector_store import Vectors
from evaluation.search.sampling import fresh_draws

Grades = Sequence[int]

RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)  # percentiles: 95 % of the resampled means lie between


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95 % interval; without one where it cannot be told."""

    value: float
    low: float | None = None
    high: float | None = None


def recall_at(k: int, grades: Grades, ideal: Grades) -> float:
    """Return the share of what is relevant that is among the first k."""
    return _count(grades[:k]) / _count(ideal)


def precision_at(k: int, grades: Grades) -> float:
    """Return the relevant share of k places; a place left empty is not relevant."""
    return _count(grades[:k]) / k


def reciprocal_rank(grades: Grades) -> float:
    """Return 1 / the rank of the first that is relevant, from 1; 0 when none is."""
    return next((1 / rank for rank, grade in enumerate(grades, 1) if grade > 0), 0.0)


def ndcg_at(k: int, grades: Grades, ideal: Grades) -> float:
    """Return the normalised discounted cumulated gain (Järvelin & Kekäläinen 2002).

    The gain is the grade, and the discount 1 / log2(rank + 1), which unlike the paper's with
    base 2 tells the first rank from the second.
    """
    return _dcg(grades[:k]) / _dcg(sorted(ideal, reverse=True)[:k])


def binary(grades: Grades) -> list[int]:
    """Return 1 for each grade that is relevant at all."""
    return [int(grade > 0) for grade in grades]


def diversity(vectors: Vectors) -> float | None:
    """Return 1 - the mean cosine of the pairs of rows (n, d) of norm 1; None of fewer than two.

    In [0, 2]: 0 where all are alike, 1 where they have nothing in common.
    """
    n = len(vectors)
    if n < 2:
        return None
    total = vectors.sum(axis=0, dtype=np.float64)
    norms = np.square(vectors, dtype=np.float64).sum()
    mean = (float(total @ total) - float(norms)) / (n * (n - 1))
    return min(max(1 - mean, 0.0), 2.0)


def coverage(rankings: Iterable[Iterable[str]], items: Collection[str]) -> float:
    """Return the share of a catalogue's items, not none, that at least one ranking shows."""
    return len({item for ranking in rankings for item in ranking} & set(items)) / len(items)


def mean_figure(values: Sequence[float]) -> Figure | None:
    """Return the mean over queries with its percentile bootstrap interval (Efron 1979).

    None without a value; of one value alone no interval. The same values give the same interval.
    """
    if not values:
        return None
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) == 1:
        return Figure(mean)
    rows = fresh_draws().integers(len(sample), size=(RESAMPLES, len(sample)))
    low, high = np.percentile(sample[rows].mean(axis=1), INTERVAL)
    return Figure(mean, float(low), float(high))


def _count(grades: Grades) -> int:
    return sum(grade > 0 for grade in grades)


def _dcg(grades: Grades) -> float:
    discounts = 1 / np.log2(np.arange(2, len(grades) + 2))
    return float(np.asarray(grades, dtype=np.float64) @ discounts)
