import numpy as np
import pytest

from quality.enhance import steps
from quality.enhance.steps import measure_planes, smooth
from quality.measure.detail import from_cosines, to_cosines
from quality.tests.photos import make_photo


def test_inverse_transform_restores_the_plane():
    plane = np.random.default_rng(1).normal(0, 50, (40, 64)).astype(np.float32)
    cosines = to_cosines(plane)
    assert cosines.shape == (5, 8, 8, 8)
    assert np.allclose(from_cosines(cosines), plane, atol=1e-3)
    assert np.square(cosines).sum() == pytest.approx(np.square(plane).sum(), rel=1e-5)


def test_flat_window_has_only_a_mean():
    cosines = to_cosines(np.full((8, 8), 3.0, np.float32))
    assert cosines[0, 0, 0, 0] == pytest.approx(24)
    cosines[0, 0, 0, 0] = 0
    assert np.abs(cosines).max() < 1e-4


def test_vertical_wave_is_in_the_first_column():
    rows = np.cos((2 * np.arange(8) + 1) * 3 * np.pi / 16)
    cosines = to_cosines(np.repeat(rows[:, None], 8, axis=1).astype(np.float32))
    assert np.unravel_index(np.abs(cosines).argmax(), cosines.shape) == (0, 3, 0, 0)


def test_smoothing_removes_noise_and_preserves_the_photo():
    photo = np.asarray(make_photo(height=400)).astype(np.float32)
    noise = np.random.default_rng(2).normal(0, 10, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    planes = measure_planes(noisy)
    assert planes == pytest.approx(np.full(3, 10), rel=0.25)
    smoothed = smooth(noisy, planes)
    before, after = (np.square(version - photo).mean() for version in (noisy, smoothed))
    assert after < before / 5


def test_strips_leave_no_seams(monkeypatch):
    noisy = np.random.default_rng(3).integers(0, 255, (300, 90, 3), dtype=np.uint8)
    planes = np.full(3, 20, np.float32)
    in_strips = smooth(noisy, planes)
    monkeypatch.setattr(steps, "SMOOTHED_STRIP", 512)
    assert np.array_equal(in_strips, smooth(noisy, planes))


def test_without_noise_smoothing_changes_nothing():
    photo = np.asarray(make_photo(height=400))
    assert np.abs(smooth(photo, np.zeros(3, np.float32)).astype(int) - photo).max() <= 1
