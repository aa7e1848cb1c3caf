"""The page about feeds has examples that can be read, and names what there is."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from catalog.feeds.dialect import IMAGE_BASE, MAPPED_FIELDS
from catalog.feeds.drafts import MAX_PHOTOS
from catalog.feeds.money import MoneyUnclear, parse_money
from catalog.feeds.read import FeedFormat, recognise
from catalog.feeds.spool import MAX_PRODUCT_ROWS
from catalog.tests.feeds.factories import make_stream, read_all

PAGE = (Path(settings.BASE_DIR) / "docs" / "catalogue.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```\w+ (\w+)\n(.*?)^```", PAGE, re.M | re.S)


def test_every_format_has_an_example():
    assert {format for format, _ in EXAMPLES} == set(FeedFormat)


@pytest.mark.parametrize(
    ("format", "text"), EXAMPLES, ids=[f"{place} {one[0]}" for place, one in enumerate(EXAMPLES)]
)
def test_an_example_is_the_product_that_the_page_describes(format, text):
    assert recognise(make_stream(text)) == format
    products, problems = read_all(text, default_currency="EUR")
    assert problems == []
    product = products[0]
    assert product.name == "Linen shirt"
    assert [variant.size for variant in product.variants] == ["S", "M"]
    assert {variant.sku for variant in product.variants} == {"LS-S", "LS-M"}
    assert {variant.price for variant in product.variants} == {Decimal("49.90")}
    assert {variant.currency for variant in product.variants} == {"EUR"}
    assert product.photos[0].url == "https://cdn.example/shirt.jpg"
    assert [one.is_deleted for one in products[1:]] == [True] * (format == FeedFormat.JSON_LINES)


def test_names_the_fields_of_a_mapping_and_the_limits():
    section = PAGE.partition("## Other columns")[2].partition("\n## ")[0]
    listed = section.partition("It may name these fields:")[2]
    assert re.findall(r"`(\w+)`", listed) == [*MAPPED_FIELDS, IMAGE_BASE]
    assert f"more than {MAX_PRODUCT_ROWS:,} rows, more than {MAX_PHOTOS} photos" in PAGE


def test_prices_are_read_as_the_page_says():
    rows = PAGE.partition("| text | price |\n|---|---|\n")[2].partition("\n\n")[0].split("\n")
    for row in rows:
        _, texts, meaning, _ = row.split("|")
        for text in re.findall(r"`([^`]+)`", texts):
            if "refused" in meaning:
                with pytest.raises(MoneyUnclear):
                    parse_money(text, "EUR")
            else:
                amount = parse_money(text, "EUR").amount
                assert amount == (1299 if "1,299" in meaning else 15)
