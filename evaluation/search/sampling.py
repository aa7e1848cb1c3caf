"""Drawing by lot, the same in every run."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

SEED = 20_261_121


def fresh_draws() -> np.random.Generator:
    """Return a generator that draws what every other one from here draws."""
    return np.random.default_rng(SEED)


def sample(things: Sequence[T], most: int | None) -> list[T]:
    """Return at most so many of the things, in their order; all of them for None."""
    if most is None or len(things) <= most:
        return list(things)
    rows = fresh_draws().choice(len(things), most, replace=False)
    return [things[row] for row in sorted(rows)]
