"""Measures of rankings, compared with values computed manually."""

from itertools import permutations
from math import log2
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.public_images import ImageFacts
from evaluation.search.catalogue import Catalogue, Listing
from evaluation.search.judgements import Query
from evaluation.search.metrics import (
    binary,
    coverage,
    diversity,
    ndcg_at,
    precision_at,
    recall_at,
    reciprocal_rank,
)
from evaluation.statistics import mean_figure, sample

grades = st.lists(st.integers(0, 3), min_size=1, max_size=12)
cutoffs = st.integers(1, 15)
shares = st.lists(st.floats(0, 1), min_size=2, max_size=30)


@st.composite
def rankings(draw) -> tuple[list[int], list[int]]:
    """Return the grades of a ranking, and of all relevant images."""
    ideal = draw(grades.filter(any))
    order = draw(st.permutations(ideal))
    return order[: draw(st.integers(0, len(order)))], ideal


def interval(values: list[float]) -> tuple[float, float]:
    """Return the ends of the interval of two values or more."""
    figure = mean_figure(values)
    assert figure is not None and figure.low is not None and figure.high is not None
    assert figure.value == pytest.approx(np.mean(values))
    return figure.low, figure.high


# --- Examples --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "ideal", "recall", "precision", "reciprocal"),
    [
        ([1, 0, 1, 0, 0], [1, 1, 1], 2 / 3, 2 / 4, 1),
        ([0, 0, 2, 0, 1], [2, 1], 1 / 2, 1 / 4, 1 / 3),  # the fifth comes too late
        ([0, 0], [1], 0, 0, 0),
        ([3], [3], 1, 1 / 4, 1),  # three places are empty
        ([], [1, 1], 0, 0, 0),
    ],
)
def test_counts_relevant_images_among_the_first_four(shown, ideal, recall, precision, reciprocal):
    assert recall_at(4, shown, ideal) == pytest.approx(recall)
    assert precision_at(4, shown) == pytest.approx(precision)
    assert reciprocal_rank(shown) == pytest.approx(reciprocal)


def test_ndcg_discounts_the_gain_of_each_rank():
    gained = 3 + 2 / log2(3) + 3 / log2(4) + 0 + 1 / log2(6)
    best = 3 + 3 / log2(3) + 2 / log2(4) + 2 / log2(5) + 1 / log2(6)
    assert ndcg_at(5, [3, 2, 3, 0, 1], [3, 3, 2, 2, 1]) == pytest.approx(gained / best)


@pytest.mark.parametrize(("k", "theirs"), [(6, 0.9608081943360616), (3, 0.9777813616305048)])
def test_ndcg_equals_scikit_learns(k, theirs):
    """Compare with values of `sklearn.metrics.ndcg_score` 1.9.1."""
    assert ndcg_at(k, [3, 2, 3, 0, 1, 2], [3, 2, 3, 0, 1, 2]) == pytest.approx(theirs)


def test_ndcg_ignores_ranks_after_k():
    assert ndcg_at(2, [0, 1, 1], [1, 1]) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert ndcg_at(1, [0, 1], [1]) == 0


def test_binary_ndcg_ignores_the_size_of_grades():
    shown, ideal = [1, 3, 0], [3, 1]
    assert ndcg_at(3, binary(shown), binary(ideal)) == 1
    assert ndcg_at(3, shown, ideal) == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_diversity_of_equal_orthogonal_and_opposite_vectors():
    x, y = np.eye(2, dtype=np.float32)
    assert diversity(np.stack([x, x, x])) == pytest.approx(0)
    assert diversity(np.stack([x, y])) == pytest.approx(1)
    assert diversity(np.stack([x, -x])) == pytest.approx(2)
    assert diversity(np.stack([x, x, y])) == pytest.approx(2 / 3)
    assert diversity(np.stack([x])) is None
    assert diversity(np.empty((0, 0), np.float32)) is None


def test_coverage_counts_each_item_of_the_catalogue_once():
    assert coverage([["a", "b"], ["b", "c", "gone"]], ["a", "b", "c", "d"]) == 3 / 4
    assert coverage([], ["a"]) == 0


def test_interval_narrows_with_more_queries():
    few, many = (np.ptp(interval([0, 1] * times)) for times in (5, 500))
    assert few > 5 * many
    # The normal approximation: 1.96 times the standard error, 0.5 / √1000.
    assert many == pytest.approx(2 * 1.96 * 0.5 / 1000**0.5, rel=0.1)


def test_one_value_has_no_interval_and_no_values_no_figure():
    assert (mean_figure([0.25]).low, mean_figure([0.25]).high) == (None, None)
    assert mean_figure([]) is None


# --- Any ranking -------------------------------------------------------------


@given(rankings(), cutoffs)
def test_every_figure_is_a_share(ranking, k):
    shown, ideal = ranking
    for value in (
        recall_at(k, shown, ideal),
        precision_at(k, shown),
        reciprocal_rank(shown),
        ndcg_at(k, shown, ideal),
        ndcg_at(k, binary(shown), binary(ideal)),
    ):
        assert 0 <= value <= 1 + 1e-12


@given(grades.filter(any), cutoffs)
def test_the_best_order_is_perfect(ideal, k):
    shown = sorted(ideal, reverse=True)
    assert ndcg_at(k, shown, ideal) == pytest.approx(1)
    assert reciprocal_rank(shown) == 1
    assert recall_at(len(ideal), shown, ideal) == 1


@given(st.lists(st.integers(0, 3), min_size=2, max_size=5).filter(any))
def test_no_order_is_better_than_the_best(ideal):
    values = [ndcg_at(5, order, ideal) for order in permutations(ideal)]
    assert max(values) == pytest.approx(1)


@given(rankings(), cutoffs)
def test_recall_never_falls_with_more_images(ranking, k):
    shown, ideal = ranking
    assert recall_at(k, shown, ideal) <= recall_at(k + 1, shown, ideal)


@given(rankings(), cutoffs, st.data())
def test_a_relevant_image_at_a_higher_rank_is_never_worse(ranking, k, data):
    shown, ideal = ranking
    lower = data.draw(st.integers(0, max(len(shown) - 1, 0)))
    upper = data.draw(st.integers(0, lower))
    if not shown or shown[upper] >= shown[lower]:
        return
    moved = list(shown)
    moved[upper], moved[lower] = moved[lower], moved[upper]
    assert ndcg_at(k, moved, ideal) >= ndcg_at(k, shown, ideal) - 1e-12


@given(st.integers(2, 8), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_diversity_is_the_mean_over_pairs(n, d, seed):
    rows = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows @ rows.T
    pairs = [1 - cosines[i, j] for i in range(n) for j in range(i)]
    spread = diversity(rows)
    assert spread == pytest.approx(np.mean(pairs), abs=1e-5)
    assert spread is not None and 0 <= spread <= 2


@given(shares)
def test_the_interval_lies_within_the_values_and_is_always_the_same(values):
    low, high = interval(values)
    assert (low, high) == interval(values)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


@given(st.lists(st.integers(), unique=True), st.integers(1, 50))
def test_a_sample_keeps_the_order_and_repeats_nothing(things, maximum):
    drawn = sample(things, maximum)
    assert len(drawn) == min(maximum, len(things)) and drawn == sample(things, maximum)
    assert drawn == [thing for thing in things if thing in set(drawn)]


# --- Items ----------------------------------------------------------------------------


def make_facts(image: UUID, item: str) -> ImageFacts:
    return ImageFacts(
        id=image,
        item=item,
        category="",
        styles=frozenset(),
        age_group="",
        brand="",
        colour="",
        gender="",
        availability="in_stock",
        price=None,
    )


def make_catalogue(**items: str) -> tuple[Catalogue, dict[str, UUID]]:
    """Return a catalogue of images by name, each of the item given."""
    ids = {name: UUID(int=number) for number, name in enumerate(items, 1)}
    listings = {
        ids[name]: Listing(name, "", make_facts(ids[name], item)) for name, item in items.items()
    }
    return Catalogue(listings), ids


def test_an_item_counts_once_with_the_grade_of_the_image_shown_first():
    catalogue, ids = make_catalogue(front="coat", back="coat", hat="hat", sock="sock")
    query = Query("title", "coat", catalogue.grades_for([ids["front"]]) | {ids["hat"]: 1})

    def grade(*names: str) -> list[int]:
        return list(query.grade([ids[name] for name in names], catalogue))

    assert grade("front", "back", "hat") == [2, 0, 1]
    assert grade("sock", "back", "front") == [0, 1, 0]
    assert sorted(query.ideal(catalogue)) == [1, 2]


@given(st.lists(st.sampled_from(["a1", "a2", "b1", "c1", "c2"]), unique=True), cutoffs)
def test_a_ranking_of_images_is_never_better_than_the_ideal_of_items(names, k):
    catalogue, ids = make_catalogue(a1="a", a2="a", b1="b", c1="c", c2="c")
    query = Query("judged", "x", {ids["a1"]: 3, ids["a2"]: 1, ids["b1"]: 2, ids["c2"]: 0})
    shown = query.grade([ids[name] for name in names], catalogue)
    assert ndcg_at(k, shown, query.ideal(catalogue)) <= 1 + 1e-12
    assert recall_at(k, shown, query.ideal(catalogue)) <= 1
