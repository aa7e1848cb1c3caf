"""Feeds of Google Merchant Center: TSV, CSV, RSS 2.0 and Atom."""

from decimal import Decimal

import pytest

from catalog.feeds.google import find_common_name
from catalog.feeds.read import FeedFormat, recognise
from catalog.tests.feeds.factories import make_stream, make_table, read_all, read_one

SHIRT = {
    "id": "A-1",
    "title": "Linen shirt blue M",
    "description": "<p>Light &amp; loose</p><p>Linen</p>",
    "link": "https://shop.example/a?v=1",
    "image_link": "https://cdn.example/a.jpg",
    "additional_image_link": "https://cdn.example/a,2.jpg,https://cdn.example/a3.jpg",
    "availability": "in stock",
    "price": "15.00 USD",
    "sale_price": "12.00 USD",
    "brand": "Acme",
    "gtin": "4006381333931",
    "mpn": "LS1",
    "google_product_category": "212",
    "product_type": "Women > Tops > Shirts",
    "item_group_id": "A",
    "color": "blue",
    "size": "M",
    "size_system": "EU",
    "age_group": "adult",
    "gender": "female",
    "material": "linen",
    "pattern": "plain",
    "condition": "new",
    "custom_label_0": "summer",
}
OTHER = SHIRT | {"id": "A-2", "title": "Linen shirt blue L", "size": "L", "sale_price": ""}

RSS = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
<title>Shop</title><link>https://shop.example</link>
<item>
  <title>Title of RSS</title><g:title>Skirt</g:title><link>https://shop.example/s</link>
  <description><![CDATA[<p>Wide</p>]]></description>
  <g:id>S1</g:id><g:price>15,00 EUR</g:price>
  <g:shipping><g:country>DE</g:country><g:price>3 EUR</g:price></g:shipping>
  <g:image_link>https://cdn.example/1.jpg</g:image_link>
  <g:additional_image_link>https://cdn.example/2.jpg</g:additional_image_link>
  <g:additional_image_link>https://cdn.example/3.jpg</g:additional_image_link>
</item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:goo="http://base.google.com/ns/1.0">
<title>Shop</title>
<entry><id>tag:shop,1</id><goo:id>S1</goo:id><title>Skirt</title><summary>Wide</summary>
<link href="https://shop.example/s"/><goo:price>15 EUR</goo:price>
<goo:availability>preorder</goo:availability></entry>
</feed>"""


def test_reads_all_attributes():
    product = read_one(make_table(SHIRT))
    assert (product.row, product.rows, product.external_id) == (2, 1, "A")
    assert product.name == "Linen shirt blue M"
    assert product.description == "Light & loose\nLinen"
    assert product.category == "Women > Tops > Shirts"
    assert (product.brand, product.gender, product.age_group) == ("Acme", "female", "adult")
    assert product.attributes == {
        "gtin": "4006381333931",
        "mpn": "LS1",
        "google_product_category": "212",
        "material": "linen",
        "pattern": "plain",
        "condition": "new",
        "custom_label_0": "summer",
    }
    (variant,) = product.variants
    assert (variant.sku, variant.size, variant.size_system) == ("A-1", "M", "EU")
    assert (variant.price, variant.sale_price) == (Decimal(15), Decimal(12))
    assert (variant.currency, variant.availability) == ("USD", "in_stock")
    assert variant.link == product.link == "https://shop.example/a?v=1"
    assert [photo.url for photo in product.photos] == [
        "https://cdn.example/a.jpg",
        "https://cdn.example/a,2.jpg",
        "https://cdn.example/a3.jpg",
    ]


def test_rows_of_a_group_are_one_product_wherever_they_are():
    own = {"id": "B", "title": "Dress", "price": "20 EUR"}
    photo = OTHER | {"image_link": "https://cdn.example/l.jpg", "additional_image_link": ""}
    (first, second), problems = read_all(make_table(SHIRT, own, photo))
    assert problems == []
    assert (first.external_id, first.row, first.rows) == ("A", 2, 2)
    assert first.name == "Linen shirt blue"
    assert [variant.sku for variant in first.variants] == ["A-1", "A-2"]
    assert {photo.url: photo.skus for photo in first.photos} == {
        "https://cdn.example/a.jpg": ("A-1",),
        "https://cdn.example/a,2.jpg": ("A-1",),
        "https://cdn.example/a3.jpg": ("A-1",),
        "https://cdn.example/l.jpg": ("A-2",),
    }
    assert (second.external_id, second.row) == ("B", 3)


def test_a_photo_that_all_variants_have_names_none():
    product = read_one(make_table(SHIRT, OTHER))
    assert {photo.skus for photo in product.photos} == {()}


@pytest.mark.parametrize(
    ("names", "common"),
    [
        (["Shirt", "Shirt"], "Shirt"),
        (["Linen shirt – blue / M", "Linen shirt – red / L"], "Linen shirt"),
        (["Linen shirt (S)", "Linen shirt (M)"], "Linen shirt"),
        (["Red shirt", "Blue shirt"], "Red shirt"),
        (["The very long name of one", "The short one"], "The very long name of one"),
    ],
)
def test_a_group_has_the_name_that_its_rows_share(names, common):
    assert find_common_name(names) == common


@pytest.mark.parametrize(
    ("delimiter", "format"),
    [
        ("\t", FeedFormat.GOOGLE_TSV),
        (",", FeedFormat.GOOGLE_CSV),
        (";", FeedFormat.GOOGLE_CSV),
        ("|", FeedFormat.GOOGLE_CSV),
    ],
)
def test_finds_the_delimiter(delimiter, format):
    row = SHIRT | {"additional_image_link": "", "description": "Light"}
    text = make_table(row, delimiter=delimiter)
    assert recognise(make_stream(text)) == format
    assert read_one(text).variants[0].price == Decimal(15)


def test_titles_may_have_spaces_capitals_and_a_prefix():
    text = (
        "ID\tTitle\tg:price\timage link\tItem Group ID\n1\tDress\t5 EUR\thttps://cdn.example/1\tG\n"
    )
    product = read_one(text)
    assert (product.external_id, len(product.photos)) == ("G", 1)


def test_reads_rss():
    assert recognise(make_stream(RSS)) == FeedFormat.GOOGLE_XML
    product = read_one(RSS)
    assert (product.row, product.external_id, product.name) == (1, "S1", "Skirt")
    assert (product.description, product.link) == ("Wide", "https://shop.example/s")
    assert product.variants[0].price == Decimal(15)
    assert [photo.url[-5:] for photo in product.photos] == ["1.jpg", "2.jpg", "3.jpg"]


def test_reads_atom_with_another_prefix():
    assert recognise(make_stream(ATOM)) == FeedFormat.GOOGLE_XML
    product = read_one(ATOM)
    assert (product.external_id, product.description) == ("S1", "Wide")
    assert product.link == "https://shop.example/s"
    assert product.variants[0].availability == "preorder"


@pytest.mark.parametrize(
    ("text", "availability"),
    [
        ("in_stock", "in_stock"),
        ("In Stock", "in_stock"),
        ("out of stock", "out_of_stock"),
        ("preorder", "preorder"),
        ("backorder", "backorder"),
        ("https://schema.org/OutOfStock", "out_of_stock"),
        ("", ""),
    ],
)
def test_reads_availability(text, availability):
    product = read_one(make_table(SHIRT | {"availability": text}))
    assert product.variants[0].availability == availability


def test_an_unusable_price_skips_the_row():
    (product,), (problem,) = read_all(make_table(SHIRT | {"price": "soon"}, OTHER))
    assert (problem.row, problem.column, problem.value) == (2, "price", "soon")
    assert [variant.sku for variant in product.variants] == ["A-2"]
    assert product.name == "Linen shirt blue L"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("sale_price", "20.00 USD", "sale_price_invalid"),
        ("sale_price", "5.00 EUR", "sale_price_invalid"),
        ("sale_price", "cheap", "currency_unknown"),
        ("availability", "soon", "availability_unknown"),
        ("link", "shop.example", "link_invalid"),
        ("image_link", "javascript:alert(1)", "link_invalid"),
        ("size", "x" * 41, "value_too_long"),
        ("color", "x" * 61, "value_too_long"),
    ],
)
def test_an_unusable_optional_value_is_left_out(column, value, code):
    row = SHIRT | {column: value, "additional_image_link": ""}
    (product,), (problem,) = read_all(make_table(row))
    assert (problem.row, problem.column, problem.value) == (2, column, value)
    assert product.variants[0].sku == "A-1"
    if code != "currency_unknown":
        assert problem.code == code
    assert value not in str(product)


def test_a_repeated_id_is_a_problem_of_the_second_row():
    other = {"id": "A-1", "title": "Other", "price": "3 USD"}
    products, (problem,) = read_all(make_table(SHIRT, other))
    assert [product.external_id for product in products] == ["A"]
    assert (problem.row, problem.code, problem.value) == (3, "id_repeated", "A-1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": ""}, "id_missing"),
        ({"id": "x" * 101}, "id_too_long"),
        ({"item_group_id": "x" * 101}, "id_too_long"),
        ({"title": ""}, "name_missing"),
    ],
)
def test_a_row_without_what_it_needs_is_a_problem(changes, code):
    products, (problem,) = read_all(make_table(SHIRT | changes, {"id": "B", "title": "Dress"}))
    assert [product.external_id for product in products] == ["B"]
    assert (problem.row, problem.code) == (2, code)
