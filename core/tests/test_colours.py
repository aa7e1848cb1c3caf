import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.ml.colours import (
    BASIC_COLOURS,
    RETAIL_COLOURS,
    basic_colour,
    name_colours,
    srgb_to_oklab,
)
from core.ml.garment_colours import find_garment_colours


def make_photo(*, garment: tuple[int, int, int], background: tuple[int, int, int]) -> np.ndarray:
    photo = np.full((160, 120, 3), background, dtype=np.uint8)
    photo[30:130, 35:85] = garment
    return photo


# OKLab values of the sRGB primaries, computed with the matrices of Ottosson's article.
@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (0.628, 0.225, 0.126)),
        ((0, 255, 0), (0.866, -0.234, 0.179)),
        ((0, 0, 255), (0.452, -0.032, -0.312)),
    ],
)
def test_oklab_matches_the_published_primaries(rgb, lab):
    assert srgb_to_oklab(np.array(rgb, dtype=np.uint8)) == pytest.approx(lab, abs=1e-3)


@settings(deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(3))))
def test_bytes_and_floats_convert_equally(rgb):
    assert np.allclose(srgb_to_oklab(rgb), srgb_to_oklab(rgb / 255), atol=1e-4)
    assert srgb_to_oklab(rgb).dtype == np.float32


def test_every_retail_colour_is_nearest_to_itself():
    table = np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8)
    assert name_colours(table).tolist() == [colour.name for colour in RETAIL_COLOURS]


def test_basic_names_are_complete_and_map_to_themselves():
    assert len(BASIC_COLOURS) == 14
    assert {colour.basic for colour in RETAIL_COLOURS} == set(BASIC_COLOURS)
    assert [basic_colour(name) for name in BASIC_COLOURS] == list(BASIC_COLOURS)
    with pytest.raises(KeyError):
        basic_colour("octarine")


@settings(deadline=None)
@given(arrays.arrays(np.uint8, (4, 4, 3)))
def test_naming_colours_keeps_the_array_shape(rgb):
    assert name_colours(rgb).shape == (4, 4)


@pytest.mark.parametrize("colour", RETAIL_COLOURS, ids=lambda colour: colour.name)
@pytest.mark.parametrize("background", [(236, 236, 238), (90, 84, 60)], ids=["studio", "carpet"])
def test_names_the_garment_not_its_background(colour, background):
    found = find_garment_colours(make_photo(garment=colour.rgb, background=background))
    if found.is_sure:
        assert found.shares[0].name == colour.basic
        assert found.shade == colour.name
        assert found.shares[0].share > 0.9


def test_is_sure_of_a_red_garment_on_white_and_unsure_of_an_empty_photo():
    assert find_garment_colours(
        make_photo(garment=(202, 32, 42), background=(240, 240, 240))
    ).is_sure
    assert not find_garment_colours(np.full((80, 60, 3), 240, dtype=np.uint8)).is_sure


def test_returns_two_colours_with_their_shares():
    photo = make_photo(garment=(202, 32, 42), background=(240, 240, 240))
    photo[80:130, 35:85] = (26, 34, 72)
    found = find_garment_colours(photo)
    assert {name for name, _ in found.shares} == {"red", "navy"}
    assert 0.9 < sum(share for _, share in found.shares) <= 1.001


def test_a_mask_replaces_the_estimated_background():
    photo = make_photo(garment=(202, 32, 42), background=(46, 104, 190))
    mask = np.zeros((160, 120), dtype=bool)
    mask[:20, :20] = True
    found = find_garment_colours(photo, mask=mask)
    assert found.shares[0].name == "blue"
    assert found.is_sure


def test_an_empty_mask_is_unsure():
    photo = make_photo(garment=(202, 32, 42), background=(46, 104, 190))
    assert not find_garment_colours(photo, mask=np.zeros((160, 120), dtype=bool)).is_sure


@settings(deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))))
def test_returns_a_colour_for_photos_of_any_size(photo):
    found = find_garment_colours(photo)
    assert found.shares
    assert all(name in BASIC_COLOURS for name, _ in found.shares)
