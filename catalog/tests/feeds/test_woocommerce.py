"""The product CSV of WooCommerce."""

from decimal import Decimal

import pytest

from catalog.feeds.read import FeedFormat, recognise
from catalog.tests.feeds.factories import make_stream, read_all, read_one

TITLES = (
    "ID,Type,SKU,Name,Published,Short description,Description,In stock?,Stock,Sale price,"
    "Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),"
    "Attribute 2 name,Attribute 2 value(s)\n"
)
HOODIE = (
    '10,variable,HOOD,Hoodie,1,Short,"Two\\nlines",1,,,,"Clothing, Clothing > Hoodies, Sale",'
    '"https://cdn.example/1.jpg, https://cdn.example/2.jpg",,Color,"Red, Blue",Material,Cotton\n'
)
RED = "11,variation,H-R,Hoodie - Red,1,,,1,5,40,45,,https://cdn.example/r.jpg,id:10,Color,Red,,\n"
BLUE = "12,variation,H-B,Hoodie - Blue,1,,,0,,,45,,,HOOD,Color,Blue,,\n"
CAP = '13,simple,CAP,\'=Cap,-1,,,backorder,,,18,"A, B",https://cdn.example/c.jpg,,pa_size,M,,\n'


@pytest.mark.parametrize("rows", [HOODIE + RED + BLUE, BLUE + RED + HOODIE, RED + HOODIE + BLUE])
def test_variations_find_their_parent_by_id_and_sku_in_any_order(rows):
    assert recognise(make_stream(TITLES + rows)) == FeedFormat.WOOCOMMERCE
    product = read_one(TITLES + rows, default_currency="EUR")
    assert (product.external_id, product.name, product.rows) == ("10", "Hoodie", 3)
    assert (product.description, product.category) == ("Two\nlines", "Clothing > Hoodies")
    assert (product.status, product.attributes) == ("published", {"Material": "Cotton"})
    variants = {variant.sku: variant for variant in product.variants}
    assert variants["H-R"].colour == "Red"
    assert (variants["H-R"].price, variants["H-R"].sale_price) == (Decimal(45), Decimal(40))
    assert (variants["H-R"].stock, variants["H-R"].availability) == (5, "in_stock")
    assert variants["H-B"].availability == "out_of_stock"
    assert [(photo.url[-5:], photo.skus) for photo in product.photos] == [
        ("1.jpg", ()),
        ("2.jpg", ()),
        ("r.jpg"[-5:], ("H-R",)),
    ]


def test_a_simple_product_is_its_own_variant():
    product = read_one(TITLES + CAP)
    assert (product.external_id, product.name, product.status) == ("13", "=Cap", "draft")
    assert product.category == "A"
    (variant,) = product.variants
    assert (variant.sku, variant.size, variant.availability) == ("CAP", "M", "backorder")


def test_a_variable_product_without_variations_is_its_own_variant():
    assert [variant.sku for variant in read_one(TITLES + HOODIE).variants] == ["HOOD"]


def test_products_without_ids_have_their_sku():
    rows = (HOODIE + RED + BLUE).replace("id:10", "HOOD")
    rows = "".join(f",{row.partition(',')[2]}\n" for row in rows.splitlines())
    product = read_one(TITLES + rows)
    assert (product.external_id, len(product.variants)) == ("HOOD", 2)


def test_a_disabled_variation_is_left_out():
    rows = HOODIE + RED + BLUE.replace("Blue,1,", "Blue,0,")
    assert [variant.sku for variant in read_one(TITLES + rows).variants] == ["H-R"]


def test_a_variation_without_its_parent_is_a_problem():
    products, problems = read_all(TITLES + RED + BLUE + CAP)
    assert [product.name for product in products] == ["=Cap"]
    assert [(problem.row, problem.column, problem.value) for problem in problems] == [
        (2, "Parent", "id:10"),
        (3, "Parent", "HOOD"),
    ]
    assert {problem.code for problem in problems} == {"parent_missing"}


def test_a_repeated_id_is_a_problem():
    products, problems = read_all(TITLES + CAP + CAP + CAP.replace("CAP", "CAP2"))
    assert len(products) == 1
    assert [(problem.row, problem.code) for problem in problems] == [
        (3, "id_repeated"),
        (4, "id_repeated"),
    ]
