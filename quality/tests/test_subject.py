from dataclasses import replace

import numpy as np
import pytest

from demo.garments import Garment, sample_garments
from demo.garments.canvas import Canvas
from demo.garments.cloths import make_cloths
from demo.garments.drawing import _backdrop, _frame, make_generator
from demo.garments.shapes import SHAPES
from demo.garments.studio import photograph
from evaluation.quality.degradations import add_cast, lower_contrast, over_expose, under_expose
from quality.measure.frame import make_frame
from quality.measure.subject import find_subject
from quality.tests.photos import make_photo, make_scene, needs_photos, real_photos


def draw_with_mask(garment: Garment, height: int = 512):
    """Draw a garment as `draw_garment` does, and return its mask as well."""
    parts = SHAPES[garment.kind](garment, make_generator(garment, "shape"))
    view = _frame(parts, height=height, rng=make_generator(garment, "view"))
    cloths = make_cloths(garment, unit=view.unit, rng=make_generator(garment, "cloth"))
    canvas = Canvas(height=height, view=view, cloths=cloths, rng=make_generator(garment, "drape"))
    canvas.paint(parts)
    return photograph(canvas, _backdrop(garment)), canvas.cover > 0.5


def overlap(one, other) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_finds_generated_garments():
    overlaps = []
    for garment in sample_garments(count=24, seed=11):
        photo, true = draw_with_mask(garment)
        subject = find_subject(make_frame(photo))
        if subject.is_confident:
            overlaps.append(overlap(subject.mask, true))
    assert len(overlaps) >= 18
    assert np.median(overlaps) > 0.93
    assert np.mean(np.array(overlaps) > 0.8) >= 0.9


def test_transparency_is_a_certain_mask():
    frame = make_frame(make_photo())
    alpha = np.zeros(frame.pixels.shape[:2], np.uint8)
    alpha[200:600, 150:450] = 255
    subject = find_subject(replace(frame, alpha=alpha))
    assert subject.confidence == 1
    assert subject.mask.mean() == pytest.approx(0.25, abs=0.01)


def test_pattern_without_garment_is_measured_whole_without_confidence():
    subject = find_subject(make_frame(make_scene()))
    assert not subject.is_confident
    assert subject.mask.all()
    assert not subject.background.any()


@pytest.mark.parametrize("spoil", [add_cast, lower_contrast, over_expose, under_expose])
def test_bad_light_hardly_changes_the_mask(spoil):
    photo = make_photo(colour="blue")
    clean = find_subject(make_frame(photo))
    spoiled = find_subject(make_frame(spoil(photo, 3, np.random.default_rng(1))))
    assert spoiled.is_confident
    assert overlap(clean.mask, spoiled.mask) > 0.9


def test_the_same_photo_gives_the_same_mask():
    frame = make_frame(make_photo())
    assert np.array_equal(find_subject(frame).mask, find_subject(frame).mask)


@needs_photos
def test_garment_is_found_in_most_real_photos():
    subjects = [find_subject(make_frame(photo)) for photo in real_photos(30)]
    assert sum(subject.is_confident for subject in subjects) >= 16
