import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylist.chat.shared.plain_text import REMOVED, PlainStream, to_plain_text

PARTS = (
    "Hello", " ", "\n", ". ", "! ", "[", "]", "(", ")", "https://evil.example/x?d=1", "<b>", "</b>",
    "<script>", "<img src=x onerror=alert(1)>", "![p](https://evil.example/p.png)", "**", "_", "`",
    "```", "# ", "- ", "[item:abc]", "[outfit: X1]", "javascript:alert(1)", "www.evil.example",
    "&lt;", "&gt;", "&amp;", "\u202e", "\x00", "\x1b[31m", "evil.com/a", "e.g. ", "49.90", "<",
    ">", "a" * 90, "!", "?", "\u200b", "é",
)  # fmt: skip
MARKUP = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


def stream(text: str, cuts: list[int]) -> str:
    whole, out = PlainStream(), []
    places = sorted({min(cut, len(text)) for cut in cuts})
    for start, end in zip([0, *places], [*places, len(text)], strict=True):
        out += whole.feed(text[start:end])
    return "".join((*out, *whole.finish()))


@given(MARKUP, st.lists(st.integers(0, 1500), max_size=30))
def test_the_text_does_not_depend_on_its_chunks(text, cuts):
    assert stream(text, cuts) == stream(text, [])


@given(MARKUP)
def test_the_text_is_the_same_character_by_character(text):
    assert stream(text, [*range(len(text))]) == stream(text, [])


@given(MARKUP)
def test_removes_links_tags_and_control_characters(text):
    out = to_plain_text(text)
    assert "://" not in out
    assert "javascript:" not in out
    assert not re.search(r"<[A-Za-z/!][^<>]*>", out)
    assert not re.search(r"\]\(|\*\*|```", out)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u202e]", out)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("**Bold** and _this_, `code`.", "Bold and this, code."),
        ("See [the shop](https://evil.example/a?b=c).", "See the shop."),
        ("Look: ![a dress](https://evil.example/p.png) nice.", "Look: nice."),
        ("<b>Hi</b> <script>alert(1)</script>", "Hi alert(1)"),
        ("# Title\n- one\n- two\n", "Title\none\ntwo\n"),
        ("&lt;b&gt;Hi&lt;/b&gt;", "Hi"),
        ("<<b>script>x", "x"),
        ("Take [item:abc], it is 49.90.", "Take [item:abc], it is 49.90."),
        ("Take [[item:abc]](https://evil.example).", "Take [item:abc]."),
        ("Go to www.evil.example/x now", "Go to now"),
        ("Visit evil.com/path today", "Visit today"),
        ("A waist < 80 is fine.", "A waist < 80 is fine."),
        ("snake_case stays", "snake_case stays"),
    ],
)
def test_strips_markup(markup, text):
    assert to_plain_text(markup) == text


def test_an_address_is_replaced_by_a_mark_in_the_stream():
    assert stream("Go to evil.com now.", []) == f"Go to {REMOVED} now."


def test_sentences_are_returned_once_they_are_complete():
    whole = PlainStream()
    assert whole.feed("A red dress. It") == ["A red dress."]
    assert whole.feed(" goes with na") == []
    assert whole.feed("vy.") == []
    assert whole.finish() == [" It goes with navy."]


def test_a_bracket_that_is_never_closed_is_returned_in_the_end():
    whole = PlainStream()
    assert "".join(whole.feed("[never closed " + "and on " * 200)).startswith("[never closed")
