"""Collaboration improves the feeds of generated shoppers, and lowers no new product."""

import pytest
from django.core.management import call_command

from evaluation.collaboration.harness import COMBINED, CONTENT, measure
from evaluation.collaboration.shoppers import make_shop


@pytest.fixture(scope="module")
def figures():
    # The second row of the table in docs/evaluation.md; smaller shops prove nothing.
    old, new = measure(make_shop(seed=2, hidden_share=0.7))
    return old, new


def test_old_products_gain_beyond_doubt(figures):
    old, _ = figures
    assert old.ndcg[COMBINED].value > old.ndcg[CONTENT].value
    assert old.gain.low > 0


def test_new_products_lose_nothing(figures):
    _, new = figures
    assert new.recall[COMBINED] == new.recall[CONTENT]
    assert new.ndcg[COMBINED] == new.ndcg[CONTENT]


def test_command_prints_both(capsys):
    call_command("evaluate_together", shoppers=200)
    printed = capsys.readouterr().out
    assert "old products" in printed
    assert "new products" in printed
