"""Counts of the products of each value, among those that pass the other filters."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from catalog.api.filters import make_facet_filter
from catalog.models import Category, Image, Product
from catalog.products.specs import ProductSpec
from catalog.search.facet_counts import CountedFacet, count_facets
from catalog.services import upsert_products
from catalog.tests.factories import make_garment, make_image, record_garments
from core.tenancy import shop_scope

pytestmark = pytest.mark.django_db

IMAGES, PRODUCTS = "/api/v1/images/", "/api/v1/products/"


def make_products(shop: Any, specs: list[ProductSpec], *, photos: bool = True) -> None:
    with shop_scope(shop.shop.pk):
        upsert_products(shop=shop.shop, specs=specs)
        shop.shop.refresh_from_db()
    for spec in specs if photos else ():
        make_image(shop.shop, external_id=spec.external_id)


def find_category(shop: Any, name: str) -> Category:
    with shop_scope(shop.shop.pk):
        found: Category = Category.objects.visible().named(name).get()
    return found


@pytest.fixture
def stocked(shop):
    """Return a shop of two dresses, of which one has no photo, and a coat."""
    dress, coat = find_category(shop, "dress"), find_category(shop, "coat")
    euros = {"currency": "EUR", "price": Decimal("50")}
    make_products(
        shop,
        [
            ProductSpec(
                "A",
                {"name": "A", "category": dress, "brand": "Bo"},
                [
                    {"size": "36", "size_system": "EU", "colour": "Red", **euros},
                    {"size": "38", "size_system": "EU", "colour": "blue", **euros},
                ],
            ),
            ProductSpec(
                "B",
                {"name": "B", "category": coat, "brand": "bo"},
                [{"size": "38", "size_system": "EU", "colour": "red", "currency": "EUR"}],
            ),
        ],
    )
    plain = ProductSpec(
        "C",
        {"name": "C", "category": dress, "brand": "Cy", "status": "draft"},
        [{"size": "40", "currency": "USD", "price": Decimal("900")}],
    )
    make_products(shop, [plain], photos=False)
    return shop


def count(shop: Any, path: str, names: str, **query: Any) -> dict[str, dict[str, int]]:
    response = shop.client.get(path, {"facets": names, **query})
    assert response.status_code == 200, response.content
    found = response.json()["facets"]
    return {name: {row["value"]: row["count"] for row in found[name]} for name in found}


def test_counts_products_by_value(stocked):
    found = count(stocked, PRODUCTS, "category,brand,size,colour,price,availability,gender")
    assert found == {
        "category": {"clothing": 3, "dress": 2, "outerwear": 1, "coat": 1}
        | {name: n for name, n in found["category"].items() if name not in ("dress", "coat")},
        "brand": {"Bo": 2, "Cy": 1},
        "size": {"EU 38": 2, "40": 1, "EU 36": 1},
        "colour": {"red": 2, "blue": 1},
        "price": {"50.00": 1},
        "availability": {"in_stock": 3},
        "gender": {},
    }
    assert found["category"]["clothing"] == 3
    assert count(stocked, IMAGES, "brand")["brand"] == {"Bo": 2}
    assert count(stocked, PRODUCTS, "brand", status="draft")["brand"] == {"Cy": 1}


def test_a_facet_is_counted_without_its_own_filter(stocked):
    found = count(stocked, PRODUCTS, "size,brand,colour", size="EU 36")
    assert found == {
        "size": {"EU 38": 2, "40": 1, "EU 36": 1},
        "brand": {"Bo": 1},
        "colour": {"red": 1},
    }
    found = count(stocked, IMAGES, "size,category", colour="red", category="dress")
    assert found["size"] == {"EU 36": 1}
    assert found["category"]["coat"] == found["category"]["dress"] == 1


def test_prices_are_counted_in_one_currency(stocked):
    assert count(stocked, PRODUCTS, "price", currency="USD")["price"] == {"900.00": 1}
    assert count(stocked, PRODUCTS, "size", price_max="100")["size"] == {"EU 36": 1, "EU 38": 1}
    (row,) = stocked.client.get(PRODUCTS, {"facets": "price"}).json()["facets"]["price"]
    assert (row["value"], row["up_to"]) == ("50.00", "50.99")


def test_words_and_other_filters_narrow_the_counts(stocked):
    assert count(stocked, PRODUCTS, "brand", q="B")["brand"] == {"Bo": 1}
    assert count(stocked, IMAGES, "brand", index_state="failed")["brand"] == {}
    assert count(stocked, PRODUCTS, "brand", attribute="a:b")["brand"] == {}


def test_seen_colours_are_counted_where_none_is_stated(stocked):
    with shop_scope(stocked.shop.pk):
        make_image(stocked.shop, external_id="C")
        image = Image.objects.get(product__external_id="C")
    record_garments(image, make_garment(colour="green"))
    assert count(stocked, PRODUCTS, "colour")["colour"] == {"red": 2, "blue": 1, "green": 1}
    found = count(stocked, PRODUCTS, "colour", only_stated="true")["colour"]
    assert found == {"red": 2, "blue": 1}


def test_unknown_facets_are_refused(shop, rival):
    refused = shop.client.get(PRODUCTS, {"facets": "category,sizes"})
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["facets"]
    make_products(rival, [ProductSpec("A", {"name": "A", "brand": "Bo"}, [{}])])
    assert count(shop, PRODUCTS, "brand") == {"brand": {}}


FILTERS: dict[str, list[Any]] = {
    "brand": [["bo"], ["Bo", "cy"]],
    "gender": [["women"]],
    "size": [["38"], ["eu 36", "40"]],
    "colour": [["RED"], ["red", "blue"]],
    "availability": [["in_stock"]],
    "price_max": [Decimal("60")],
    "price_min": [Decimal("40.50")],
}


def test_counts_agree_with_the_lists(shop):
    """The counts are made in memory, the lists by Postgres; the filters of both are the same."""
    random = Random(7)  # noqa: S311 - not a secret
    choose = random.choice
    specs = [
        ProductSpec(
            f"P{number}",
            {"name": "P", "brand": choose(["Bo", "Cy"]), "gender": choose(["women", "men", ""])},
            [
                {
                    "size": size,
                    "size_system": choose(["EU", ""]),
                    "colour": choose(["red", "Blue"]),
                    "price": choose([Decimal("40.50"), Decimal("60"), Decimal("99.99"), None]),
                    "currency": choose(["EUR", "USD", ""]),
                    "availability": choose(["in_stock", "out_of_stock"]),
                }
                for size in random.sample(["36", "38", "40"], 2)
            ],
        )
        for number in range(40)
    ]
    make_products(shop, specs, photos=False)
    shop.shop.default_currency = "EUR"
    for _ in range(25):
        wanted = {name: choose(FILTERS[name]) for name in random.sample(sorted(FILTERS), 3)}
        with shop_scope(shop.shop.pk):
            facets = make_facet_filter(wanted, shop=shop.shop)
            counts = count_facets([CountedFacet.GENDER], facets)
            own = make_facet_filter({**wanted, "gender": []}, shop=shop.shop)
            listed = Product.objects.filter(own.product_condition())
            expected = [row for row in listed.values_list("gender", flat=True) if row]
        totals = {row.value: row.count for row in counts["gender"]}
        assert totals == {name: expected.count(name) for name in set(expected)}, wanted
