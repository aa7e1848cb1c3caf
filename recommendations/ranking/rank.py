"""Rank candidates; pure functions.

How well a candidate matches the query comes first: its level. Within a level, a sum of factors
decides, each times its weight, so that an answer can be explained: relevance to the query (0 to 1),
the shopper's taste (-1 to 1), collaboration (what others with that taste chose), popularity (0 to
1) and the shop's boosts (-1 to 1). After scoring, only the best variant of each item stays, and the
best of several near-duplicates; similar images give way to others of their level. Pinned images
come before all levels.

Diversity is maximal marginal relevance (Carbonell & Goldstein 1998) on final scores: each next
image is the one with the highest score less its similarity to the images chosen before.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import Variant
from catalog.search.public_images import ImageFacts
from recommendations.ranking.match import Match, find_level
from recommendations.steering.rules import Effect
from recommendations.steering.weights import Weights

Matrix = NDArray[np.float32]
OUT_OF_STOCK = Variant.Availability.OUT_OF_STOCK
RANK_CONSTANT = 60  # Cormack et al. 2009, Reciprocal rank fusion
NO_DUPLICATES: Mapping[UUID, frozenset[UUID]] = {}
# Greedy selection alone can make an answer less diverse when more diversity is requested.
# Therefore every step up to the requested one is tried, and the most diverse answer wins.
DIVERSITY_STEPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
# A score is the level's share and, within it, that of the sum of factors; weights are at most 1.
LEVELS = 3
LOWEST_SUM, HIGHEST_SUM = -2.0, 4.0
SUM_SHARE = 1 / (LEVELS * (HIGHEST_SUM - LOWEST_SUM))
SCORE_DECIMALS = 6


class PlacedBy(StrEnum):
    """What put an image in its place instead of its match and score."""

    RULE = "rule"
    DISCOVERY = "discovery"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that may be in the answer, with its unweighted factors.

    `match` is None where it is not known. `similarity` is the cosine to the query, None where the
    query has no vector; `garment` is the number of the photo's garment that has it, None if it is
    that of the whole photo. `collaboration` is weighted already, see `weigh_in`.
    """

    facts: ImageFacts
    relevance: float
    similarity: float | None = None
    taste: float = 0.0
    collaboration: float = 0.0
    popularity: float = 0.0
    effect: Effect = field(default_factory=Effect)
    garment: int | None = None
    match: Match | None = None

    @property
    def level(self) -> int:
        return find_level(self.match)

    @property
    def is_pinned(self) -> bool:
        return self.effect.pin is not None

    @property
    def is_available(self) -> bool:
        """Whether an answer may have it: neither hidden nor sold out."""
        return not self.effect.is_hidden and self.facts.availability != OUT_OF_STOCK


@dataclass(frozen=True, slots=True)
class Ranked:
    """One image of an answer; the `factors` add up to the `score`, 0 to 1.

    The factor `match` is the share of the level; scores of a higher level are higher in any case.
    """

    candidate: Candidate
    score: float
    factors: Mapping[str, float]
    placed_by: PlacedBy | None = None


def fuse(
    by_vector: Sequence[UUID], by_words: Mapping[UUID, float], *, text_weight: float
) -> dict[UUID, float]:
    """Return each image's relevance by weighted reciprocal rank: 1 for the first in both lists.

    `by_words`: the share of the query's words that an image contains, above 0 and up to 1; images
    with equal shares have equal ranks. `text_weight`: weight of words against vectors, reduced by
    the highest share: a page that contains only "white" of "white frock" says little about what
    is wanted.
    """
    highest = max(by_words.values(), default=0.0)
    text_weight = text_weight * highest if by_vector else 1.0
    best = 1 / (RANK_CONSTANT + 1)
    relevance = {
        pk: (1 - text_weight) / (RANK_CONSTANT + rank) / best
        for rank, pk in enumerate(by_vector, start=1)
    }
    ranks: dict[float, int] = {}
    for rank, share in enumerate(sorted(by_words.values(), reverse=True), start=1):
        ranks.setdefault(share, rank)
    for pk, share in by_words.items():
        gain = text_weight * share / highest / (RANK_CONSTANT + ranks[share]) / best
        relevance[pk] = relevance.get(pk, 0.0) + gain
    return relevance


def rank(
    candidates: Sequence[Candidate],
    vectors: Matrix,
    *,
    weights: Weights,
    count: int,
    by_item: bool = True,
    with_rest: bool = False,
    duplicates: Mapping[UUID, frozenset[UUID]] = NO_DUPLICATES,
) -> list[Ranked]:
    """Return the best `count` candidates, best first; the order of `candidates` has no effect.

    None stands below a candidate of a lower level, unless that is pinned.

    `vectors` (n, d) are the candidates' embeddings with norm 1. Hidden and sold-out images are
    left out, and those that `duplicates` names for a better one. With `by_item`, only the best
    variant of each item stays. With `with_rest`, all other candidates follow by score.
    """
    ranked = {
        row: _score(candidate, weights)
        for row, candidate in enumerate(candidates)
        if candidate.is_available
    }
    order = sorted(ranked, key=lambda row: _make_sort_key(ranked[row]))
    if by_item:
        order = _select_best_variants(order, candidates)
    order = _drop_duplicates(order, candidates, duplicates)
    selected = [row for row in order if candidates[row].is_pinned][:count]
    rest = order[len(selected) :]
    for _, level in groupby(rest, key=lambda row: candidates[row].level):
        rows = list(level)
        chosen = select_diverse(
            np.array([ranked[row].score for row in rows], np.float32),
            vectors[rows],
            vectors[selected],
            count=count - len(selected),
            diversity=weights.diversity,
        )
        selected += [rows[place] for place in chosen]
    if with_rest:
        selected = list(dict.fromkeys([*selected, *order]))
    return [ranked[row] for row in selected]


def select_diverse(
    scores: Matrix, vectors: Matrix, above: Matrix, *, count: int, diversity: float
) -> list[int]:
    """Return up to `count` rows in the order in which the answer shows them.

    `scores` (n,) are sorted, highest first; `vectors` (n, d) have norm 1; `above` (m, d) are the
    images that the answer shows before these. `diversity` 0 keeps the order of scores; a higher
    value never reduces the mean distance between images.
    """
    count = max(0, min(count, len(scores)))
    by_score = list(range(count))
    strengths = [step for step in DIVERSITY_STEPS if step <= diversity]
    if not strengths or count == 0:
        return by_score
    similarity = vectors @ vectors.T
    nearest = (
        (vectors @ above.T).max(axis=1) if len(above) else np.full(len(scores), -1, np.float32)
    )
    # Scores scaled to 0..1, so that similarity has the same weight in every answer.
    lowest, highest = scores.min(), scores.max()
    scaled: Matrix = (scores - lowest) / max(float(highest - lowest), 1e-6)
    selections = [
        _select_greedily(scaled, similarity, nearest, count, strength) for strength in strengths
    ]
    return max([by_score, *selections], key=lambda rows: compute_distance(similarity, rows))


def _score(candidate: Candidate, weights: Weights) -> Ranked:
    values = {
        "relevance": candidate.relevance,
        "taste": weights.taste * candidate.taste,
        "collaboration": candidate.collaboration,
        "popularity": weights.popularity * candidate.popularity,
        "rules": candidate.effect.boost,
    }
    match = candidate.level / LEVELS - LOWEST_SUM * SUM_SHARE
    factors = {"match": match} | {name: value * SUM_SHARE for name, value in values.items()}
    return Ranked(
        candidate,
        round(math.fsum(factors.values()), SCORE_DECIMALS),
        {name: round(value, SCORE_DECIMALS) for name, value in factors.items() if value},
        PlacedBy.RULE if candidate.is_pinned else None,
    )


def _make_sort_key(ranked: Ranked) -> tuple[float, int, float, str]:
    """Sort by pin, level and score; ids decide between equal ones, so that answers repeat."""
    candidate = ranked.candidate
    pin = math.inf if candidate.effect.pin is None else candidate.effect.pin
    return (pin, -candidate.level, -ranked.score, str(candidate.facts.id))


def _select_best_variants(order: Sequence[int], candidates: Sequence[Candidate]) -> list[int]:
    best: dict[str, int] = {}
    for row in order:
        best.setdefault(candidates[row].facts.item, row)
    return list(best.values())


def _drop_duplicates(
    order: Sequence[int],
    candidates: Sequence[Candidate],
    duplicates: Mapping[UUID, frozenset[UUID]],
) -> list[int]:
    """Leave out near-duplicates of better candidates."""
    left_out: set[UUID] = set()
    rest = []
    for row in order:
        pk = candidates[row].facts.id
        if pk not in left_out:
            left_out |= duplicates.get(pk, frozenset())
            rest.append(row)
    return rest


def separate(
    ids: Sequence[UUID],
    duplicates: Mapping[UUID, frozenset[UUID]],
    *,
    after: UUID | None = None,
) -> list[UUID]:
    """Return ids in an order in which no two near-duplicates are next to each other.

    The first is not one of `after`, which stands before it.
    Each moves down as little as possible; those for which there is no such place are left out.
    """
    waiting, placed = list(ids), list[UUID]()
    while waiting:
        before = placed[-1] if placed else after
        near = duplicates.get(before, frozenset()) if before else frozenset()
        pk = next((pk for pk in waiting if pk not in near), None)
        if pk is None:
            break
        waiting.remove(pk)
        placed.append(pk)
    return placed


def _select_greedily(
    scores: Matrix, similarity: Matrix, nearest: Matrix, count: int, strength: float
) -> list[int]:
    nearest, left = nearest.copy(), (1 - strength) * scores
    chosen: list[int] = []
    for _ in range(count):
        row = int(np.argmax(left - strength * nearest))
        chosen.append(row)
        left[row] = -np.inf
        np.maximum(nearest, similarity[row], out=nearest)
    return chosen


def compute_distance(similarity: Matrix, rows: list[int]) -> float:
    """Return the mean cosine distance of all pairs of `rows`; 0 below 2 rows."""
    n = len(rows)
    if n < 2:
        return 0.0
    part = similarity[np.ix_(rows, rows)]
    return float(1 - (part.sum() - np.trace(part)) / (n * (n - 1)))
