import numpy as np
import pytest
from PIL import Image

from evaluation.quality.degradations import add_cast, under_expose
from quality.enhance import steps
from quality.enhance.tones import Tones, describe, estimate_tones, make_thumbnail
from quality.measure.frame import make_frame, to_float
from quality.measure.subject import find_subject
from quality.tests.photos import make_photo, make_scene


def find_tones(pixels):
    frame = make_frame(pixels)
    return estimate_tones(frame.normal, find_subject(frame))


def test_dark_photo_is_lifted_and_good_photo_hardly_changed():
    photo = make_photo(height=533)
    dark = find_tones(under_expose(photo, 4, np.random.default_rng(1)))
    right = find_tones(photo)
    assert (dark.targets - dark.levels).mean() > 0.2
    assert np.abs(right.targets - right.levels).mean() < 0.05


def test_tone_curve_never_falls():
    tones = find_tones(under_expose(make_photo(height=533), 5, np.random.default_rng(1)))
    assert (np.diff(tones.levels) > 0).all()
    assert (np.diff(tones.targets) >= 0).all()


def test_gains_oppose_the_cast():
    photo = make_photo(height=533)
    warm = add_cast(photo, 5, np.random.default_rng(3))
    added = to_float(warm).mean(axis=(0, 1)) - to_float(photo).mean(axis=(0, 1))
    stops = np.log2(find_tones(warm).gains)
    assert np.corrcoef(added, stops)[0, 1] < -0.9
    assert np.ptp(stops) > 0.3


def test_features_separate_garment_and_background():
    small = np.full((96, 72, 3), 0.9, np.float32)
    small[30:60, 20:50] = 0.1
    mask = small[..., 0] < 0.5
    known, unknown = describe(small, mask), describe(small, None)
    assert known.shape == unknown.shape == (101,)
    # The garment's seven levels and then its ground's, after the whole photo's 73 features.
    assert known[73:80].max() < 0.4 < 0.8 < known[83:90].min()
    assert np.array_equal(unknown[73:83], unknown[83:93])


def test_training_and_inference_apply_the_same_correction():
    torch = pytest.importorskip("torch")
    from training.tones.train import _correct

    rgb = make_thumbnail(to_float(make_photo(height=533)))
    levels = np.linspace(0.05, 0.95, 17, dtype=np.float32)
    rises = np.linspace(0.1, 0.02, len(levels)).astype(np.float32)
    tones = Tones(np.ones(3, np.float32), levels, np.clip(levels + rises, 0, 1), 1.2)
    pixels = (rgb * 255 + 0.5).astype(np.uint8)
    done = steps.tone(pixels, tones, 1.0, tones.saturation)
    answers = np.concatenate([[0, 0], rises, [np.log(1.2)]]).astype(np.float32)
    seen = to_float(pixels).reshape(1, -1, 3)
    learned = _correct(*(torch.from_numpy(a) for a in (answers[None], levels[None], seen)))
    off = np.abs(learned.numpy().reshape(rgb.shape) - to_float(done))
    assert off.max() < 0.01


def test_degradation_is_deterministic(tmp_path):
    from training.tones.samples import VERSIONS, spoil_photo

    path = tmp_path / "scene.png"
    Image.fromarray(make_scene(side=256)).save(path)
    once, again = spoil_photo(path), spoil_photo(path)
    assert len(once) == VERSIONS
    assert all(np.array_equal(a.spoiled, b.spoiled) for a, b in zip(once, again, strict=True))
    assert any((sample.spoiled != sample.clean).any() for sample in once)
    assert any((sample.spoiled == sample.clean).all() for sample in once)
