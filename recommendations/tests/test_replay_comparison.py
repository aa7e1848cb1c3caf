"""Two answers compared: what moves, comes in and falls out, and clicks lost and won."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.ranking.match import Match
from recommendations.replays.comparison import FirstResult, compare_answers

ITEMS = "abcdefghijkl"
answers = st.lists(st.sampled_from(ITEMS), unique=True, max_size=10)


def results(items: str, match: Match | None = Match.WEAK) -> list[FirstResult]:
    return [FirstResult(UUID(int=ord(item)), item, match) for item in items]


def compare(before: str, after: str, clicked: str = ""):
    return compare_answers(results(before), results(after), set(clicked))


def test_equal_answers_do_not_differ():
    found = compare("abc", "abc", "a")
    assert (found.difference, found.overlap) == (0, 1)
    assert (found.moved, found.entered, found.left) == (0, 0, 0)
    assert (found.clicked, found.clicks_before, found.clicks_lost, found.clicks_won) == (1, 1, 0, 0)


def test_empty_answers_do_not_differ():
    assert compare("", "").difference == 0
    assert compare("", "").is_match_before is False


@pytest.mark.parametrize(
    ("after", "counts", "overlap"),
    [
        ("abdc", (2, 0, 0), 1),
        ("abce", (0, 1, 1), 0.75),
        ("eabc", (3, 1, 1), 0.75),
        ("", (0, 0, 4), 0),
        ("efgh", (0, 4, 4), 0),
    ],
)
def test_counts_products_that_move_come_in_and_fall_out(after, counts, overlap):
    found = compare("abcd", after)
    assert (found.moved, found.entered, found.left) == counts
    assert found.overlap == overlap


def test_changes_at_the_top_weigh_more():
    assert compare("abcd", "bacd").difference > compare("abcd", "abdc").difference > 0


def test_clicks_are_lost_and_won_with_their_products():
    found = compare("abcd", "abef", clicked="acex")
    assert (found.clicked, found.clicks_before, found.clicks_lost, found.clicks_won) == (4, 2, 1, 1)


def test_an_answer_without_any_match_has_none():
    found = compare_answers(results("ab", Match.NONE), results("ab", None), ())
    assert (found.is_match_before, found.is_match_after) == (False, True)


def test_images_without_a_product_are_compared_by_themselves():
    one, other = FirstResult(UUID(int=1), "", None), FirstResult(UUID(int=2), "", None)
    assert compare_answers([one], [other], {str(one.id)}).clicks_lost == 1


@given(answers, answers, answers)
def test_the_other_way_round_swaps_what_is_lost_and_won(before, after, clicked):
    there = compare("".join(before), "".join(after), "".join(clicked))
    back = compare("".join(after), "".join(before), "".join(clicked))
    assert 0 <= there.difference == back.difference <= 1
    assert (there.entered, there.clicks_lost) == (back.left, back.clicks_won)
    assert (there.difference == 0) == (before == after)
