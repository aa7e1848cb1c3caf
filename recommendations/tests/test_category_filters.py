"""Filters and rules for a category find the images of narrower ones."""

import pytest

from catalog.models import Category
from core.tenancy import shop_scope
from recommendations.tests.test_queries_api import ask, cache_prompt, make_image_at


@pytest.fixture
def stocked(shop):
    """A shop with an image of a dress, of its own kind of dress, and of boots."""
    cache_prompt(shop.shop, "red", 1, 0, 0)
    shop.client.post("/api/v1/categories/", {"name": "Kimono", "parent": "dress"})
    with shop_scope(shop.shop.pk):
        found = {name: Category.objects.get(name=name) for name in ("dress", "Kimono", "boots")}
    for number, (name, category) in enumerate(found.items()):
        make_image_at(shop.shop, 1, number, 0, name=f"A {name}", category=category)
    return shop


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"category": ["dress"]}, {"A dress", "A Kimono"}),
        ({"category": ["clothing", "shoes"]}, {"A dress", "A Kimono", "A boots"}),
        ({"category": ["shoes"]}, {"A boots"}),
        ({"category": ["dress"], "exact_category": True}, {"A dress"}),
        ({"category": ["clothing"], "exact_category": True}, set()),
        ({"exact_category": True}, {"A dress", "A Kimono", "A boots"}),
    ],
)
def test_prompts_similar_images_and_feeds_find_narrower_categories(stocked, filters, expected):
    other = make_image_at(stocked.shop, 1, 5, 0, name="Other")
    query = {
        name: str(value).lower() if value is True else value for name, value in filters.items()
    }
    similar = stocked.client.get(f"/api/v1/images/{other.pk}/similar/", query)
    feed = stocked.client.get("/api/v1/shoppers/ada/feed/", query)
    for answer in (similar.json(), feed.json(), ask(stocked.client, prompt="red", filters=filters)):
        results = answer["results"]
        assert {row["name"] for row in results} - {"Other"} == expected
        assert all(
            row["category_path"][-1:] == [row["category"]] for row in results if row["category"]
        )


def test_a_rule_for_a_category_is_one_for_the_narrower_ones(stocked):
    other = make_image_at(stocked.shop, 1, 5, 0, name="Other")
    rule = {"name": "No dresses", "action": "hide", "target": {"category": ["dress"]}}
    assert stocked.client.post("/api/v1/rules/", rule).status_code == 201
    results = stocked.client.get(f"/api/v1/images/{other.pk}/similar/").json()["results"]
    assert {row["name"] for row in results} == {"A boots"}
