import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.quality.degradations import (
    add_cast,
    add_noise,
    blur,
    compress,
    lower_contrast,
    over_expose,
    under_expose,
)
from quality.measure.frame import PhotoUnmeasurable, make_frame, resize
from quality.measure.metrics import measure
from quality.measure.scales import PARTS, SCALES, Verdict, score
from quality.tests.photos import make_photo, make_scene

# What a spoiled photo's measure does: which, and whether it rises.
OWN = [
    (blur, "sharpness", -1),
    (add_noise, "noise", 1),
    (lower_contrast, "contrast", -1),
    (under_expose, "exposure", -1),
    (over_expose, "exposure", 1),
    (add_cast, "colour_cast", 1),
    (add_cast, "colour_accuracy", 1),
    (compress, "blockiness", 1),
]


def measure_pixels(pixels):
    return measure(make_frame(pixels))


@pytest.mark.parametrize(("spoil", "name", "sign"), OWN)
def test_a_measure_follows_its_own_degradation(spoil, name, sign):
    photo = make_photo(colour="blue", kind="shirt", height=533)
    versions = [photo] + [spoil(photo, s, np.random.default_rng(4)) for s in (1, 3, 5)]
    raws = [sign * measure_pixels(version)[name].raw for version in versions]
    assert raws == sorted(raws)
    assert raws[-1] > raws[0] + 0.1 * abs(raws[0])


@pytest.mark.parametrize("name", ["sharpness", "contrast", "exposure", "colour_cast", "saturation",
                                  "subject_fill", "centring", "background_uniformity"])  # fmt: skip
def test_a_figure_hardly_depends_on_the_resolution(name):
    large = np.asarray(make_photo(height=2000))
    small = resize(large, longer_side=533)  # 400 pixels wide
    scores = [measure_pixels(pixels)[name].score for pixels in (large, small)]
    assert scores[0] == pytest.approx(scores[1], abs=0.08)


def test_noise_is_measured_in_steps_of_255():
    flat = np.full((512, 384, 3), 128, np.uint8)
    flat[128:384, 96:288] = (90, 60, 140)
    noisy = flat + np.random.default_rng(2).normal(0, 8, flat.shape[:2])[..., None]
    measured = measure_pixels(np.clip(noisy, 0, 255).astype(np.uint8))["noise"].raw
    assert measured == pytest.approx(8, rel=0.2)


def test_framing_is_measured_on_the_garments_box():
    photo = np.full((400, 400, 3), 255, np.uint8)
    photo[20:380, 100:260] = (150, 30, 60)
    measures = measure_pixels(photo)
    assert measures["subject_fill"].raw == pytest.approx(0.9, abs=0.02)
    assert measures["centring"].raw == pytest.approx(0.05, abs=0.01)
    assert measures["background_whiteness"].raw > 0.98
    assert measures["background_uniformity"].raw < 1


def test_without_a_garment_framing_is_unknown():
    measures = measure_pixels(make_scene())
    for name in ("subject_fill", "centring", "background_uniformity", "background_whiteness"):
        assert (measures[name].raw, measures[name].score) == (None, None)
        assert measures[name].verdict is Verdict.UNKNOWN
    assert measures["sharpness"].raw is not None
    assert score(measures).parts["framing"] is None


def test_white_background_is_not_over_exposure():
    photo = np.full((400, 400, 3), 255, np.uint8)
    photo[50:350, 120:280] = (40, 60, 140)
    assert measure_pixels(photo)["exposure"].verdict is Verdict.GOOD
    grey = np.where(photo == 255, 190, photo)
    bright = over_expose(grey.astype(np.uint8), 5, np.random.default_rng(1))
    assert measure_pixels(bright)["exposure"].raw > measure_pixels(grey)["exposure"].raw


def test_clipped_garment_is_measured():
    photo = np.full((400, 400, 3), 120, np.uint8)
    photo[100:300, 100:300] = 255
    assert measure_pixels(photo)["clipping"].raw > 0.9


def test_cast_on_white_equals_the_colour_error():
    photo = np.full((400, 400, 3), 230, np.uint8)
    photo[100:300, 120:280] = 120
    assert measure_pixels(photo)["colour_cast"].raw < 0.5
    warm = photo * np.array([1, 0.92, 0.78])
    measures = measure_pixels(warm.astype(np.uint8))
    assert measures["colour_cast"].raw > 3
    assert measures["colour_accuracy"].raw > 5


def test_the_grid_is_found_in_a_crop():
    photo = compress(np.asarray(make_photo(height=800)), 4, np.random.default_rng(1))
    whole, crop = measure_pixels(photo), measure_pixels(photo[3:, 5:])
    assert crop["blockiness"].raw == pytest.approx(whole["blockiness"].raw, rel=0.1)
    assert whole["blockiness"].raw > 1
    resized = cv2.resize(photo, None, fx=0.77, fy=0.77, interpolation=cv2.INTER_AREA)
    assert measure_pixels(resized)["blockiness"].raw < 0.3


def test_every_part_of_the_score_is_a_measure():
    named = [name for weights in PARTS.values() for name in weights]
    assert sorted(named) == sorted(SCALES)


def test_a_worse_photo_has_a_worse_score():
    photo = make_photo(height=533)
    clean = score(measure_pixels(photo))
    assert 0 < clean.score <= 100
    for spoil in (blur, add_noise, under_expose, compress):
        assert score(measure_pixels(spoil(photo, 4, np.random.default_rng(1)))).score < clean.score


@settings(max_examples=25)
@given(
    height=st.integers(64, 300),
    width=st.integers(64, 300),
    levels=st.integers(2, 256),
    seed=st.integers(0, 999),
)
def test_no_figure_is_ever_nan(height, width, levels, seed):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, levels, (1 + seed % 5, 1 + seed % 7, 3)).astype(np.uint8)
    pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    try:
        measures = measure_pixels(pixels)
    except PhotoUnmeasurable:
        return
    for figure in measures.values():
        assert figure.raw is None or math.isfinite(figure.raw)
        assert figure.score is None or 0 <= figure.score <= 1
    assert 0 <= score(measures).score <= 100


def test_a_panorama_is_measured():
    strip = np.asarray(make_photo(height=800))[300:400]
    measures = measure_pixels(cv2.resize(strip, (800, 110)))
    assert all(figure.raw is None or math.isfinite(figure.raw) for figure in measures.values())
