"""Collaborative vectors show which products the same shoppers choose."""

import subprocess
import sys

import numpy as np
import pytest

from recommendations.affinity.factorization import MIN_SHOPPERS_OF_PRODUCT, factorize
from recommendations.affinity.interactions import Pairs
from recommendations.ranking.collaboration import exchange, fold_in

SHOPPERS, PRODUCTS, CHOSEN = 300, 40, 8


def make_two_tastes(shoppers: int = SHOPPERS) -> Pairs:
    """Return shoppers who choose among the first or the second half of the products."""
    generator = np.random.default_rng(4)
    half = PRODUCTS // 2
    chosen = [
        generator.choice(half, CHOSEN, replace=False) + half * (shopper % 2)
        for shopper in range(shoppers)
    ]
    units = np.repeat(np.arange(shoppers), CHOSEN)
    return Pairs(units, np.concatenate(chosen), np.ones(units.size))


def test_shopper_who_was_not_there_gets_the_products_of_their_taste():
    found = factorize(make_two_tastes())
    vector = fold_in(found.vectors[[1, 5, 9]], np.ones(3, np.float32), found.gram)
    scores = found.vectors @ vector
    best = np.argsort(-scores)[: PRODUCTS // 2]
    assert (best < PRODUCTS // 2).mean() >= 0.9


def test_dislikes_lower_products_like_the_disliked():
    found = factorize(make_two_tastes())
    rows = [1, 5, 30, 35]
    likes = fold_in(found.vectors[rows], np.array([1, 1, 1, 1], np.float32), found.gram)
    mixed = fold_in(found.vectors[rows], np.array([1, 1, -1, -1], np.float32), found.gram)
    others = found.vectors[20:30]
    assert (others @ mixed).mean() < (others @ likes).mean()


def test_few_shoppers_teach_nothing():
    assert factorize(make_two_tastes(shoppers=40)) is None


def test_product_of_few_shoppers_has_no_vector():
    pairs = make_two_tastes()
    few = MIN_SHOPPERS_OF_PRODUCT - 1
    extended = Pairs(
        np.append(pairs.units, np.arange(few)),
        np.append(pairs.products, [PRODUCTS] * few),
        np.append(pairs.strengths, np.ones(few)),
    )
    assert factorize(extended).products.tolist() == list(range(PRODUCTS))


def test_exchange_keeps_rows_without_a_wanted_score_in_their_place():
    own = np.array([5, 4, 3, 2, 1], np.float32)
    wanted = np.array([0.1, np.nan, 0.9, np.nan, 0.5], np.float32)
    assert exchange(own, wanted).tolist() == [1, 4, 5, 2, 3]


@pytest.mark.parametrize("module", ["recommendations.api.urls", "core.urls"])
def test_web_processes_do_not_import_what_trains(module):
    code = (
        f"import django; django.setup(); import sys, {module};"
        "print(sorted({'implicit', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
