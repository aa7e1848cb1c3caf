"""The product CSV of Shopify, with the names of today and the older ones."""

from decimal import Decimal

import pytest

from catalog.feeds.read import FeedFormat, recognise
from catalog.tests.feeds.factories import make_stream, read_all, read_one

TODAY = """\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,\
SKU,Option1 name,Option1 value,Option2 name,Option2 value,Price,Compare-at price,\
Inventory quantity,Continue selling when out of stock,Product image URL,Image position,\
Variant image URL,Fabric (product.metafields.shopify.fabric),\
Target gender (product.metafields.shopify.target-gender)
Tee,tee,<p>Soft</p>,Acme,Apparel & Accessories > Clothing > Clothing Tops > T-Shirts,Tees,"a, b",\
TRUE,Active,T-S,Size,S,Color,Red,15.00,20.00,3,deny,https://cdn.example/2.jpg,2,\
https://cdn.example/red.jpg,cotton,female
,tee,,,,,,,,T-M,,M,,Blue,15.00,,0,deny,https://cdn.example/1.jpg,1,https://cdn.example/1.jpg,,
,tee,,,,,,,,,,,,,,,,,https://cdn.example/3.jpg,3,,,
"""
OLDER = """\
Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,\
Image Position,Variant Image,Status
bag,Bag,"<h1>Bag</h1>
<p>Roomy</p>",Acme,Bags,TRUE,Title,Default Title,B-1,-2,continue,49.00,,https://cdn.example/b.jpg,1,\
,active
hat,Hat,,Acme,Hats,FALSE,Title,Default Title,H-1,5,deny,9.00,9.00,,,,active
bag,,,,,,,,,,,,,https://cdn.example/b2.jpg,2,,
"""


def test_reads_the_columns_of_today():
    assert recognise(make_stream(TODAY)) == FeedFormat.SHOPIFY
    product = read_one(TODAY, default_currency="EUR")
    assert (product.external_id, product.row, product.rows) == ("tee", 2, 3)
    assert (product.name, product.description, product.brand) == ("Tee", "Soft", "Acme")
    assert product.category.endswith("> T-Shirts")
    assert (product.status, product.gender) == ("published", "female")
    assert product.attributes == {"tags": "a, b", "type": "Tees", "fabric": "cotton"}
    small, medium = product.variants
    assert (small.sku, small.size, small.colour) == ("T-S", "S", "Red")
    assert (small.price, small.sale_price, small.currency) == (Decimal(20), Decimal(15), "EUR")
    assert (small.stock, small.availability) == (3, "in_stock")
    assert (medium.price, medium.sale_price) == (Decimal(15), None)
    assert (medium.stock, medium.availability) == (0, "out_of_stock")


def test_photos_are_in_the_stated_order_and_name_the_variants_of_their_own():
    product = read_one(TODAY)
    assert [(photo.url[-7:], photo.skus) for photo in product.photos] == [
        ("e/1.jpg", ("T-M",)),
        ("e/2.jpg", ()),
        ("e/3.jpg", ()),
        ("red.jpg", ("T-S",)),
    ]


def test_reads_the_older_columns_with_scattered_rows():
    (bag, hat), problems = read_all(OLDER)
    assert problems == []
    assert (bag.external_id, bag.rows, bag.description) == ("bag", 2, "Bag\nRoomy")
    assert (bag.category, bag.status) == ("Bags", "published")
    (variant,) = bag.variants
    assert (variant.size, variant.stock, variant.availability) == ("", 0, "backorder")
    assert len(bag.photos) == 2
    assert (hat.status, hat.variants[0].sale_price) == ("draft", None)


def test_a_compare_at_price_that_is_lower_is_no_sale():
    product = read_one(TODAY.replace("15.00,20.00", "15.00,10.00"))
    assert (product.variants[0].price, product.variants[0].sale_price) == (Decimal(15), None)


def test_an_unusable_compare_at_price_is_reported_and_left_out():
    (product,), (problem,) = read_all(TODAY.replace("15.00,20.00", "15.00,more"))
    assert (problem.row, problem.column, problem.value) == (2, "Compare-at price", "more")
    assert product.variants[0].price == Decimal(15)


def test_rows_without_a_handle_belong_to_the_one_before():
    product = read_one(TODAY.replace("\n,tee,", "\n,,"))
    assert (product.rows, len(product.variants)) == (3, 2)


def test_a_title_without_letters_belongs_to_the_row_before():
    text = "Title,URL handle,Price\n,linen-shirt,10\n<,,\n"
    product = read_one(text)
    assert (product.external_id, product.name) == ("linen-shirt", "<")


def test_a_product_without_a_handle_has_one_made_of_its_title():
    text = "Title,Price,Vendor,Published on online store\nA Fine Coat!,5,Acme,TRUE\n"
    assert read_one(text).external_id == "a-fine-coat"


@pytest.mark.parametrize(
    ("state", "published", "status"),
    [
        ("active", "TRUE", "published"),
        ("active", "", "published"),
        ("active", "FALSE", "draft"),
        ("draft", "TRUE", "draft"),
        ("archived", "TRUE", "draft"),
    ],
)
def test_reads_the_status(state, published, status):
    text = f"Handle,Title,Published,Variant Price,Status\na,A,{published},5,{state}\n"
    assert read_one(text).status == status


def test_another_option_is_an_attribute():
    product = read_one("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Fit,Slim,5\n")
    assert product.attributes == {"Fit": "Slim"}


def test_the_same_options_twice_are_a_problem():
    row = "a,A,Size,S,5\n"
    text = f"Handle,Title,Option1 Name,Option1 Value,Variant Price\n{row}{row}"
    (product,), (problem,) = read_all(text)
    assert (len(product.variants), problem.row, problem.code) == (1, 3, "id_repeated")


def test_a_product_of_images_alone_is_a_problem():
    products, (problem,) = read_all(
        "Handle,Title,Image Src,Variant SKU\na,A,https://cdn.example/1.jpg,\n"
    )
    assert (products, problem.code) == ([], "variant_missing")
