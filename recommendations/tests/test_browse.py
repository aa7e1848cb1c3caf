"""Filters alone answer: popular products, then new ones, in pages and with counts."""

from typing import Any

import pytest

from catalog.models import Category
from catalog.tests.factories import make_stated_image
from core.tenancy import shop_scope
from recommendations.models import ImagePopularity
from recommendations.tests.test_queries_api import make_image_at

ASK = "/api/v1/recommendations/"
RED = {"filters": {"colour": ["red"]}}
NUMBER = 7


@pytest.fixture
def stocked(shop):
    """Return a shop with red products, 0 the oldest, and a blue one."""
    shop.reds = [
        make_stated_image(
            shop.shop,
            colour="red",
            name=f"Red {number}",
            price=str(10 + number * 7 % 5),
            currency="EUR",
        )
        for number in range(NUMBER)
    ]
    make_stated_image(shop.shop, colour="blue", name="Blue")
    with shop_scope(shop.shop.pk):
        ImagePopularity.objects.create(shop=shop.shop, image=shop.reds[2], score=1.0)
    return shop


def ask(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(ASK, {"diversity": 0, **body}, "json")
    assert response.status_code == 201, response.json()
    return response.json()


def names(answer: dict[str, Any]) -> list[str]:
    return [result["name"] for result in answer["results"]]


def walk(client: Any, **body: Any) -> list[str]:
    found, cursor = [], {}
    while True:
        page = ask(client, number_of_images=3, **body, **cursor)
        found += names(page)
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_popular_products_come_first_and_then_new_ones(stocked):
    answer = ask(stocked.client, **RED)
    assert names(answer) == ["Red 2", *(f"Red {n}" for n in (6, 5, 4, 3, 1, 0))]
    assert {result["match"] for result in answer["results"]} == {None}
    assert (answer["understood"], answer["next"]) == (None, None)


def test_pages_have_every_product_once(stocked):
    assert walk(stocked.client, **RED) == ["Red 2", *(f"Red {n}" for n in (6, 5, 4, 3, 1, 0))]


def test_pages_are_sorted_by_age_and_price(stocked):
    newest = [f"Red {number}" for number in reversed(range(NUMBER))]
    assert walk(stocked.client, **RED, sort="newest") == newest
    prices = {image.name: image.price for image in stocked.reds}
    for sort, is_descending in (("price", False), ("-price", True)):
        filters = {**RED["filters"], "currency": "EUR"}
        found = [prices[name] for name in walk(stocked.client, filters=filters, sort=sort)]
        assert len(found) == NUMBER
        assert found == sorted(found, reverse=is_descending)


def test_counts_are_those_of_all_that_passes(stocked):
    answer = ask(stocked.client, **RED, number_of_images=1, facets=["colour"])
    counts = {entry["value"]: entry["count"] for entry in answer["facets"]["colour"]}
    assert counts == {"red": NUMBER, "blue": 1}


def test_taste_of_a_named_shopper_counts(stocked):
    liked = make_image_at(stocked.shop, 1, 0, 0, name="Liked", brand="B")
    for name, axes in (("Alike", (1, 0.1, 0)), ("Unlike", (0, 0, 1))):
        make_image_at(stocked.shop, *axes, name=name, brand="B")
    event = {"event_id": "1", "kind": "like", "image": str(liked.pk), "shopper": "ada"}
    stocked.client.post("/api/v1/events/", {"events": [event]}, "json")
    stocked.client.put("/api/v1/ranking/", {"taste": 1.0}, "json")
    by_brand = {"filters": {"brand": ["B"]}}
    assert names(ask(stocked.client, **by_brand))[0] == "Unlike"
    assert names(ask(stocked.client, **by_brand, shopper="ada"))[-1] == "Unlike"


def test_a_category_without_products_is_an_empty_answer(stocked):
    with shop_scope(stocked.shop.pk):
        assert Category.objects.filter(shop=None, name="scarf").exists()
    answer = ask(stocked.client, filters={"category": ["scarf"]})
    assert (answer["results"], answer["alternatives"], answer["next"]) == ([], None, None)


@pytest.mark.parametrize("filters", [{}, {"category": []}, {"currency": "EUR"}])
def test_refuses_filters_that_filter_nothing(shop, filters):
    assert shop.client.post(ASK, {"filters": filters}, "json").status_code == 400


def test_rival_browses_own_products_only(stocked, rival):
    assert names(ask(rival.client, **RED)) == []
