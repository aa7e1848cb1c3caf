"""Ranking keeps its promises for any candidates."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search.public_images import ImageFacts
from recommendations.answers.judge import explain
from recommendations.ranking.match import Match
from recommendations.ranking.rank import (
    DIVERSITY_STEPS,
    Candidate,
    compute_distance,
    fuse,
    rank,
)
from recommendations.steering.rules import Effect
from recommendations.steering.weights import Weights

DIMENSIONS = 6
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def make_facts(number: int, *, item: str = "", availability: str = "in_stock") -> ImageFacts:
    pk = UUID(int=number + 1)
    return ImageFacts(
        id=pk,
        item=item or str(pk),
        category="dress",
        styles=frozenset(),
        age_group="",
        brand="",
        colour="",
        gender="",
        availability=availability,
        price=None,
    )


def make_vectors(seed: int, count: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


shares = st.floats(0, 1)
effects = st.builds(
    Effect,
    pin=st.none() | st.integers(0, 3),
    boost=st.floats(-1, 1),
    is_hidden=st.booleans(),
)


@st.composite
def candidate_lists(draw) -> list[Candidate]:
    count = draw(st.integers(0, 25))
    return [
        Candidate(
            facts=make_facts(
                number,
                item=draw(st.sampled_from(["", "a", "b"])),
                availability=draw(st.sampled_from(["in_stock", "out_of_stock"])),
            ),
            relevance=draw(shares),
            match=draw(st.sampled_from([None, *Match])),
            taste=draw(st.floats(-1, 1)),
            popularity=draw(shares),
            effect=draw(effects),
        )
        for number in range(count)
    ]


weights = st.builds(Weights, text=shares, taste=shares, popularity=shares, diversity=shares)
any_case = given(candidate_lists(), weights, st.integers(1, 30), st.integers(0, 5), st.booleans())


def ids_of(ranked) -> list[UUID]:
    return [place.candidate.facts.id for place in ranked]


@any_case
def test_hidden_and_sold_out_images_never_appear(candidates, weights, count, seed, by_item):
    vectors = make_vectors(seed, len(candidates))
    for place in rank(candidates, vectors, weights=weights, count=count, by_item=by_item):
        assert not place.candidate.effect.is_hidden
        assert place.candidate.facts.availability == "in_stock"


@any_case
def test_pinned_images_come_first(candidates, weights, count, seed, by_item):
    vectors = make_vectors(seed, len(candidates))
    ranked = rank(candidates, vectors, weights=weights, count=count, by_item=by_item)
    pins = [place.candidate.effect.pin for place in ranked]
    pinned = [pin for pin in pins if pin is not None]
    assert pins[: len(pinned)] == sorted(pinned)
    may_be_shown = [
        c
        for c in candidates
        if c.effect.pin is not None
        and not c.effect.is_hidden
        and c.facts.availability == "in_stock"
    ]
    assert bool(pinned) == bool(may_be_shown)


@any_case
def test_no_weaker_match_stands_above_a_stronger_one_unless_it_is_pinned(
    candidates, weights, count, seed, by_item
):
    vectors = make_vectors(seed, len(candidates))
    ranked = rank(
        candidates, vectors, weights=weights, count=count, by_item=by_item, with_rest=True
    )
    levels = [place.candidate.level for place in ranked if place.placed_by is None]
    assert levels == sorted(levels, reverse=True)
    assert all(place.candidate.is_pinned for place in ranked if place.placed_by is not None)


@any_case
def test_score_says_the_match_and_is_at_most_1(candidates, weights, count, seed, by_item):
    vectors = make_vectors(seed, len(candidates))
    for place in rank(candidates, vectors, weights=weights, count=count, by_item=by_item):
        level = place.candidate.level
        assert level / 3 - 1e-6 <= place.score <= (level + 1) / 3 + 1e-6


@any_case
def test_order_of_candidates_has_no_effect(candidates, weights, count, seed, by_item):
    vectors = make_vectors(seed, len(candidates))
    straight = rank(candidates, vectors, weights=weights, count=count, by_item=by_item)
    backwards = rank(candidates[::-1], vectors[::-1], weights=weights, count=count, by_item=by_item)
    assert ids_of(straight) == ids_of(backwards)


@any_case
def test_factors_add_up_and_items_appear_once(candidates, weights, count, seed, by_item):
    vectors = make_vectors(seed, len(candidates))
    ranked = rank(candidates, vectors, weights=weights, count=count, by_item=by_item)
    assert len(ranked) <= count
    for place in ranked:
        assert sum(place.factors.values()) == pytest.approx(place.score, abs=1e-3)
        assert explain(place).endswith(".")
    if by_item:
        items = [place.candidate.facts.item for place in ranked]
        assert len(items) == len(set(items))


@given(
    st.integers(0, 10_000),
    st.integers(2, 40),
    st.integers(2, 12),
    st.sampled_from(DIVERSITY_STEPS),
    st.sampled_from(DIVERSITY_STEPS),
)
@settings(max_examples=150)
def test_more_diversity_never_reduces_distance(seed, number, count, one, other):
    vectors = make_vectors(seed, number)
    relevance = np.random.default_rng(seed + 1).random(number)
    candidates = [Candidate(make_facts(n), float(relevance[n])) for n in range(number)]

    def distance(diversity: float) -> float:
        ranked = rank(candidates, vectors, weights=Weights(diversity=diversity), count=count)
        rows = [place.candidate.facts.id.int - 1 for place in ranked]
        return compute_distance(vectors @ vectors.T, rows)

    less, more = sorted((one, other))
    assert distance(0.0) <= distance(less) + 1e-6
    assert distance(less) <= distance(more) + 1e-6


def test_without_diversity_the_score_decides():
    candidates = [Candidate(make_facts(n), relevance=n / 10) for n in range(5)]
    ranked = rank(candidates, make_vectors(1, 5), weights=Weights(diversity=0), count=3)
    assert [place.factors["relevance"] * 18 for place in ranked] == pytest.approx(
        [0.4, 0.3, 0.2], abs=1e-4
    )
    assert [place.score for place in ranked] == sorted((p.score for p in ranked), reverse=True)


def test_rest_follows_by_score_without_repetition():
    candidates = [Candidate(make_facts(n), relevance=n / 10) for n in range(6)]
    vectors = make_vectors(1, 6)
    best = rank(candidates, vectors, weights=Weights(diversity=1), count=3)
    every = rank(candidates, vectors, weights=Weights(diversity=1), count=3, with_rest=True)
    assert every[:3] == best
    scores = [place.score for place in every[3:]]
    assert scores == sorted(scores, reverse=True)
    assert {place.candidate.facts.id for place in every} == {c.facts.id for c in candidates}
    assert len(every) == 6


def test_relevance_is_1_for_the_first_of_both_lists_and_falls_with_rank():
    first, second, worded = (UUID(int=n) for n in (1, 2, 3))
    relevance = fuse([first, second], {first: 1.0, worded: 0.5}, text_weight=0.3)
    assert relevance[first] == pytest.approx(1)
    assert relevance[first] > relevance[second] > relevance[worded]


def test_equal_shares_of_words_have_equal_relevance():
    near, *rest = (UUID(int=n) for n in range(9, 0, -1))
    relevance = fuse([near], dict.fromkeys(rest, 0.5) | {near: 0.5}, text_weight=0.6)
    assert [relevance[pk] for pk in rest] == pytest.approx([0.3] * len(rest))
    assert relevance[near] == pytest.approx(1)


def test_smaller_shares_of_words_weigh_less():
    near, worded = UUID(int=1), UUID(int=2)
    for share in (1.0, 0.5, 0.1):
        relevance = fuse([near], {worded: share}, text_weight=0.6)
        assert relevance == {
            near: pytest.approx(1 - 0.6 * share),
            worded: pytest.approx(0.6 * share),
        }


def test_relevance_of_one_list_alone_is_its_rank():
    first = UUID(int=1)
    assert fuse([first], {}, text_weight=0.3) == {first: pytest.approx(1)}
    assert fuse([], {first: 0.2}, text_weight=0.3) == {first: pytest.approx(1)}


@pytest.mark.parametrize(
    ("candidate", "sentence"),
    [
        (Candidate(make_facts(1), 0.5, 0.31), "Resembles the query (similarity 0.31)."),
        (
            Candidate(make_facts(1), 0.1, effect=Effect(boost=0.5, reasons=(("Sale", "boost"),))),
            "Is boosted by the rule “Sale”; contains words of the query.",
        ),
        (
            Candidate(make_facts(1), 0.1, effect=Effect(pin=0, reasons=(("Launch", "pin"),))),
            "Pinned by the rule “Launch”.",
        ),
        (Candidate(make_facts(1), 0.0), "Is among the nearest images."),
    ],
)
def test_explanation_names_the_strongest_factors(candidate, sentence):
    (place,) = rank([candidate], make_vectors(1, 1), weights=Weights(), count=1)
    assert explain(place) == sentence
