import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.ml.colours import BASIC_COLOURS, RETAIL_COLOURS
from training.garment_colours import find_garment_colours


def make_photo(*, garment: tuple[int, int, int], background: tuple[int, int, int]) -> np.ndarray:
    photo = np.full((160, 120, 3), background, dtype=np.uint8)
    photo[30:130, 35:85] = garment
    return photo


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
