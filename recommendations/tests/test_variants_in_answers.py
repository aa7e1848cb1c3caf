"""Answers by product and variant: grouping, filters, order and pages."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Image, IndexEntry
from catalog.products.specs import ProductSpec
from catalog.services import upsert_products
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.models import Prompt
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_indexed

pytestmark = pytest.mark.django_db

SIZES = [
    {"sku": "A-36", "size": "36", "size_system": "EU", "price": "50", "currency": "EUR"},
    {"sku": "A-38", "size": "38", "size_system": "EU", "price": "90", "currency": "EUR"},
]


@pytest.fixture
def selling(shop):
    """Return the shop with the prompt's vector in the cache."""
    cache_prompt(shop.shop)
    return shop


def make_product(shop: Any, external_id: str, *variants: dict[str, Any]) -> None:
    with shop_scope(shop.shop.pk):
        upsert_products(
            shop=shop.shop, specs=[ProductSpec(external_id, {"name": external_id}, variants)]
        )


def make_priced(shop: Any, external_id: str, similarity: float, price: str = "", **fields: Any):
    """Return an image of a product with one variant."""
    variant = {"currency": "EUR", "price": (price and Decimal(price)) or None, **fields}
    make_product(shop, external_id, variant)
    return make_indexed(shop.shop, similarity, external_id=external_id)


def answer(shop: Any, **fields: Any) -> dict[str, Any]:
    response = ask(shop.client, **fields)
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def products_of(body: dict[str, Any]) -> list[str]:
    return [result["external_id"] for result in body["results"]]


def test_a_product_has_its_best_photo_with_its_variants(selling):
    make_product(selling, "A", *SIZES)
    make_indexed(selling.shop, 0.2, external_id="A")
    best = make_indexed(selling.shop, 0.9, external_id="A")
    (result,) = answer(selling)["results"]
    assert (result["id"], result["external_id"]) == (str(best.pk), "A")
    assert [variant["sku"] for variant in result["variants"]] == ["A-36", "A-38"]
    assert result["variants"][0] == {
        **{"sku": "A-36", "name": "", "size": "36", "size_system": "EU", "colour": ""},
        **{"price": "50.00", "sale_price": None, "currency": "EUR", "availability": "in_stock"},
        "link": "",
    }
    assert len(answer(selling, group_by="none")["results"]) == 2


def test_results_have_the_variants_that_match_the_filters(selling):
    make_product(selling, "A", *SIZES)
    make_indexed(selling.shop, 0.9, external_id="A")
    make_product(selling, "B", {**SIZES[0], "sku": "B-36"})
    make_indexed(selling.shop, 0.8, external_id="B")
    found = answer(selling, filters={"size": ["EU 38"], "price_max": "95"})
    assert products_of(found) == ["A"]
    assert [variant["sku"] for variant in found["results"][0]["variants"]] == ["A-38"]
    assert answer(selling, filters={"size": ["38"], "price_max": "80"})["results"] == []


def test_the_photo_of_the_colour_that_is_wanted_represents_its_product(selling):
    make_product(
        selling, "A", {"sku": "A-red", "colour": "red"}, {"sku": "A-blue", "colour": "blue"}
    )
    make_indexed(selling.shop, 0.9, external_id="A", sku="A-red")
    photo = make_indexed(selling.shop, 0.5, external_id="A", sku="A-blue")
    (result,) = answer(selling, filters={"colour": ["blue"]})["results"]
    assert result["id"] == str(photo.pk)
    assert [variant["sku"] for variant in result["variants"]] == ["A-blue"]


def test_a_price_needs_a_currency(selling):
    make_product(selling, "A", {"price": "90"})
    for fields in ({"filters": {"price_max": "100"}}, {"sort": "price"}):
        refused = ask(selling.client, **fields)
        assert refused.status_code == 400
        assert "currency" in str(refused.json()["errors"]["filters"]), refused.content
    assert ask(selling.client, filters={"price_max": "9", "currency": "eur"}).status_code == 201


def test_sorts_by_price_in_one_currency_and_by_age(selling):
    make_priced(selling, "dear", 0.9, "90")
    make_priced(selling, "none", 0.8)
    make_priced(selling, "cheap", 0.1, "9.90")
    make_priced(selling, "dollars", 0.2, "1", currency="USD")
    assert products_of(answer(selling)) == ["dear", "none", "dollars", "cheap"]
    assert products_of(answer(selling, sort="price")) == ["cheap", "dear", "none", "dollars"]
    assert products_of(answer(selling, sort="-price")) == ["dear", "cheap", "none", "dollars"]
    assert products_of(answer(selling, sort="newest")) == ["dollars", "cheap", "none", "dear"]
    dollars = answer(selling, sort="price", filters={"currency": "USD"})
    assert products_of(dollars)[0] == "dollars"


@pytest.mark.parametrize("sort", ["relevance", "price", "-price", "newest"])
def test_pages_go_through_all_products_once(selling, sort):
    for number in range(7):
        make_priced(selling, f"P{number}", 0.9 - number / 10, str(10 + number % 3))
        make_indexed(selling.shop, 0.85 - number / 10, external_id=f"P{number}")
    found: list[str] = []
    body = answer(selling, sort=sort, number_of_images=3)
    first = body["id"]
    while True:
        found += products_of(body)
        if body["next"] is None:
            break
        assert body["next"] == first
        body = answer(selling, sort=sort, number_of_images=3, cursor=body["next"])
    assert sorted(found) == [f"P{number}" for number in range(7)]
    if sort == "relevance":
        assert found == [f"P{number}" for number in range(7)]


def test_a_product_that_is_added_meanwhile_repeats_none(selling):
    for number in range(4):
        make_priced(selling, f"P{number}", 0.9 - number / 10)
    body = answer(selling, number_of_images=2)
    make_priced(selling, "new", 0.95)
    body = answer(selling, number_of_images=5, cursor=body["next"])
    assert products_of(body) == ["new", "P2", "P3"]


def test_a_cursor_belongs_to_its_query(selling, rival):
    for number in range(3):
        make_priced(selling, f"P{number}", 0.9)
    cursor = answer(selling, number_of_images=1)["next"]
    cache_prompt(selling.shop, "blue dress")
    cache_prompt(rival.shop)
    for client, fields in (
        (selling.client, {"prompt": "blue dress"}),
        (selling.client, {"sort": "newest"}),
        (selling.client, {"filters": {"brand": ["Bo"]}}),
        (rival.client, {}),
    ):
        refused = ask(client, cursor=cursor, **fields)
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_cursor"), fields
    unknown = ask(selling.client, cursor="018f0000-0000-7000-8000-000000000000")
    assert unknown.json()["code"] == "unknown_cursor"


def test_similar_images_have_variants_filters_and_pages(selling):
    image = make_priced(selling, "A", 0.9, "10")
    make_product(selling, "B", {**SIZES[0], "sku": "B-36"}, {**SIZES[1], "sku": "B-38"})
    make_indexed(selling.shop, 0.8, external_id="B")
    make_priced(selling, "C", 0.1, "5", size="38")
    path = f"/api/v1/images/{image.pk}/similar/"
    query = {"size": "38", "price_max": "100", "number_of_images": "1", "sort": "price"}
    body = selling.client.get(path, query).json()
    assert products_of(body) == ["C"]
    body = selling.client.get(path, {**query, "cursor": body["next"]}).json()
    assert products_of(body) == ["B"]
    assert [variant["sku"] for variant in body["results"][0]["variants"]] == ["B-38"]
    assert body["next"] is None


def test_facets_are_counted_among_the_nearest(selling):
    make_product(selling, "A", *SIZES)
    make_indexed(selling.shop, 0.9, external_id="A")
    make_priced(selling, "B", 0.8, "20", size="38", size_system="EU")
    make_product(selling, "no photo", {**SIZES[0], "sku": "C-36"})
    assert answer(selling)["facets"] is None
    found = answer(selling, facets=["size", "price"], filters={"size": ["36"]})["facets"]
    counts = {name: {row["value"]: row["count"] for row in found[name]} for name in found}
    assert counts == {"size": {"EU 38": 2, "EU 36": 1}, "price": {"50.00": 1}}
    refused = ask(selling.client, facets=["sizes"])
    assert refused.status_code == 400


def test_a_prompt_that_is_a_number_finds_its_photo_first(selling):
    make_product(selling, "A", *SIZES)
    make_indexed(selling.shop, 0.1, external_id="A")
    make_priced(selling, "near", 0.9)
    cache_prompt(selling.shop, "a-38")
    cache_prompt(selling.shop, "near")
    found = answer(selling, prompt="a-38")
    assert products_of(found)[0] == "A"
    assert found["results"][0]["match"] == "strong"


def test_further_pages_are_no_searches(selling):
    for number in range(3):
        make_priced(selling, f"P{number}", 0.9)
    body = answer(selling, number_of_images=1)
    answer(selling, number_of_images=1, cursor=body["next"])
    with all_shops():
        pages = Prompt.objects.order_by("pk").values_list("feed", flat=True)
        assert [feed and str(feed) for feed in pages] == [None, body["id"]]
        assert IndexEntry.objects.count() == Image.objects.count() == 3


def test_the_lists_are_sorted_by_price_page_by_page(shop):
    for name, price, currency in (
        *(("a", "20", "EUR"), ("b", "5", "EUR"), ("c", "20", "EUR"), ("d", None, "EUR")),
        *(("e", "1", "USD"), ("f", "100.50", "")),
    ):
        make_product(shop, name, {"price": price and Decimal(price), "currency": currency})
        make_image(shop.shop, external_id=name)

    def walk(path: str, sort: str) -> list[str]:
        found, page = [], f"{path}?sort={sort}&page_size=2"
        while page:
            body = shop.client.get(page).json()
            found += [row["external_id"] for row in body["results"]]
            page = body["next"]
        return found

    for path in ("/api/v1/images/", "/api/v1/products/"):
        assert walk(path, "price") == ["b", "a", "c", "f", "d", "e"]
        assert walk(path, "-price") == ["f", "c", "a", "b", "e", "d"]
        assert walk(path, "newest") == ["f", "e", "d", "c", "b", "a"]
        wrong = shop.client.get(path, {"sort": "price", "cursor": "cD14"})
        assert wrong.json()["code"] == "unknown_cursor"
