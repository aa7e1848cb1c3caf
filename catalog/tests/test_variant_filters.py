"""Filters on images and products by what one variant has: size, colour, price, availability."""

from typing import Any

import pytest

from catalog.models import Image, Product
from catalog.products.specs import ProductSpec
from catalog.services import upsert_products
from catalog.tests.factories import make_garment, make_image, record_garments
from core.tenancy import shop_scope

pytestmark = pytest.mark.django_db

IMAGES, PRODUCTS = "/api/v1/images/", "/api/v1/products/"


def make_product(
    shop: Any, external_id: str, *variants: dict[str, Any], photos: int = 1, **facts: Any
) -> Product:
    """Return a product of these variants, with photos that show all of them."""
    spec = ProductSpec(external_id, {"name": external_id, **facts}, variants)
    with shop_scope(shop.shop.pk):
        (written,) = upsert_products(shop=shop.shop, specs=[spec])
        assert written.product_id, written
        for _ in range(photos):
            make_image(shop.shop, external_id=external_id)
        shop.shop.refresh_from_db()
        product: Product = Product.objects.get(pk=written.product_id)
    return product


def variant(sku: str = "", **fields: Any) -> dict[str, Any]:
    return {"sku": sku, "currency": "EUR", **fields}


def find(shop: Any, **query: Any) -> list[str]:
    """Return the ids of the products that both lists find."""
    images = shop.client.get(IMAGES, query)
    products = shop.client.get(PRODUCTS, query)
    assert images.status_code == products.status_code == 200, (images.content, products.content)
    found = sorted({image["external_id"] for image in images.json()["results"]})
    assert found == sorted(row["external_id"] for row in products.json()["results"])
    return found


def test_one_variant_has_all_that_is_wanted(shop):
    make_product(
        shop,
        "A",
        variant("A-36", size="36", price="50", colour="red"),
        variant("A-38", size="38", price="90", colour="blue", availability="out_of_stock"),
    )
    make_product(shop, "B", variant("B-38", size="38", price="80", colour="red"))
    assert find(shop, size="38") == ["A", "B"]
    assert find(shop, price_max="80") == ["A", "B"]
    assert find(shop, size="38", price_max="80") == ["B"]
    assert find(shop, size="38", availability="in_stock") == ["B"]
    assert find(shop, size="38", colour="red") == ["B"]
    assert find(shop, size=["36", "38"], colour="RED") == ["A", "B"]
    assert find(shop, colour="blue", price_max="80") == []
    assert find(shop, sku="A-36", size="38") == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("38", ["A", "B", "D"]),
        ("EU 38", ["A"]),
        (" eu  38 ", ["A"]),
        ("uk 38", ["B"]),
        ("xl", ["C"]),
        ("8", []),
    ],
)
def test_a_size_matches_with_and_without_its_system(shop, size, expected):
    make_product(shop, "A", variant(size="38", size_system="EU"), photos=0)
    make_product(shop, "B", variant(size="38", size_system="UK"), photos=0)
    make_product(shop, "C", variant(size="XL"), photos=0)
    make_product(shop, "D", variant(size="38"), photos=0)
    found = shop.client.get(PRODUCTS, {"size": size}).json()["results"]
    assert sorted(product["external_id"] for product in found) == expected


def test_a_price_is_compared_in_its_currency(shop):
    make_product(shop, "euros", variant(price="90"))
    make_product(shop, "dollars", variant(price="40", currency="USD"))
    make_product(shop, "yen", variant(price="9900", currency="JPY"))
    make_product(shop, "default", variant(price="95", currency=""))
    make_product(shop, "none", variant())
    make_product(shop, "sale", variant(price="200", sale_price="99.90"))
    assert find(shop, price_max="100") == ["default", "euros", "sale"]
    assert find(shop, price_max="100", currency="usd") == ["dollars"]
    assert find(shop, price_min="5000", currency="JPY") == ["yen"]
    assert find(shop, price_min="0", currency="GBP") == []
    assert len(find(shop, currency="USD")) == 6


def test_a_price_needs_a_currency_until_the_shop_has_a_default_one(shop):
    make_product(shop, "A", variant(price="90", currency=""))
    assert shop.client.get("/api/v1/shop/").json()["default_currency"] == ""
    for path in (IMAGES, PRODUCTS):
        refused = shop.client.get(path, {"price_max": "100"})
        assert refused.status_code == 400
        assert refused.json()["errors"]["currency"][0]["code"] == "currency_required"
    changed = shop.client.patch("/api/v1/shop/", {"default_currency": "eur"})
    assert changed.json()["default_currency"] == "EUR"
    assert find(shop, price_max="100") == ["A"]
    refused = shop.client.patch("/api/v1/shop/", {"default_currency": "euro"})
    assert refused.status_code == 400


def test_the_first_price_sets_the_default_currency(shop):
    make_product(shop, "A", variant(currency="USD"), photos=0)
    make_product(shop, "B", variant(price="1", currency="CHF"), photos=0)
    make_product(shop, "C", variant(price="1", currency="EUR"), photos=0)
    assert shop.shop.default_currency == "CHF"


def test_photos_show_the_variants_that_are_theirs(shop):
    """Each colour has a photo of its own."""
    make_product(
        shop,
        "A",
        variant("A-red", colour="red", size="36", price="50"),
        variant("A-blue", colour="blue", size="38", price="90"),
        photos=0,
    )
    for sku in ("A-red", "A-blue"):
        make_image(shop.shop, external_id="A", sku=sku)
    images = shop.client.get(IMAGES, {"size": "38"}).json()["results"]
    assert [image["colour"] for image in images] == ["blue"]
    images = shop.client.get(IMAGES, {"colour": "red"}).json()["results"]
    assert [image["sku"] for image in images] == ["A-red"]
    assert shop.client.get(IMAGES, {"colour": "red", "size": "38"}).json()["results"] == []


def test_a_photo_of_several_colours_has_each_and_no_other(shop):
    make_product(shop, "A", variant("r", colour="Red"), variant("b", colour="blue"))
    with shop_scope(shop.shop.pk):
        image = Image.objects.get()
    record_garments(image, make_garment(colour="green"))
    assert find(shop, colour="red") == find(shop, colour="BLUE") == ["A"]
    assert find(shop, colour="green") == []
    with shop_scope(shop.shop.pk):
        image.refresh_from_db()
    assert (image.colour, image.colours) == ("", ["blue", "red"])


def test_a_seen_colour_counts_for_variants_without_one(shop):
    make_product(shop, "A", variant("36", size="36"), variant("38", size="38"))
    with shop_scope(shop.shop.pk):
        record_garments(Image.objects.get(), make_garment(colour="green"))
    assert find(shop, colour="green", size="38") == ["A"]
    assert find(shop, colour="green", size="40") == []
    assert find(shop, colour="green", only_stated="true") == []


def test_own_attributes_are_filters(shop):
    make_product(shop, "A", attributes={"Material": "Linen", "year": 2024, "new": True})
    make_product(shop, "B", attributes={"material": ["cotton", "Elastane"]})
    assert find(shop, attribute="material:linen") == ["A"]
    assert find(shop, attribute="material:elastane") == ["B"]
    assert find(shop, attribute=["material:linen", "material:cotton"]) == ["A", "B"]
    assert find(shop, attribute=["material:linen", "year:2024", "new:true"]) == ["A"]
    assert find(shop, attribute=["material:linen", "year:2023"]) == []
    assert find(shop, attribute="material:1e999") == []
    for wrong in ("material", ":linen", "material:"):
        refused = shop.client.get(PRODUCTS, {"attribute": wrong})
        assert refused.status_code == 400, wrong


def test_the_lists_find_a_product_by_any_of_its_numbers(shop, rival):
    make_product(shop, "Dress-7", variant("DR/7-red"), variant("DR/7-blue"))
    make_product(shop, "Coat-8", variant("C8"), photos=0)
    make_product(rival, "Dress-7", variant("DR/7-blue"))
    assert find(shop, q="dr/7-BLUE") == find(shop, q=" dress-7 ") == ["Dress-7"]
    products = shop.client.get(PRODUCTS, {"q": "c8"}).json()["results"]
    assert [product["external_id"] for product in products] == ["Coat-8"]
    products = shop.client.get(PRODUCTS, {"q": "coats"}).json()["results"]
    assert [product["external_id"] for product in products] == ["Coat-8"]


def test_a_rivals_products_are_not_found(shop, rival):
    make_product(rival, "A", variant("A-38", size="38", price="1"))
    assert find(shop, size="38") == find(shop, q="A-38") == []
