"""Values of feeds are cleaned and cut to what we store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds import values
from catalog.feeds.records import MAX_PROBLEM_VALUE_LENGTH
from catalog.tests.feeds.factories import make_table, read_all, read_one


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Light &amp; loose</p>\n\n<p>Linen</p>", "Light & loose\nLinen"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("a<br/>b", "a\nb"),
        ("<b>bold</b>ly", "boldly"),
        ("<style>p { color: red }</style>Text<script>alert(1)</script>", "Text"),
        ("Text<script>alert(1)", "Text"),
        ("<!-- note -->Text<!-- no end", "Text"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("&lt;3 &eacute;&#233;&#xe9;", "<3 ééé"),
        ("  two   words ", "two words"),
    ],
)
def test_descriptions_become_plain_text(markup, text):
    assert values.clean_description(markup) == text


@given(st.text(alphabet="<>/!-ab &;#1 \n", max_size=300))
def test_any_markup_becomes_text_of_bounded_length(markup):
    text = values.clean_description(markup)
    assert len(text) <= values.MAX_DESCRIPTION_LENGTH
    assert text == text.strip()


@pytest.mark.parametrize("part", ["<!--", "<script>", "<a ", "&a", " \n", "<", "</script "])
def test_hostile_markup_is_read_once(part):
    values.clean_description(part * values.MAX_MARKUP_LENGTH)
    values.clean_line(part * values.MAX_MARKUP_LENGTH)
    values.split_links(f"https://a {part * 200_000}b")


def test_cuts_texts_and_refuses_nothing_for_it():
    row = {"id": "1", "title": "x" * 300, "description": "y" * 9000, "brand": "z" * 150}
    product = read_one(make_table(row))
    assert [len(one) for one in (product.name, product.description, product.brand)] == [
        values.MAX_NAME_LENGTH,
        values.MAX_DESCRIPTION_LENGTH,
        values.MAX_BRAND_LENGTH,
    ]


def test_problems_have_the_beginning_of_a_long_value():
    _, (problem,) = read_all(make_table({"id": "x" * 5000, "title": "Top"}))
    assert problem.value == "x" * MAX_PROBLEM_VALUE_LENGTH


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://a.example/1.jpg", ["https://a.example/1.jpg"]),
        ("https://a/1, https://a/2", ["https://a/1", "https://a/2"]),
        ("https://a/1|https://a/2 http://a/3\nHTTPS://a/4", 4),
        ("https://a/w_1,h_2/x.jpg,https://a/2", ["https://a/w_1,h_2/x.jpg", "https://a/2"]),
        (" , ", []),
    ],
)
def test_splits_links(text, links):
    found = values.split_links(text)
    assert found == links if isinstance(links, list) else len(found) == links


@pytest.mark.parametrize(
    ("text", "stock"),
    [("3", 3), ("3.0000", 3), ("-2", 0), ("+1", 1), ("9" * 12, values.MAX_STOCK)],
)
def test_reads_stock(text, stock):
    assert values.parse_stock(text) == stock


@pytest.mark.parametrize("text", ["many", "1.5", "", "1e3", "٣", "9" * 13])
def test_other_texts_are_no_stock(text):
    assert values.parse_stock(text) is None


def test_too_many_photos_are_problems():
    links = ",".join(f"https://cdn.example/{number}.jpg" for number in range(110))
    (product,), problems = read_all(make_table({"id": "1", "title": "Top", "image_link": links}))
    assert (len(product.photos), len(problems)) == (100, 10)


def test_a_row_with_too_many_cells_is_a_problem_and_one_with_too_few_is_filled():
    text = "id\ttitle\tprice\n1\tTop\t5\textra\n2\tDress\n3\tCoat\t7\t\t\n"
    products, (problem,) = read_all(text)
    assert [product.external_id for product in products] == ["2", "3"]
    assert (problem.row, problem.code, problem.value) == (2, "too_many_cells", "extra")
