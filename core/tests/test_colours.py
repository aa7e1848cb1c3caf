import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.ml.colours import (
    BASIC_COLOURS,
    RETAIL_COLOURS,
    basic_colour,
    name_oklab,
    srgb_to_oklab,
)


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


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(3))))
def test_bytes_and_floats_convert_equally(rgb):
    assert np.allclose(srgb_to_oklab(rgb), srgb_to_oklab(rgb / 255), atol=1e-4)
    assert srgb_to_oklab(rgb).dtype == np.float32


def test_every_retail_colour_is_nearest_to_itself():
    table = np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8)
    assert name_oklab(srgb_to_oklab(table)).tolist() == [colour.name for colour in RETAIL_COLOURS]


def test_basic_names_are_complete_and_map_to_themselves():
    assert len(BASIC_COLOURS) == 14
    assert {colour.basic for colour in RETAIL_COLOURS} == set(BASIC_COLOURS)
    assert [basic_colour(name) for name in BASIC_COLOURS] == list(BASIC_COLOURS)
    with pytest.raises(KeyError):
        basic_colour("octarine")


@given(arrays.arrays(np.uint8, (4, 4, 3)))
def test_naming_colours_keeps_the_array_shape(rgb):
    assert name_oklab(srgb_to_oklab(rgb)).shape == (4, 4)
