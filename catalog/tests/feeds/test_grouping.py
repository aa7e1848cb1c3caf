"""Rows of a product are collected from anywhere, in the same order each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds.read import FeedUnreadable
from catalog.feeds.rows import Place, Row
from catalog.feeds.spool import MAX_PRODUCT_ROWS, Spool, UnusedRow
from catalog.tests.feeds.factories import make_table, read_all

ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 30)), max_size=40)


def collect(rows: list[Row], places: list[Place]) -> tuple[list[list[int]], list[int]]:
    """Return the numbers of the rows of each product, and of those that are not used."""
    products, unused = [], []
    with Spool() as spool:
        for row, place in zip(rows, places, strict=True):
            spool.add(row, place)
        for found in spool.read_products():
            if isinstance(found, UnusedRow):
                unused.append(found.number)
            else:
                products.append([row.number for row in found.rows])
    return products, unused


@given(ROWS)
def test_products_come_in_the_order_of_their_first_rows_with_all_their_rows(rows):
    expected: dict[str, list[int]] = {}
    repeated: list[int] = []
    seen: set[int] = set()
    for number, (product, ident) in enumerate(rows):
        used = expected.setdefault(product, [])
        (repeated if ident in seen else used).append(number)
        seen.add(ident)
    products, unused = collect(
        [Row(number, {"x": "y"}) for number in range(len(rows))],
        [Place(product, f"{ident}") for product, ident in rows],
    )
    assert products == [used for used in expected.values() if used]
    assert sorted(unused) == repeated


def test_a_product_takes_the_rows_of_its_other_names():
    places = [Place("child"), Place("other"), Place("parent", "", ("child", "missing"))]
    products, _ = collect([Row(number, {}) for number in (1, 2, 3)], places)
    assert products == [[1, 3], [2]]


def test_the_same_file_is_read_in_the_same_order_with_the_same_digests():
    rows = [
        {"id": str(number), "title": f"Top {number % 7}", "item_group_id": str(number % 7)}
        for number in range(100)
    ]
    first, _ = read_all(make_table(*rows))
    second, _ = read_all(make_table(*rows))
    assert [product.digest() for product in first] == [product.digest() for product in second]
    assert [product.row for product in first] == list(range(2, 9))
    assert [product.rows for product in first] == [15, 15, 14, 14, 14, 14, 14]


def test_a_digest_is_of_the_facts_and_not_of_the_place():
    row = {"id": "1", "title": "Top", "price": "5 EUR", "material": "silk"}
    (product,), _ = read_all(make_table(row))
    (_, moved), _ = read_all(make_table({"id": "2", "title": "Dress"}, row))
    (dearer,), _ = read_all(make_table(row | {"price": "6 EUR"}))
    (woollen,), _ = read_all(make_table(row | {"material": "wool"}))
    assert product.row != moved.row
    assert product.digest() == moved.digest()
    assert len({product.digest(), dearer.digest(), woollen.digest()}) == 3
    assert len(product.digest()) == 64


def test_a_product_of_too_many_rows_is_cut():
    rows = [
        {"id": str(number), "title": "Top", "item_group_id": "G"}
        for number in range(MAX_PRODUCT_ROWS + 3)
    ]
    (product,), problems = read_all(make_table(*rows))
    assert len(product.variants) == MAX_PRODUCT_ROWS
    assert [problem.code for problem in problems] == ["product_too_large"] * 3


def test_a_feed_that_needs_too_much_space_is_refused(monkeypatch):
    monkeypatch.setattr("catalog.feeds.spool.MAX_PAGES", 40)
    rows = [{"id": str(number), "title": "Top " * 50} for number in range(2_000)]
    with pytest.raises(FeedUnreadable) as refused:
        read_all(make_table(*rows))
    assert refused.value.code == "feed_too_large"


def test_any_number_of_problems_leaves_the_good_rows():
    bad = [{"id": str(number), "title": "Top", "price": "free"} for number in range(60_000)]
    good = {"id": "good", "title": "Dress", "price": "5"}
    (product,), problems = read_all(make_table(*bad, good))
    assert (product.external_id, len(problems)) == ("good", 60_000)
