"""Tables are split into records, also behind a broken one."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds.tables import DELIMITERS, BrokenRecord, split_records
from catalog.feeds.text import MAX_LINE_LENGTH, split_lines

CELLS = st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",)), max_size=12)


def split(text: str, delimiter: str = ",") -> list[tuple[int, list[str] | str]]:
    records = split_records(split_lines([text]), delimiter)
    return [(number, one.code if isinstance(one, BrokenRecord) else one) for number, one in records]


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    st.sampled_from(DELIMITERS),
)
def test_reads_what_the_standard_library_writes(rows, delimiter):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    assert split(file.getvalue(), delimiter) == list(enumerate(rows, 1))


@given(st.text(alphabet='a",\n', max_size=60))
def test_any_text_is_split_and_nothing_is_lost(text):
    records = list(split_records(split_lines([text]), ","))
    numbers = [number for number, _ in records]
    assert numbers == sorted(set(numbers))
    found = [one.text if isinstance(one, BrokenRecord) else "".join(one) for _, one in records]
    assert "".join(found).count("a") == text.count("a")


def test_a_quote_that_is_not_closed_costs_one_record():
    text = 'a,b\n1,"broken\n2,fine\n3,"also, fine"\n4,fine\n'
    assert split(text) == [
        (1, ["a", "b"]),
        (2, "quote_not_closed"),
        (3, ["2", "fine"]),
        (4, ["3", "also, fine"]),
        (5, ["4", "fine"]),
    ]


def test_a_quote_that_is_not_closed_at_the_end_costs_one_record():
    assert split('a,b\n1,"broken') == [(1, ["a", "b"]), (2, "quote_not_closed")]


def test_a_closed_quote_over_too_many_cells_is_one_that_was_not_closed():
    text = 'a,b\n1,"broken\n2,broken",x,y\n3,fine\n'
    assert [one for _, one in split(text)] == [
        ["a", "b"],
        "quote_not_closed",
        ["2", 'broken"', "x", "y"],
        ["3", "fine"],
    ]


def test_a_record_of_several_lines_counts_once():
    text = 'a,b\n1,"one\ntwo\n\nthree"\n\n2,b\n'
    assert split(text) == [(1, ["a", "b"]), (2, ["1", "one\ntwo\n\nthree"]), (4, ["2", "b"])]


def test_a_quotation_mark_within_a_cell_is_one():
    assert split('a,b\n5" heel,b\n') == [(1, ["a", "b"]), (2, ['5" heel', "b"])]


def test_many_broken_quotes_are_read_in_a_time_that_grows_with_the_file():
    text = "a,b\n" + 'x,"y\nplain,line\n' * 3000
    records = split(text)
    assert [one for _, one in records].count("quote_not_closed") == 3000
    assert [one for _, one in records].count(["plain", "line"]) == 3000


def test_a_line_that_is_too_long_is_not_stored():
    def chunks():
        yield "a,b\n1,"
        for _ in range(40):
            yield "x" * (MAX_LINE_LENGTH // 8)
        yield "\n2,fine\n"

    lines = list(split_lines(chunks()))
    assert lines == ["a,b", None, "2,fine"]
    records = list(split_records(lines, ","))
    assert records[1][1].code == "row_too_long"
    assert records[2] == (3, ["2", "fine"])


def test_a_quote_does_not_reach_over_a_line_that_is_too_long():
    records = list(split_records(["a,b", '1,"x', None, "3,fine"], ","))
    assert [number for number, _ in records] == [1, 2, 3, 4]
    assert records[1][1].code == "quote_not_closed"
    assert records[3][1] == ["3", "fine"]


def test_a_value_that_is_too_long_costs_one_record():
    text = f'a,b\n1,"{"x" * (csv.field_size_limit() + 1)}"\n2,fine\n'
    assert [one for _, one in split(text)] == [["a", "b"], "value_too_long", ["2", "fine"]]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_lines_do_not_depend_on_the_pieces_they_come_in(size):
    text = "one\n\ntwo\nthree"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(split_lines(pieces)) == ["one", "", "two", "three"]
