"""Searches filter by what photos show, and return it."""

import pytest

from catalog.models import Image
from catalog.tests.factories import make_garment, record_garments
from core.tenancy import shop_scope
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_indexed

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(shop):
    """Return the shop with a seen and a stated red dress, a jacket, and a cached prompt."""
    cache_prompt(shop.shop)
    shop.dress = make_indexed(shop.shop, 0.9, name="seen dress")
    record_garments(shop.dress, make_garment("dress", "red", pattern="floral"))
    stated = make_indexed(shop.shop, 0.8, name="stated red")
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=stated.pk).update(colour="red")
    shop.jacket = make_indexed(shop.shop, 0.7, name="jacket")
    record_garments(shop.jacket, make_garment("jacket", "navy"))
    return shop


def names(answer) -> list[str]:
    assert answer.status_code in {200, 201}, answer.content
    return [result["name"] for result in answer.json()["results"]]


def test_prompts_are_filtered_by_seen_values(seen):
    assert names(ask(seen.client, filters={"kind": ["dress"]})) == ["seen dress"]
    assert names(ask(seen.client, filters={"pattern": ["floral"]})) == ["seen dress"]
    assert names(ask(seen.client, filters={"colour": ["red"]})) == ["seen dress", "stated red"]
    only = ask(seen.client, filters={"colour": ["red"], "only_stated": True})
    assert names(only) == ["stated red"]


def test_results_show_what_was_seen(seen):
    dress, stated, _ = ask(seen.client).json()["results"]
    assert dress["seen"]["kind"] == {"value": "dress", "confidence": 0.93, "is_sure": True}
    assert "garments" not in dress["seen"]
    assert stated["seen"] is None


def test_similar_images_are_filtered_too_and_the_filters_are_stored(seen):
    path = f"/api/v1/images/{seen.jacket.pk}/similar/"
    assert len(names(seen.client.get(path))) == 2
    assert names(seen.client.get(path, {"kind": "dress"})) == ["seen dress"]
    only = {"colour": ["red", "blue"], "only_stated": True}
    answer = seen.client.get(path, {**only, "only_stated": "true"})
    assert names(answer) == ["stated red"]
    stored = seen.client.get(f"/api/v1/prompts/{answer.json()['id']}/").json()
    assert stored["filters"] == only
    assert seen.client.get(path, {"kind": "jaket"}).status_code == 400


def test_feeds_are_filtered_too(seen):
    feed = seen.client.get("/api/v1/shoppers/ada/feed/", {"kind": "dress"})
    assert names(feed) == ["seen dress"]


def test_rules_name_what_the_shop_states(seen):
    rule = {"name": "Dresses", "action": "hide", "target": {"kind": ["dress"]}}
    assert seen.client.post("/api/v1/rules/", rule).status_code == 400
