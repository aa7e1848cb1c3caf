"""Lists of texts reach Postgres as they are, in one parameter."""

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def send(values: list[object], kind: str = "text[]") -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}", [values])
        (row,) = cursor.fetchall()
    return list(row[0])


class AnyTexts(TestCase):
    @given(st.lists(TEXTS))
    def test_lists_of_texts_come_back_as_they_were_sent(self, texts: list[str]) -> None:
        assert send([*texts]) == texts

    @given(st.lists(st.none() | TEXTS))
    def test_so_do_lists_with_missing_ones(self, texts: list[str | None]) -> None:
        assert send([*texts]) == texts


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        (["a", "NULL", "null", "", " ", "{}", ",", '"', "\\", "\\\\\"", "é\n\t"], "text[]", None),
        (["1", "22"], "int[]", [1, 22]),
        (["true", "f"], "bool[]", [True, False]),
        ([["a", 'b"'], ["\\", ""]], "text[]", None),
        ([], "text[]", None),
    ],
)  # fmt: skip
def test_elements_are_read_as_the_type_of_the_array(values, kind, found):
    assert send(values, kind) == (values if found is None else found)


@pytest.mark.django_db
def test_a_text_with_a_zero_byte_is_refused():
    with pytest.raises(DataError):
        send(["a\0b"])
