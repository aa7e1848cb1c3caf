"""Means with their intervals, and samples; the same in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")

SEED = 20_261_121
RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)  # percentiles: 95 % of the resampled means lie between them


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95 % interval; `low` and `high` are None where there is no interval."""

    value: float
    low: float | None = None
    high: float | None = None


def mean_figure(values: Sequence[float]) -> Figure | None:
    """Return the mean with its percentile bootstrap interval (Efron 1979).

    None without values; a single value has no interval. The same values give the same interval.
    """
    if not values:
        return None
    column = np.asarray(values, dtype=np.float64)
    mean = float(column.mean())
    if len(column) == 1:
        return Figure(mean)
    rows = make_generator().integers(len(column), size=(RESAMPLES, len(column)))
    low, high = np.percentile(column[rows].mean(axis=1), INTERVAL)
    return Figure(mean, float(low), float(high))


def make_generator() -> np.random.Generator:
    """Return a random generator with the fixed seed."""
    return np.random.default_rng(SEED)


def sample(things: Sequence[T], maximum: int | None) -> list[T]:
    """Return at most `maximum` random things, in their order; all of them for None."""
    if maximum is None or len(things) <= maximum:
        return list(things)
    rows = make_generator().choice(len(things), maximum, replace=False)
    return [things[row] for row in sorted(rows)]
