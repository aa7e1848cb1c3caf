"""What a shopper likes: learned from what they did, and stated by themselves; pure functions.

Embeddings are float32 with norm 1. The learned part is a mean of the images a shopper dealt with,
each by how telling the deed was and how long ago; what they dislike has a mean of its own, since
its opposite is no garment. It is learned anew for each answer, so that the next event counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.search.image_facts import Facts
from core.ml.vector_store import Vectors
from recommendations.models import Event, Preferences

HALF_LIFE_DAYS = 30.0
TELLING: Mapping[str, float] = {
    Event.Kind.CLICK: 0.25,
    Event.Kind.LIKE: 0.8,
    Event.Kind.ADD_TO_CART: 0.7,
    Event.Kind.PURCHASE: 1.0,
    Event.Kind.DISLIKE: -1.0,
}
DISLIKE_SHARE = 0.5
OVER_BUDGET = -0.5
# Of the shop's candidates, one this many standard deviations above the mean suits entirely.
DEVIATIONS = 2.5


@dataclass(frozen=True, slots=True)
class Learned:
    """Where a shopper's likes and dislikes lie, (d,) each, or None without any."""

    liked: Vectors | None = None
    disliked: Vectors | None = None


def learn(events: Sequence[Event], embeddings: Mapping[UUID, Vectors], now: datetime) -> Learned:
    """Return the means of what is liked and disliked; an image's latest like or dislike holds."""
    opinion: dict[UUID, str] = {}
    for event in sorted(events, key=lambda event: event.occurred_at, reverse=True):
        if event.kind in {Event.Kind.LIKE, Event.Kind.DISLIKE}:
            opinion.setdefault(event.image_id, event.kind)
    sums: dict[bool, list[Vectors]] = {True: [], False: []}
    for event in events:
        worth = TELLING.get(event.kind, 0.0)
        vector = embeddings.get(event.image_id)
        if vector is None or not worth:
            continue
        decided = opinion.get(event.image_id)
        if decided == Event.Kind.DISLIKE and worth > 0:
            continue
        if decided == Event.Kind.LIKE and worth < 0:
            continue
        days = max((now - event.occurred_at).total_seconds() / 86_400, 0.0)
        sums[worth > 0].append(abs(worth) * 0.5 ** (days / HALF_LIFE_DAYS) * vector)
    return Learned(_unit(sums[True]), _unit(sums[False]))


def suit(
    facts: Sequence[Facts],
    vectors: NDArray[np.float32],
    learned: Learned,
    preferences: Preferences | None,
) -> NDArray[np.float32]:
    """Return how much each candidate suits the shopper, (n,), from -1 to 1."""
    total = np.zeros(len(facts), np.float32)
    if learned.liked is not None:
        total += _standing(vectors @ learned.liked)
    if learned.disliked is not None:
        total -= DISLIKE_SHARE * _standing(vectors @ learned.disliked).clip(min=0)
    if preferences is not None:
        total += np.array([stated(fact, preferences) for fact in facts], np.float32)
    return total.clip(-1, 1)


def stated(facts: Facts, preferences: Preferences) -> float:
    """Return how far an image meets stated preferences: the share that it has, less the avoided."""
    named = {
        "category": {facts.category},
        "styles": facts.styles,
        "colour": {facts.colour},
        "brand": {facts.brand},
    }
    liked, avoided = (
        [
            bool(named[facet] & {value.lower() for value in values})
            for facet, values in wanted.items()
            if facet in named and values
        ]
        for wanted in (preferences.liked, preferences.avoided)
    )
    suits = sum(liked) / len(liked) if liked else 0.0
    if any(avoided):
        suits -= 1.0
    return suits + (OVER_BUDGET if _is_over_budget(facts, preferences) else 0.0)


def _is_over_budget(facts: Facts, preferences: Preferences) -> bool:
    if facts.price is None:
        return False
    low, high = preferences.budget_min, preferences.budget_max
    return bool((high is not None and facts.price > high) or (low and facts.price < low))


def _standing(similarities: Vectors) -> NDArray[np.float32]:
    """Return where each similarity stands among all, (n,), from -1 to 1."""
    spread = float(similarities.std()) * DEVIATIONS
    standing: NDArray[np.float32] = (similarities - similarities.mean()) / max(spread, 1e-6)
    return standing.clip(-1, 1)


def _unit(vectors: Sequence[Vectors]) -> Vectors | None:
    if not vectors:
        return None
    mean = np.sum(vectors, axis=0)
    unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-6)
    return unit
