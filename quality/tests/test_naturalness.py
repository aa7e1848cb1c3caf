import io

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from evaluation.quality.degradations import add_noise, blur, compress
from quality.measure.frame import make_frame
from quality.measure.naturalness import (
    MODEL,
    fit_asymmetric,
    load_clean_model,
    measure_naturalness,
)
from quality.tests.photos import DATA, needs_photos, real_photos
from training.naturalness import fit_gaussian


def to_luma(photo):
    return cv2.cvtColor(make_frame(photo).normal, cv2.COLOR_RGB2GRAY)


def test_the_model_is_small_and_whole():
    assert MODEL.stat().st_size < 100_000
    model = load_clean_model()
    assert model.mean.shape == (36,)
    assert np.linalg.eigvalsh(model.covariance).min() > 0


def test_known_distributions_are_fitted():
    rng = np.random.default_rng(3)
    gauss, laplace = rng.normal(0, 2, (1, 200, 200)), rng.laplace(0, 1, (1, 200, 200))
    assert fit_asymmetric(gauss)[0] == pytest.approx(2, abs=0.1)
    assert fit_asymmetric(laplace)[0] == pytest.approx(1, abs=0.05)
    skewed = np.where(gauss < 0, gauss, 3 * gauss)
    _, left, right = fit_asymmetric(skewed)
    assert right / left == pytest.approx(3, rel=0.05)


@needs_photos
@pytest.mark.parametrize("spoil", [blur, add_noise, compress])
def test_spoiled_photos_are_less_natural(spoil):
    rng = np.random.default_rng(1)
    pairs = [
        (
            measure_naturalness(to_luma(photo)),
            measure_naturalness(to_luma(spoil(photo, 5, rng))),
        )
        for photo in real_photos(8)
    ]
    assert sum(spoiled > clean for clean, spoiled in pairs) >= 7


@needs_photos
def test_model_is_nearest_to_its_own_photos(tmp_path):
    lumas = [to_luma(photo) for photo in real_photos(6)]
    own = fit_gaussian(lumas)
    blurred = cv2.GaussianBlur(lumas[0], (0, 0), 4)
    assert measure_naturalness(lumas[0], own) < measure_naturalness(blurred, own)
    out = io.StringIO()
    call_command(
        "fit_naturalness", photos=DATA / "clothing", out=tmp_path / "m.npz", limit=6, stdout=out
    )
    assert "fitted on 6 photos" in out.getvalue()


def test_empty_folder_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="no photos"):
        call_command("fit_naturalness", photos=tmp_path)
