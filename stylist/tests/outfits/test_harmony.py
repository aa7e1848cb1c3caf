import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylist.outfits.compatibility import (
    MAX_COLOURS,
    UNKNOWN_AGREEMENT,
    chromatic_hues,
    colour_agreement,
    count_colours,
    hue_agreement,
    share_a_colour,
)
from stylist.tests.outfits.garments import LAB

hues = st.floats(0, 360, width=32)


def agree(one, other):
    return float(colour_agreement(np.array(LAB[one]), np.array(LAB[other])))


@given(hues, hues)
def test_hue_agreement_depends_on_the_angle(one, other):
    agreement = float(hue_agreement(np.array(one), np.array(other)))
    apart = abs((one - other + 180) % 360 - 180)
    assert agreement == pytest.approx(float(hue_agreement(np.array(other), np.array(one))))
    if apart < 29.9 or apart > 160.1:
        assert agreement >= 0.9
    if 60 < apart < 140:
        assert agreement <= 0.35


@pytest.mark.parametrize("neutral", ["black", "white", "grey", "navy", "denim", "brown", "olive"])
def test_neutrals_go_with_every_colour(neutral):
    assert min(agree(neutral, name) for name in LAB) >= 0.9


def test_full_colours_clash_more_than_muted_ones():
    assert agree("fuchsia", "lime") < 0.4
    assert agree("fuchsia", "lime") < agree("dusty rose", "sage")
    assert agree("red", "coral") > 0.9
    assert agree("orange", "sky blue") > 0.75


def test_the_agreement_with_an_unknown_colour_is_nan():
    assert np.isnan(colour_agreement(np.full(3, np.nan), np.array(LAB["red"])))


def test_shades_of_a_hue_are_one_colour_across_zero_degrees():
    rows = np.array(
        [
            [np.nan, np.nan, np.nan, np.nan],
            [10, np.nan, np.nan, np.nan],
            [355, 5, 15, np.nan],
            [355, 5, 100, np.nan],
            [0, 90, 180, 270],
        ],
        np.float32,
    )
    assert count_colours(rows).tolist() == [0, 1, 1, 2, 4]


@given(st.permutations([10.0, 20.0, 200.0, 300.0, np.nan]), hues)
def test_the_count_of_colours_ignores_order_and_rotation(order, turn):
    row = (np.array([order], np.float32) + turn) % 360
    assert count_colours(row).tolist() == [MAX_COLOURS]


def test_neutral_colours_have_no_chromatic_hue():
    names = ["navy", "black", "red", "camel"]
    found = chromatic_hues(np.array([LAB[name] for name in names]))
    assert np.isnan(found[:2]).all()
    assert np.isfinite(found[2:]).all()


def test_palettes_share_a_colour_of_both():
    red_white = np.array([LAB["red"], LAB["white"]])
    navy_white = np.array([LAB["navy"], LAB["ivory"]])
    black = np.array([LAB["black"], (np.nan,) * 3])
    assert share_a_colour(red_white, navy_white)
    assert not share_a_colour(red_white, black)


def test_an_unknown_colour_counts_as_the_mean_of_all_pairs():
    every = np.array([*LAB.values()])
    mean = float(colour_agreement(every[:, None], every[None, :]).mean())
    assert mean == pytest.approx(UNKNOWN_AGREEMENT, abs=0.01)
