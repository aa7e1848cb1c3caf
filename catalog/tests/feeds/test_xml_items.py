"""Items of XML feeds that are not well-formed, and those after them."""

import pytest

from catalog.feeds.tables import BrokenRecord
from catalog.feeds.xml_items import split_items
from catalog.tests.feeds.factories import read_all

START = (
    '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>x</title>'
)
END = "</channel></rss>"


def make_item(number: int, title: str = "Dress") -> str:
    return f"<item><g:id>{number}</g:id><title>{title}</title></item>\n"


@pytest.mark.parametrize("broken", ["a & b", "a < b", "&nbsp;", "</b>", "<b>", "<b a=1/>", "&#0;"])
def test_a_broken_item_costs_itself(broken):
    text = START + make_item(1) + make_item(2, broken) + make_item(3) + make_item(4) + END
    products, (problem,) = read_all(text)
    assert [(product.row, product.external_id) for product in products] == [
        (1, "1"),
        (3, "3"),
        (4, "4"),
    ]
    assert (problem.row, problem.code) == (2, "xml_invalid")


def test_items_before_a_truncated_end_are_read():
    text = START + make_item(1) + make_item(2) + "<item><g:id>3</g:id><titl"
    products, (problem,) = read_all(text)
    assert [product.external_id for product in products] == ["1", "2"]
    assert (problem.row, problem.code) == (3, "xml_truncated")


def test_a_missing_end_of_the_document_is_a_problem():
    products, (problem,) = read_all(START + make_item(1))
    assert (len(products), problem.code) == (1, "xml_truncated")


def test_items_in_comments_and_texts_are_none():
    text = START + f"<!-- {make_item(9)} -->" + make_item(1, f"<![CDATA[{make_item(8)}]]>") + END
    (product,), problems = read_all(text)
    assert (product.external_id, problems) == ("1", [])


def test_an_empty_line_before_the_declaration_is_no_problem():
    products, problems = read_all("\n\n" + START + make_item(1) + END)
    assert (len(products), problems) == (1, [])


@pytest.mark.parametrize("size", [1, 3, 50])
def test_items_do_not_depend_on_the_pieces_they_come_in(size):
    text = START + make_item(1) + make_item(2, "a & b") + make_item(3) + END
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    found = list(split_items(pieces))
    assert [number for number, _ in found] == [1, 2, 3]
    assert isinstance(found[1][1], BrokenRecord)
    assert found[2][1] == {"id": "3", "title": "Dress"}
