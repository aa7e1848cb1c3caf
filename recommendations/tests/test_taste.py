"""Taste is learned from events and stated in preferences."""

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


def make_event(image: UUID, kind: str, *, days: float = 0) -> Event:
    return Event(image_id=image, kind=kind, occurred_at=NOW - timedelta(days=days))


def test_purchases_weigh_more_than_clicks():
    taste = learn_taste([make_event(RED, "purchase"), make_event(BLUE, "click")], VECTORS, NOW)
    assert taste.liked[0] > taste.liked[1] > 0
    assert taste.disliked is None


def test_older_events_weigh_less():
    taste = learn_taste([make_event(RED, "like", days=90), make_event(BLUE, "like")], VECTORS, NOW)
    assert taste.liked[1] > 3 * taste.liked[0]


@pytest.mark.parametrize(("latest", "is_liked"), [("like", True), ("dislike", False)])
def test_latest_opinion_of_an_image_wins(latest, is_liked):
    first = "dislike" if latest == "like" else "like"
    events = [
        make_event(RED, latest),
        make_event(RED, first, days=1),
        make_event(RED, "click", days=2),
    ]
    taste = learn_taste(events, VECTORS, NOW)
    assert (taste.liked is not None) == is_liked
    assert (taste.disliked is not None) != is_liked


def test_no_events_teach_no_taste():
    assert learn_taste([], VECTORS, NOW) == LearnedTaste()
    assert learn_taste([make_event(UUID(int=9), "like")], VECTORS, NOW) == LearnedTaste()


def test_taste_prefers_images_like_the_liked_and_unlike_the_disliked():
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
        (Preferences(budget_max=Decimal(10)), 0.0),  # the price is unknown
    ],
)
def test_stated_preferences_score_the_share_that_an_image_has(preferences, score):
    assert score_preferences(make_facts(0), preferences) == score
