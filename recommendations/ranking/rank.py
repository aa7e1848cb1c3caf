"""From candidates to an answer; pure functions.

A candidate's score is a sum, so that each part of it can be told: its relevance to what was asked
(0 to 1), the shopper's taste (-1 to 1), popularity (0 to 1) and the shop's boosts (-1 to 1), each
by its weight. Then variants of one item make one, alike images make room for others, and what is
pinned stands first.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import Image
from catalog.search.image_facts import Facts
from recommendations.ranking.diversity import spread
from recommendations.steering.rules import Effect
from recommendations.steering.weights import Weights

Matrix = NDArray[np.float32]
RANK_CONSTANT = 60  # Cormack et al. 2009, Reciprocal rank fusion


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that may be in the answer, and what speaks for and against it.

    `similarity` is the cosine to what was asked, None where it was found by its words alone.
    """

    facts: Facts
    relevance: float
    similarity: float | None = None
    taste: float = 0.0
    popularity: float = 0.0
    effect: Effect = field(default_factory=Effect)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One image of an answer; the `factors` add up to the `score`."""

    candidate: Candidate
    score: float
    factors: Mapping[str, float]


def fuse(
    by_vector: Sequence[UUID], by_words: Mapping[UUID, float], *, text_weight: float
) -> dict[UUID, float]:
    """Return each image's relevance by weighted reciprocal rank: 1 for the first in both lists.

    `by_words` gives the share of the wanted words that an image holds, above 0 and up to 1; images
    with the same share have the same rank. `text_weight` is how much the words count against the
    vectors where an image holds all of them, and as much less as the best one holds of them:
    of "white frock" a page may hold "white", which says little of what is meant.
    """
    held = max(by_words.values(), default=0.0)
    text_weight = text_weight * held if by_vector else 1.0
    best = 1 / (RANK_CONSTANT + 1)
    relevance = {
        pk: (1 - text_weight) / (RANK_CONSTANT + rank) / best
        for rank, pk in enumerate(by_vector, start=1)
    }
    ranks: dict[float, int] = {}
    for rank, share in enumerate(sorted(by_words.values(), reverse=True), start=1):
        ranks.setdefault(share, rank)
    for pk, share in by_words.items():
        gained = text_weight * share / held / (RANK_CONSTANT + ranks[share]) / best
        relevance[pk] = relevance.get(pk, 0.0) + gained
    return relevance


def rank(
    candidates: Sequence[Candidate],
    vectors: Matrix,
    *,
    weights: Weights,
    count: int,
    by_item: bool = True,
    with_rest: bool = False,
) -> list[Ranked]:
    """Return the best `count` candidates, the best first, whatever order they come in.

    `vectors` (n, d) are the candidates' embeddings with norm 1. Hidden images and what is out of
    stock are left out. With `by_item` an item's best variant stands for all. With `with_rest` all
    the others follow by their scores.
    """
    rows = [row for row, candidate in enumerate(candidates) if _is_shown(candidate)]
    ranked = {row: _score(candidates[row], weights) for row in rows}
    order = sorted(rows, key=lambda row: _standing(ranked[row]))
    if by_item:
        order = _one_of_each(order, candidates)
    pinned = [row for row in order if candidates[row].effect.pin is not None]
    rest = [row for row in order if candidates[row].effect.pin is None]
    chosen = spread(
        np.array([ranked[row].score for row in rest], np.float32),
        vectors[rest],
        vectors[pinned],
        count=count - len(pinned),
        diversity=weights.diversity,
    )
    shown = [*pinned, *(rest[place] for place in chosen)][:count]
    if with_rest:
        shown = list(dict.fromkeys([*shown, *order]))
    return [ranked[row] for row in shown]


def _is_shown(candidate: Candidate) -> bool:
    is_sold_out = candidate.facts.availability == Image.Availability.OUT_OF_STOCK
    return not (candidate.effect.is_hidden or is_sold_out)


def _score(candidate: Candidate, weights: Weights) -> Ranked:
    factors = {
        "relevance": candidate.relevance,
        "taste": weights.taste * candidate.taste,
        "popularity": weights.popularity * candidate.popularity,
        "rules": candidate.effect.boost,
    }
    told = {name: round(value, 4) for name, value in factors.items() if value}
    return Ranked(candidate, round(math.fsum(told.values()), 4), told)


def _standing(ranked: Ranked) -> tuple[float, float, str]:
    """Order by pin, then score; the id decides between equals, so that answers repeat."""
    pin = ranked.candidate.effect.pin
    return (math.inf if pin is None else pin, -ranked.score, str(ranked.candidate.facts.id))


def _one_of_each(order: Sequence[int], candidates: Sequence[Candidate]) -> list[int]:
    best: dict[str, int] = {}
    for row in order:
        best.setdefault(candidates[row].facts.item, row)
    return list(best.values())
