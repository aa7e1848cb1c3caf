"""Baselines of the scorer: chance, popularity, and kinds that are worn together.

The last two learn from other generated outfits, which the scorer does not see.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from evaluation.outfits.sampler import SampledOutfit
from stylist.garments.garment import Garment
from stylist.garments.pool import Pool
from stylist.outfits.scoring.score import score_outfit
from stylist.outfits.wishes import Taste, Wish

Method: TypeAlias = Callable[[Sequence[Garment]], float]


def make_methods(seen: Sequence[SampledOutfit], *, seed: int) -> Mapping[str, Method]:
    """Return the scorer and its baselines, each a function from garments to a score."""
    return {
        "scorer": _score,
        "categories": _by_categories(seen),
        "popularity": _by_popularity(seen),
        "chance": _by_chance(seed),
    }


def _score(garments: Sequence[Garment]) -> float:
    return score_outfit(garments, wish=Wish(), taste=Taste()).total


def _by_chance(seed: int) -> Method:
    draws = np.random.default_rng(seed)
    return lambda garments: float(draws.random())


def _by_popularity(seen: Sequence[SampledOutfit]) -> Method:
    """Return the mean logarithm of how often garments of these kinds and colours were worn."""
    counts: Counter[tuple[str, str]] = Counter()
    for drawn in seen:
        counts.update(_looks(drawn.garments))

    def score(garments: Sequence[Garment]) -> float:
        return float(np.mean([math.log1p(counts[look]) for look in _looks(garments)]))

    return score


def _looks(garments: Sequence[Garment]) -> list[tuple[str, str]]:
    colours = Pool.of(garments).basic_colours.tolist()
    return [(garment.kind, colour) for garment, colour in zip(garments, colours, strict=True)]


def _by_categories(seen: Sequence[SampledOutfit]) -> Method:
    """Return the mean pointwise mutual information of the pairs of kinds, counts from 1."""
    single: Counter[str] = Counter()
    pairs: Counter[frozenset[str]] = Counter()
    for drawn in seen:
        kinds = {garment.kind for garment in drawn.garments}
        single.update(kinds)
        pairs.update(frozenset(pair) for pair in combinations(kinds, 2))

    def score(garments: Sequence[Garment]) -> float:
        found = [
            math.log((pairs[frozenset({one, other})] + 1) * len(seen))
            - math.log((single[one] + 1) * (single[other] + 1))
            for one, other in combinations([garment.kind for garment in garments], 2)
        ]
        return float(np.mean(found)) if found else 0.0

    return score
