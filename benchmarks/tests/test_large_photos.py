"""The photos of the quality benchmark have the documented size and brightness."""

import io

import numpy as np
from PIL import Image

from benchmarks.large_photos import DARK, _enlarge
from core.tests.factories import make_photo


def test_a_pair_has_twelve_megapixels_a_darker_second_photo_and_different_grain():
    small = make_photo(size=(60, 80))
    one, other = _enlarge(small, seed=1), _enlarge(small, seed=2, light=DARK)
    with Image.open(io.BytesIO(one)) as image:
        assert (image.format, image.width * image.height) == ("JPEG", 12_000_000)
        bright = np.asarray(image.reduce(50)).mean()
    with Image.open(io.BytesIO(other)) as image:
        assert np.asarray(image.reduce(50)).mean() < 0.6 * bright
    assert _enlarge(small, seed=1) == one
    assert _enlarge(small, seed=3) != one
