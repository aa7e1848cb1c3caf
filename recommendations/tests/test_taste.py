"""Taste is learned from what shoppers did, and from what they said."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from recommendations.models import Event, Preferences
from recommendations.ranking.taste import (
    LearnedTaste,
    learn_taste,
    score_preferences,
    score_taste,
)
from recommendations.tests.test_ranking import make_facts

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RED, BLUE = UUID(int=1), UUID(int=2)
VECTORS = {RED: np.array([1, 0], np.float32), BLUE: np.array([0, 1], np.float32)}


def event(image: UUID, kind: str, *, days: float = 0) -> Event:
    return Event(image_id=image, kind=kind, occurred_at=NOW - timedelta(days=days))


def test_what_was_bought_counts_more_than_what_was_clicked():
    taste = learn_taste([event(RED, "purchase"), event(BLUE, "click")], VECTORS, NOW)
    assert taste.liked[0] > taste.liked[1] > 0
    assert taste.disliked is None


def test_what_is_long_ago_counts_less():
    taste = learn_taste([event(RED, "like", days=90), event(BLUE, "like")], VECTORS, NOW)
    assert taste.liked[1] > 3 * taste.liked[0]


@pytest.mark.parametrize(("latest", "is_liked"), [("like", True), ("dislike", False)])
def test_the_latest_opinion_of_an_image_holds(latest, is_liked):
    first = "dislike" if latest == "like" else "like"
    events = [event(RED, latest), event(RED, first, days=1), event(RED, "click", days=2)]
    taste = learn_taste(events, VECTORS, NOW)
    assert (taste.liked is not None) == is_liked
    assert (taste.disliked is not None) != is_liked


def test_nothing_is_learned_from_nothing():
    assert learn_taste([], VECTORS, NOW) == LearnedTaste()
    assert learn_taste([event(UUID(int=9), "like")], VECTORS, NOW) == LearnedTaste()


def test_what_is_like_the_liked_suits_and_what_is_like_the_disliked_does_not():
    facts = [make_facts(0), make_facts(1)]
    vectors = np.stack([VECTORS[RED], VECTORS[BLUE]])
    likes = score_taste(facts, vectors, LearnedTaste(liked=VECTORS[RED]), None)
    dislikes = score_taste(facts, vectors, LearnedTaste(disliked=VECTORS[RED]), None)
    assert likes[0] > 0 > likes[1]
    assert dislikes[0] < dislikes[1]


@pytest.mark.parametrize(
    ("preferences", "score"),
    [
        (Preferences(), 0.0),
        (Preferences(liked={"category": ["Dress"]}), 1.0),
        (Preferences(liked={"category": ["dress"], "brand": ["Ada"]}), 0.5),
        (Preferences(avoided={"category": ["dress"]}), -1.0),
        (Preferences(budget_max=Decimal(10)), 0.0),  # a price that is not known is none too high
    ],
)
def test_stated_preferences_count_by_the_share_that_an_image_has(preferences, score):
    assert score_preferences(make_facts(0), preferences) == score
