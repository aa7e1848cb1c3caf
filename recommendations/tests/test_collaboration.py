"""Other shoppers' choices enter taste and the feed, and never lower what is new."""

import numpy as np
import pytest

from core.tenancy import shop_scope
from recommendations.models import AffinityState, ProductAffinity
from recommendations.ranking.collaboration import DIMENSIONS, weigh_in
from recommendations.tests.test_feed import feed, ids, send
from recommendations.tests.test_queries_api import make_image_at

pytestmark = pytest.mark.django_db
COUNT = 90


def train(tenant, groups: dict[str, list]) -> None:
    """Write vectors as a run would: images of one group are chosen by the same shoppers."""
    with shop_scope(tenant.pk):
        vectors = []
        for number, images in enumerate(groups.values()):
            vector = np.zeros(DIMENSIONS, np.float16)
            vector[number] = 1
            for image in images:
                vectors.append(vector)
                near = [[str(other.product_id), 0.5, 9] for other in images if other != image]
                ProductAffinity.objects.create(
                    product_id=image.product_id,
                    shop=tenant,
                    liked=near[:20],
                    vector=vector.tobytes(),
                )
        known = np.stack(vectors).astype(np.float32)
        gram = (known.T @ known).tobytes()
        AffinityState.objects.update_or_create(shop=tenant, defaults={"gram": gram})


@pytest.fixture
def stocked(shop):
    """Return a shop with similar images, of which every ninth has the same shoppers."""
    shop.images = [
        make_image_at(shop.shop, 1, number / COUNT, 0, name=f"Dress {number}")
        for number in range(COUNT)
    ]
    shop.chosen = shop.images[::9]
    rest = [image for image in shop.images if image not in shop.chosen]
    shop.new, shop.others = rest[::4], [image for image in rest if image not in rest[::4]]
    return shop


def like_three(shop) -> list[str]:
    liked = [str(image.pk) for image in shop.chosen[:3]]
    send(shop.client, "like", *liked, shopper="ada")
    return liked


def test_feed_has_more_of_what_the_same_shoppers_chose(stocked):
    like_three(stocked)
    before = feed(stocked.client)
    train(stocked.shop, {"chosen": stocked.chosen, "others": stocked.others})
    after = feed(stocked.client, explain=True)
    wanted = {str(image.pk) for image in stocked.chosen}
    assert (before["step"], after["step"]) == ("taste", "shared_taste")
    assert len(wanted & set(ids(before))) < len(wanted & set(ids(after)))
    reasons = " ".join(result["explanation"]["sentence"] for result in after["results"])
    assert "hoppers with the same taste chose it" in reasons


def test_shop_can_switch_it_off(stocked):
    like_three(stocked)
    before = feed(stocked.client)
    train(stocked.shop, {"chosen": stocked.chosen, "others": stocked.others})
    stocked.client.put("/api/v1/ranking/", {"collaboration": 0}, "json")
    after = feed(stocked.client)
    assert after["step"] == "taste"
    # Discoveries are random.
    assert ids(after)[:3] == ids(before)[:3]


def test_shopper_with_two_products_has_no_shared_taste(stocked):
    train(stocked.shop, {"chosen": stocked.chosen, "others": stocked.others})
    send(stocked.client, "like", *(str(image.pk) for image in stocked.chosen[:2]), shopper="ada")
    assert feed(stocked.client)["step"] == "taste"


def test_another_shops_vectors_do_not_count(stocked, rival):
    like_three(stocked)
    image = make_image_at(rival.shop, 1, 0, 0)
    train(rival.shop, {"chosen": [image]})
    assert feed(stocked.client)["step"] == "taste"


def test_new_products_keep_their_place():
    generator = np.random.default_rng(8)
    for _ in range(50):
        relevance = np.sort(generator.random(30))[::-1].astype(np.float32)
        relevance[25:] = 0  # not found by the search
        taste = np.zeros(30, np.float32)
        fit = generator.uniform(-1, 1, 30).astype(np.float32)
        fit[[2, 7, 19]] = np.nan
        own = relevance + taste
        score = own + weigh_in(relevance, taste, fit, 0.5)
        for new in (2, 7, 19):
            assert (score > score[new]).sum() == (own > own[new]).sum()


def test_good_fit_that_the_search_did_not_find_comes_in():
    relevance = np.array([1.0, 0.9, 0.8, 0.0], np.float32)
    fit = np.array([-1, -1, 0, 1], np.float32)
    score = relevance + weigh_in(relevance, np.zeros(4, np.float32), fit, 0.5)
    assert score.argmax() == 3
