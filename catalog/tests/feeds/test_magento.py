"""The product CSV of Magento, now Adobe Commerce."""

from decimal import Decimal

import pytest

from catalog.feeds.read import FeedFormat, recognise
from catalog.tests.feeds.factories import make_stream, read_all, read_one

TITLES = (
    "sku,store_view_code,product_type,name,description,categories,price,special_price,qty,"
    "is_in_stock,base_image,additional_images,additional_attributes,configurable_variations,"
    "product_online\n"
)
SMALL = 'a,,simple,Top S,,,20.0000,15,4.0000,1,/m/a.jpg,,"color=Blue,size=S",,1\n'
MEDIUM = 'b,,simple,Top M,,,20,,0,0,/m/b.jpg,,"color=Blue,size=M",,1\n'
TOP = (
    'P,,configurable,Top,<b>Nice</b>,"Default Category/Women/Tops,Default Category/Sale",,,,1,'
    '/m/p.jpg,"/m/p2.jpg,no_selection","material=Cotton|Linen,""care=Cold, gentle"",'
    'gender=Women","sku=a,size=Small|sku=b,size=M",1\n'
)
GERMAN = "P,german,,Oberteil,,,,,,,,,,,\n"
BASE = {"image_base": "https://shop.example/media/catalog/product"}


@pytest.mark.parametrize("rows", [SMALL + MEDIUM + TOP, TOP + MEDIUM + SMALL])
def test_a_configurable_product_takes_its_simple_ones(rows):
    assert recognise(make_stream(TITLES + rows)) == FeedFormat.MAGENTO
    product = read_one(TITLES + rows, default_currency="EUR", mapping=BASE)
    assert (product.external_id, product.name, product.row) == ("P", "Top", 2)
    assert (product.description, product.category) == ("Nice", "Women > Tops")
    assert (product.gender, product.status) == ("women", "published")
    assert product.attributes == {"material": "Cotton, Linen", "care": "Cold, gentle"}
    variants = {variant.sku: variant for variant in product.variants}
    assert (variants["a"].size, variants["a"].colour) == ("Small", "Blue")
    assert (variants["a"].price, variants["a"].sale_price) == (Decimal(20), Decimal(15))
    assert (variants["a"].stock, variants["b"].availability) == (4, "out_of_stock")


def test_paths_of_images_are_below_the_base_and_begin_with_the_products_own():
    product = read_one(TITLES + SMALL + MEDIUM + TOP, mapping=BASE)
    base = BASE["image_base"]
    assert [(photo.url, photo.skus) for photo in product.photos] == [
        (f"{base}/m/p.jpg", ()),
        (f"{base}/m/p2.jpg", ()),
        (f"{base}/m/a.jpg", ("a",)),
        (f"{base}/m/b.jpg", ("b",)),
    ]


def test_paths_of_images_without_a_base_are_problems():
    (product,), problems = read_all(TITLES + MEDIUM)
    assert product.photos == ()
    (problem,) = problems
    assert (problem.column, problem.value, problem.code) == (
        "base_image",
        "/m/b.jpg",
        "link_invalid",
    )


def test_a_simple_product_that_belongs_to_none_is_a_product():
    product = read_one(TITLES + SMALL, mapping=BASE)
    assert (product.external_id, product.name) == ("a", "Top S")


def test_a_row_of_a_store_view_is_no_product():
    product = read_one(TITLES + TOP + GERMAN + SMALL + MEDIUM, mapping=BASE)
    assert (product.name, len(product.variants)) == ("Top", 2)


def test_a_variant_without_a_row_is_a_problem():
    (product,), (problem,) = read_all(TITLES + TOP + SMALL, mapping=BASE)
    assert [variant.sku for variant in product.variants] == ["a"]
    assert (problem.column, problem.value) == ("configurable_variations", "b")


def test_a_repeated_sku_is_a_problem():
    _, (problem,) = read_all(TITLES + SMALL + SMALL, mapping=BASE)
    assert (problem.row, problem.code, problem.value) == (3, "id_repeated", "a")


def test_attributes_may_be_on_several_lines():
    rows = SMALL.replace('"color=Blue,size=S"', '"color=Blue,\nsize=S"')
    (variant,) = read_one(TITLES + rows, mapping=BASE).variants
    assert (variant.colour, variant.size) == ("Blue", "S")
