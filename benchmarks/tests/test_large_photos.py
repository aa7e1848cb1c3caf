"""The photos that photo quality is timed with are what the figures are said to be of."""

import io

import numpy as np
from PIL import Image

from benchmarks.large_photos import LESS_LIGHT, _enlarge
from core.tests.factories import make_photo


def test_a_pair_is_twelve_megapixels_the_second_darker_and_no_two_grains_alike():
    small = make_photo(size=(60, 80))
    one, other = _enlarge(small, seed=1), _enlarge(small, seed=2, light=LESS_LIGHT)
    with Image.open(io.BytesIO(one)) as image:
        assert (image.format, image.width * image.height) == ("JPEG", 12_000_000)
        bright = np.asarray(image.reduce(50)).mean()
    with Image.open(io.BytesIO(other)) as image:
        assert np.asarray(image.reduce(50)).mean() < 0.6 * bright
    assert _enlarge(small, seed=1) == one
    assert _enlarge(small, seed=3) != one
