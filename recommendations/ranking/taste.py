"""A shopper's taste: learned from their events, and stated in their preferences.

Embeddings are float32 with norm 1. The learned taste is a weighted mean of the embeddings of the
images that a shopper acted on; stronger and more recent actions weigh more. Dislikes have a mean of
their own, because the opposite of a garment's vector is not a garment. Taste is learned for every
answer, so that the next event counts immediately. Where the events suffice, what other shoppers
with the same taste chose is part of it (`recommendations.ranking.collaboration`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.models import VectorIndex
from catalog.search.public_images import ImageFacts, read_embeddings
from core.ml.vector_store import Vectors
from recommendations.feedback.shoppers import (
    OPINIONS,
    find_disliked_images,
    find_shopper,
    read_preferences,
    read_taste_events,
)
from recommendations.models import Event, Preferences
from recommendations.ranking.collaboration import Collaboration, read_collaboration
from tenants.models import Shop, Shopper

HALF_LIFE_DAYS = 30.0
EVENT_WEIGHTS: Mapping[str, float] = {
    Event.Kind.CLICK: 0.25,
    Event.Kind.LIKE: 0.8,
    Event.Kind.ADD_TO_CART: 0.7,
    Event.Kind.PURCHASE: 1.0,
    Event.Kind.DISLIKE: -1.0,
}
DISLIKE_SHARE = 0.5
OVER_BUDGET = -0.5
# A similarity this many standard deviations above the mean of all candidates scores 1.
MAX_DEVIATIONS = 2.5


@dataclass(frozen=True, slots=True)
class LearnedTaste:
    """Mean embeddings of liked and of disliked images, (d,) each; None without such events."""

    liked: Vectors | None = None
    disliked: Vectors | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a query: a shopper, or an anonymous session.

    `hidden` are images that the shopper dislikes. `has_acted`: the shopper has events of their own,
    not only of this session. `collaboration`: None without enough events.
    """

    shopper: Shopper | None = None
    taste: LearnedTaste = field(default_factory=LearnedTaste)
    preferences: Preferences | None = None
    hidden: frozenset[UUID] = frozenset()
    has_acted: bool = False
    collaboration: Collaboration | None = None


def read_visitor(
    *, shop: Shop, index: VectorIndex, external_id: str | None, session: str, now: datetime
) -> Visitor:
    """Return what is known about a shopper and a session; an unknown shopper counts as new."""
    shopper = find_shopper(shop, external_id) if external_id else None
    if shopper is None and not session:
        return Visitor()
    events = read_taste_events(shopper.pk if shopper else None, session)
    embeddings = read_embeddings(index, [event.image_id for event in events]) if events else {}
    return Visitor(
        shopper=shopper,
        taste=learn_taste(events, embeddings, now),
        preferences=read_preferences(shopper) if shopper else None,
        hidden=frozenset(find_disliked_images(shopper.pk)) if shopper else frozenset(),
        has_acted=any(event.shopper_id for event in events),
        collaboration=read_collaboration(_find_strengths(events)),
    )


def learn_taste(
    events: Sequence[Event], embeddings: Mapping[UUID, Vectors], now: datetime
) -> LearnedTaste:
    """Return the taste that events show; the latest like or dislike of an image wins."""
    opinions: dict[UUID, str] = {}
    for event in sorted(events, key=lambda event: event.occurred_at, reverse=True):
        if event.kind in OPINIONS:
            opinions.setdefault(event.image_id, event.kind)
    liked: list[Vectors] = []
    disliked: list[Vectors] = []
    for event in events:
        weight = EVENT_WEIGHTS.get(event.kind, 0.0)
        vector = embeddings.get(event.image_id)
        if vector is None or not weight:
            continue
        overruling = Event.Kind.DISLIKE if weight > 0 else Event.Kind.LIKE
        if opinions.get(event.image_id) == overruling:
            continue
        days = max((now - event.occurred_at).total_seconds() / 86_400, 0.0)
        vectors = liked if weight > 0 else disliked
        vectors.append(abs(weight) * 0.5 ** (days / HALF_LIFE_DAYS) * vector)
    return LearnedTaste(_normalise_sum(liked), _normalise_sum(disliked))


def _find_strengths(events: Sequence[Event]) -> dict[UUID, float]:
    """Return how strongly each image was chosen, -1 to 1; its latest opinion overrules the rest."""
    strengths: dict[UUID, float] = {}
    opinions: set[UUID] = set()
    for event in events:  # newest first
        if event.image_id in opinions:
            continue
        weight = EVENT_WEIGHTS.get(event.kind, 0.0)
        if event.kind in OPINIONS:
            opinions.add(event.image_id)
            best = max(strengths.get(event.image_id, 0.0), weight)
            strengths[event.image_id] = weight if weight < 0 else best
        else:
            strengths[event.image_id] = max(strengths.get(event.image_id, 0.0), weight)
    return strengths


def score_taste(
    facts: Sequence[ImageFacts],
    vectors: NDArray[np.float32],
    taste: LearnedTaste,
    preferences: Preferences | None,
) -> NDArray[np.float32]:
    """Return how well each candidate suits the shopper, (n,), from -1 to 1."""
    total = _score_vectors(vectors, taste)
    if preferences is not None:
        total += np.array([score_preferences(fact, preferences) for fact in facts], np.float32)
    return total.clip(-1, 1)


def score_learned_taste(vectors: NDArray[np.float32], taste: LearnedTaste) -> NDArray[np.float32]:
    """Return how well photos suit what was learned of the shopper, (n,), from -1 to 1."""
    return _score_vectors(vectors, taste).clip(-1, 1)


def _score_vectors(vectors: NDArray[np.float32], taste: LearnedTaste) -> NDArray[np.float32]:
    total = np.zeros(len(vectors), np.float32)
    if taste.liked is not None:
        total += _standardise(vectors @ taste.liked)
    if taste.disliked is not None:
        total -= DISLIKE_SHARE * _standardise(vectors @ taste.disliked).clip(min=0)
    return total


def score_preferences(facts: ImageFacts, preferences: Preferences) -> float:
    """Return the share of liked facets that an image has, less 1 if it has an avoided facet.

    `OVER_BUDGET` is added where the price is outside the budget.
    """
    values = {
        "category": facts.categories,
        "styles": facts.styles,
        "colour": {facts.colour},
        "brand": {facts.brand},
    }
    liked, avoided = (
        [
            bool(values[facet] & {value.lower() for value in wanted})
            for facet, wanted in stated.items()
            if facet in values and wanted
        ]
        for stated in (preferences.liked, preferences.avoided)
    )
    score = sum(liked) / len(liked) if liked else 0.0
    if any(avoided):
        score -= 1.0
    return score + (OVER_BUDGET if _is_outside_budget(facts, preferences) else 0.0)


def _is_outside_budget(facts: ImageFacts, preferences: Preferences) -> bool:
    if facts.price is None:
        return False
    low, high = preferences.budget_min, preferences.budget_max
    return bool((high is not None and facts.price > high) or (low and facts.price < low))


def _standardise(similarities: Vectors) -> NDArray[np.float32]:
    """Return each similarity's position among all, (n,), from -1 to 1."""
    scale = float(similarities.std()) * MAX_DEVIATIONS
    positions: NDArray[np.float32] = (similarities - similarities.mean()) / max(scale, 1e-6)
    return positions.clip(-1, 1)


def _normalise_sum(vectors: Sequence[Vectors]) -> Vectors | None:
    if not vectors:
        return None
    total = np.sum(vectors, axis=0)
    unit: Vectors = total / max(float(np.linalg.norm(total)), 1e-6)
    return unit
