"""JSON Lines and CSV of our own fields."""

import json
from decimal import Decimal

import pytest

from catalog.feeds.read import FeedFormat, FeedUnreadable, recognise
from catalog.tests.feeds.factories import make_stream, make_table, read_all, read_one
from core.api.csv import format_csv

DRESS = {
    "external_id": "D1",
    "name": "Dress",
    "description": "Long",
    "category": "Women > Dresses",
    "styles": ["boho", "casual"],
    "age_group": "adult",
    "brand": "Acme",
    "gender": "female",
    "link": "https://shop.example/d1",
    "status": "published",
    "attributes": {"material": "silk", "layers": 2},
    "variants": [
        {
            "sku": "D1-S",
            "size": "S",
            "size_system": "EU",
            "colour": "red",
            "price": 15.5,
            "stock": 3,
        },
        {"sku": "D1-M", "size": "M", "color": "red", "price": "20", "sale_price": "15"},
    ],
    "currency": "EUR",
    "images": [
        "https://cdn.example/1.jpg",
        {"url": "https://cdn.example/2.jpg", "skus": ["D1-M"]},
    ],
}
ROWS = (
    {
        "external_id": "D1",
        "name": "Dress",
        "styles": "boho|casual",
        "attributes.material": "silk",
        "sku": "D1-S",
        "size": "S",
        "price": "12,50 €",
        "image_urls": "https://cdn.example/1.jpg https://cdn.example/2.jpg",
    },
    {
        "external_id": "D1",
        "sku": "D1-M",
        "size": "M",
        "price": "12,50 €",
        "image_urls": "https://cdn.example/1.jpg",
    },
)


def line(**changes: object) -> str:
    return json.dumps({**DRESS, **changes}) + "\n"


def test_reads_json_lines():
    assert recognise(make_stream(line())) == FeedFormat.JSON_LINES
    product = read_one(line())
    assert (product.row, product.external_id, product.name) == (1, "D1", "Dress")
    assert (product.styles, product.status) == (("boho", "casual"), "published")
    assert product.attributes == {"material": "silk", "layers": "2"}
    small, medium = product.variants
    assert (small.size_system, small.price, small.stock) == ("EU", Decimal("15.50"), 3)
    assert (medium.colour, medium.sale_price, medium.currency) == ("red", Decimal(15), "EUR")
    assert [photo.skus for photo in product.photos] == [(), ("D1-M",)]


def test_a_product_without_variants_is_its_own():
    product = read_one(line(variants=None, sku="D1", price=9))
    assert [(one.sku, one.price) for one in product.variants] == [("D1", Decimal(9))]


def test_a_line_may_delete_a_product():
    product = read_one('{"external_id": "D1", "is_deleted": true}\n')
    assert (product.external_id, product.is_deleted) == ("D1", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{oops\n", "json_invalid"),
        ("[]\n", "json_invalid"),
        ('{"name": "x"}\n', "id_missing"),
        (line(external_id={}), "json_invalid"),
        (line(external_id="x" * 101), "id_too_long"),
        (line(name=["x"]), "json_invalid"),
        (line(variants=5), "json_invalid"),
        (line(variants=["x"]), "json_invalid"),
        (line(attributes=[]) + "", None),
        (line(attributes="x"), "json_invalid"),
        (line(images=[5]), "json_invalid"),
        (line(variants=[{"sku": "x"}, {"sku": "x"}]), "id_repeated"),
        ("{" * 5000 + "\n", "json_invalid"),
    ],
)
def test_a_wrong_line_is_a_problem_and_the_next_is_read(text, code):
    products, problems = read_all(line(external_id="0") + text + line(external_id="9"))
    assert {"0", "9"} <= {product.external_id for product in products}
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_a_repeated_product_is_a_problem():
    _, (problem,) = read_all(line() + line())
    assert (problem.row, problem.code, problem.value) == (2, "id_repeated", "D1")


def test_reads_csv_with_one_variant_a_row():
    text = make_table(*ROWS, delimiter=",").replace("12,50 €", '"12,50 €"')
    assert recognise(make_stream(text)) == FeedFormat.CSV
    product = read_one(text)
    assert (product.external_id, product.rows, product.styles) == ("D1", 2, ("boho", "casual"))
    assert product.attributes == {"material": "silk"}
    assert [(one.sku, one.size, one.currency) for one in product.variants] == [
        ("D1-S", "S", "EUR"),
        ("D1-M", "M", "EUR"),
    ]
    assert [photo.skus for photo in product.photos] == [(), ("D1-S",)]


def test_cells_that_our_tables_escape_are_read_as_they_were():
    names = ["external_id", "name", "description"]
    values = {"external_id": "1", "name": "=Top", "description": "-50 % & more"}
    product = read_one(format_csv(names, [values]))
    assert (product.name, product.description) == ("=Top", "-50 % & more")


def test_variants_without_skus_differ_by_size_and_colour():
    rows = [{"external_id": "1", "name": "Top", "size": size} for size in ("S", "M", "S")]
    (product,), (problem,) = read_all(make_table(*rows))
    assert [variant.size for variant in product.variants] == ["S", "M"]
    assert (problem.row, problem.code) == (4, "id_repeated")


def test_a_mapping_names_the_columns_of_any_table():
    text = "Artikel;Bezeichnung;Preis;Bild\n7;Kleid;15,00 €;https://cdn.example/1.jpg\n"
    mapping = {
        "external_id": "artikel",
        "name": "Bezeichnung",
        "price": "Preis",
        "image_link": "Bild",
    }
    product = read_one(text, mapping=mapping)
    assert (product.external_id, product.name, len(product.photos)) == ("7", "Kleid", 1)


def test_a_mapping_replaces_the_columns_of_a_format():
    text = make_table({"id": "1", "title": "Long title", "short_title": "Short", "mpn": "M1"})
    product = read_one(text, mapping={"name": "short title", "external_id": "mpn"})
    assert (product.name, product.external_id) == ("Short", "M1")


def test_a_mapping_names_the_elements_of_xml_and_the_keys_of_json():
    xml = "<rss><channel><item><id>1</id><nom>Robe</nom></item></channel></rss>"
    assert read_one(xml, mapping={"name": "nom"}).name == "Robe"
    assert read_one('{"id": 5, "name": "Robe"}', mapping={"external_id": "id"}).external_id == "5"


@pytest.mark.parametrize(
    ("mapping", "code"),
    [({"prize": "Preis"}, "mapping_invalid"), ({"price": "Preis"}, "feed_columns_missing")],
)
def test_a_wrong_mapping_is_refused(mapping, code):
    with pytest.raises(FeedUnreadable) as refused:
        read_all("external_id,name\n1,Dress\n", mapping=mapping)
    assert refused.value.code == code
