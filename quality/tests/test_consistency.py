"""Photos that differ from a shop's usual photos are found."""

import pytest

from quality.reports import LOOK, MIN_PHOTOS, find_outliers, read_look
from quality.tests.factories import make_assessment

USUAL = [1.0, 0.0, 0.0, 0.8, 0.05, 0.2, 1.0]


def differing(name: str, value: float | None) -> list[float | None]:
    place = list(LOOK).index(name)
    return [*USUAL[:place], value, *USUAL[place + 1 :]]


def test_equal_photos_have_no_outlier():
    assert find_outliers([USUAL] * 20) == []


def test_too_few_photos_have_no_outlier():
    odd = differing("exposure", -3.0)
    assert find_outliers([USUAL] * (MIN_PHOTOS - 2) + [odd]) == []
    (breach,) = find_outliers([USUAL] * (MIN_PHOTOS - 1) + [odd])
    assert (breach.place, breach.looks, breach.groups) == (
        MIN_PHOTOS - 1, ("exposure",), ("light",),
    )  # fmt: skip


@pytest.mark.parametrize("name", LOOK)
def test_invisible_difference_is_no_outlier(name):
    usual = dict(zip(LOOK, USUAL, strict=True))[name]
    assert find_outliers([USUAL] * 9 + [differing(name, usual + LOOK[name])]) == []
    (breach,) = find_outliers([USUAL] * 9 + [differing(name, usual + 6 * LOOK[name])])
    assert breach.looks == (name,)


def test_wide_spread_allows_larger_differences():
    spread = [differing("exposure", 0.4 * step) for step in range(-5, 6)]
    assert find_outliers([*spread, differing("exposure", 3.0)]) == []
    assert [breach.place for breach in find_outliers([*spread, differing("exposure", 9.0)])] == [11]


def test_photos_without_a_mask_are_compared_by_other_figures():
    masked = [USUAL] * 9
    unknown = [None, None, None, None, None, -2.0, 1.0]
    (breach,) = find_outliers([*masked, unknown])
    assert (breach.place, breach.groups) == (9, ("light",))
    few = [[None] * 5 + [0.2, 1.0]] * 9 + [USUAL] * 2 + [differing("subject_fill", 0.1)]
    assert find_outliers(few) == [], "three backgrounds are too few"


def test_farthest_outlier_comes_first_with_all_its_figures():
    near, far = differing("exposure", 1.0), [0.2, 0.0, 0.0, 0.1, 0.05, 0.2, 1.0]
    first, second = find_outliers([near, far, *[USUAL] * 9])
    assert (first.place, second.place) == (1, 0)
    assert first.groups == ("background", "framing")
    assert first.distance > second.distance > 3.5


def test_look_of_a_photo_without_background_has_no_figure_for_it():
    assessment = make_assessment(subject_fill=None, exposure=-1.0)
    assert read_look(assessment) == [1.0, 0.0, 0.0, None, 0.5, -1.0, 0.5]
