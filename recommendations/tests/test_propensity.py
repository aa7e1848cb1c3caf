"""How likely shoppers look at a position is estimated from clicks, with a default."""

import numpy as np
import pytest

from core.tenancy import shop_scope
from recommendations.affinity.propensity import (
    DEFAULT,
    MIN_PROPENSITY,
    estimate_propensities,
    read_propensities,
)
from recommendations.tests.factories import make_answer
from recommendations.tests.figures import make_event, make_plain_image, make_prompt

pytestmark = pytest.mark.django_db
LOOKS = np.array([1.0, 0.5, 0.3, 0.2, 0.15])


def simulate(shown_each: int) -> list[tuple[int, int, int, int]]:
    """Return the counts of images that clicks fit exactly, shown unevenly over five positions."""
    generator = np.random.default_rng(3)
    rows = []
    for image in range(40):
        attraction = generator.uniform(0.05, 0.5)
        for place in range(5):
            # Attractive images stand higher, as in an answer.
            shown = int(shown_each * (1 + 3 * attraction * (4 - place)))
            clicks = generator.binomial(shown, attraction * LOOKS[place])
            rows.append((image, place + 1, shown, int(clicks)))
    return rows


def test_finds_how_shoppers_look_though_better_images_stand_higher():
    found = estimate_propensities(*zip(*simulate(500), strict=True))
    assert np.allclose(found[:5], LOOKS, atol=0.05)


def test_few_clicks_stay_near_the_default():
    found = estimate_propensities([0, 0], [1, 2], [3, 3], [0, 1])
    assert np.allclose(found[:2], DEFAULT[:2], atol=0.06)


def test_no_position_counts_as_never_looked_at():
    found = estimate_propensities([0, 0], [1, 9], [9_000, 9_000], [5_000, 0])
    assert found[8] == MIN_PROPENSITY


def test_shop_without_clicks_has_the_default(shop):
    make_prompt(shop.shop)
    with shop_scope(shop.shop.pk):
        assert (read_propensities() == DEFAULT).all()


def test_clicks_below_raise_a_position_and_other_shops_do_not_count(shop, rival):
    for tenant, clicked in ((shop.shop, 1), (rival.shop, 0)):
        images = [make_plain_image(tenant) for _ in range(2)]
        for turn in range(60):
            # Each image stands at both places, so the place makes the difference.
            order = images[:: 1 if turn % 2 else -1]
            answer = make_answer(tenant, *order)
            make_event(order[clicked], prompt=answer, position=clicked + 1)
    with shop_scope(shop.shop.pk):
        found = read_propensities()
    with shop_scope(rival.shop.pk):
        other = read_propensities()
    assert found[1] > DEFAULT[1] > other[1]
