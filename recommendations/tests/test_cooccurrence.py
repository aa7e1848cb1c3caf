"""Products that occur together more than by chance are neighbours."""

import numpy as np
import pytest

from recommendations.affinity import cooccurrence
from recommendations.affinity.cooccurrence import (
    MAX_NEIGHBOURS,
    compute_likelihood_ratio,
    find_neighbours,
    sum_up,
)
from recommendations.affinity.interactions import Pairs


def make_pairs(baskets: list[list[int]], strength: float = 1.0) -> Pairs:
    units = np.repeat(np.arange(len(baskets)), [len(basket) for basket in baskets])
    products = np.array([product for basket in baskets for product in basket])
    return Pairs(units, products, np.full(units.size, strength))


def neighbours(baskets: list[list[int]], products: int) -> dict[int, list[int]]:
    pairs = make_pairs(baskets)
    found = find_neighbours(pairs, sum_up(pairs, products), np.arange(products))
    return {number: [near.product for near in nearest] for number, nearest in found}


def test_likelihood_ratio_is_that_of_dunning():
    # The table of "the swiss" in Dunning 1993, table 1: its value is 270.72 (110 of 31,777 words).
    ratio = compute_likelihood_ratio(
        np.array([110.0]), np.array([2_552.0]), np.array([221.0]), 31_777
    )
    assert ratio[0] == pytest.approx(270.72, abs=0.01)


def test_pair_that_is_always_bought_together_is_found_on_both_sides():
    baskets = [[0, 1]] * 10 + [[2], [3]] * 50
    assert neighbours(baskets, 4) == {0: [1], 1: [0]}


def test_popular_product_is_nobodys_neighbour_by_chance():
    generator = np.random.default_rng(1)
    # Product 0 is in nine of ten orders, of whatever else.
    baskets = [
        [0, other] if generator.random() < 0.9 else [other]
        for other in generator.integers(1, 20, size=400).tolist()
    ]
    assert 0 not in neighbours(baskets, 20)


def test_two_shoppers_are_too_few_for_a_figure():
    assert neighbours([[0, 1]] * 2 + [[2]] * 500, 3) == {}
    assert neighbours([[0, 1]] * 3 + [[2]] * 500, 3) == {0: [1], 1: [0]}


def test_pair_with_more_support_comes_first():
    baskets = [[0, 1]] * 40 + [[0, 2]] * 5 + [[3]] * 500
    assert neighbours(baskets, 4)[0] == [1, 2]


def test_products_have_a_limited_number_of_neighbours():
    baskets = [list(range(30))] * 5 + [[30]] * 100
    assert {len(nearest) for nearest in neighbours(baskets, 31).values()} == {MAX_NEIGHBOURS}


def test_small_steps_find_the_same(monkeypatch):
    generator = np.random.default_rng(2)
    baskets = [generator.choice(30, 5, replace=False).tolist() for _ in range(50)]
    baskets += [[0, 1, 2]] * 20 + [[9, 11]] * 10
    at_once = neighbours(baskets, 30)
    monkeypatch.setattr(cooccurrence, "MAX_STEP_PAIRS", 50)
    assert neighbours(baskets, 30) == at_once
    assert at_once[9] == [11]
