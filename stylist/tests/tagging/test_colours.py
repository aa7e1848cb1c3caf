"""Colours are measured on the garment, in any light, with folds, on any background."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ml.colours import RETAIL_COLOURS
from stylist.tagging.colour.measurement import measure_colours
from stylist.tests.tagging.photos import cut_out


def paint(rgb, *, second=None, share=0.5):
    """Return a photo of a garment with one colour, or two, one above the other."""
    photo, mask = cut_out()
    photo[mask] = rgb
    if second is not None:
        photo[40 : 40 + round(160 * share), 30:150] = second
    return photo, mask


def shaded(photo, mask, *, darkest):
    """Darken the photo from left to right, in linear light."""
    fall = np.linspace(1, darkest, photo.shape[1])[None, :, None]
    linear = (photo / 255) ** 2.2 * fall
    lit = (linear ** (1 / 2.2) * 255).round().astype(np.uint8)
    return np.where(mask[..., None], lit, photo)


@pytest.mark.parametrize("colour", RETAIL_COLOURS, ids=lambda colour: colour.name)
def test_each_retail_colour_gets_its_basic_name(colour):
    found = measure_colours(*paint(colour.rgb))

    assert len(found) == 1
    assert found[0].share == pytest.approx(1)
    # In the light of a room, very pale and grey shades look like white and grey.
    nearby = {"ivory": "white", "taupe": "grey", "sage": "grey"}
    assert found[0].basic in (colour.basic, nearby.get(colour.name))


@pytest.mark.parametrize("colour", [(202, 32, 42), (46, 104, 190), (44, 138, 70), (128, 129, 132)])
def test_folds_are_not_a_second_colour(colour):
    photo, mask = paint(colour)

    found = measure_colours(shaded(photo, mask, darkest=0.35), mask)

    assert [found.basic for found in found] == [measure_colours(photo, mask)[0].basic]


def test_two_colours_are_found_with_their_shares():
    found = measure_colours(*paint((202, 32, 42), second=(26, 34, 72), share=0.3))

    assert [colour.basic for colour in found] == ["red", "navy"]
    assert found[1].share == pytest.approx(0.3, abs=0.03)


def test_mixed_threads_are_not_a_third_colour():
    photo, mask = paint((242, 242, 242))
    photo[40:200:4, 30:150] = (26, 34, 72)
    photo[41:200:4, 30:150] = (150, 152, 165)  # a row of both

    found = measure_colours(photo, mask)

    assert {colour.basic for colour in found} == {"white", "navy"}


def test_background_between_the_legs_is_not_a_colour_of_the_trousers():
    photo, mask = paint((26, 34, 72))
    photo[90:200, 75:105] = (236, 236, 238)

    assert [colour.basic for colour in measure_colours(photo, mask)] == ["navy"]


def test_white_on_a_white_background_is_white():
    assert measure_colours(*paint((247, 247, 246)))[0].basic == "white"


def test_an_empty_mask_has_no_colours():
    photo, mask = cut_out()

    assert measure_colours(photo, np.zeros_like(mask)) == ()


def test_confidence_is_low_between_two_names():
    clear = measure_colours(*paint((202, 32, 42)))[0]
    between = measure_colours(*paint((216, 176, 118)))[0]  # of beige, yellow and brown

    assert clear.confidence > 0.95
    assert between.confidence < 0.9
    assert sum(between.distribution.values()) == pytest.approx(1)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(8, 60), st.integers(8, 60))
def test_shares_of_colours_add_up_to_at_most_one(seed, height, width):
    rng = np.random.default_rng(seed)
    photo = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = rng.random((height, width)) < 0.7

    found = measure_colours(photo, mask)

    assert found
    assert sum(colour.share for colour in found) <= 1 + 1e-6
    assert list(found) == sorted(found, key=lambda colour: -colour.share)
    assert found == measure_colours(photo, mask)
