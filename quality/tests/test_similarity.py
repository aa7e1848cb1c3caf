import json

import cv2
import numpy as np
import pytest
from PIL import Image

from evaluation.quality.degradations import add_noise, blur, over_expose, under_expose
from quality.compare.similarity import MAX_PSNR, align, gmsd, psnr, ssim
from quality.measure.frame import to_float
from quality.tests.photos import DATA, make_photo, needs_photos, needs_references, real_photos


def read(name: str, mode: str):
    with Image.open(DATA / "iqa" / name) as image:
        return to_float(np.array(image.convert(mode)))


@needs_references
@pytest.mark.parametrize(
    ("pair", "files", "mode", "within"),
    [
        ("goldhill_jpeg vs goldhill", ("goldhill_jpeg.gif", "goldhill.gif"), "L", 1e-4),
        # The reference averages colours in another way, and states two decimals.
        ("i01_01_5 vs I01", ("i01_01_5.bmp", "I01.BMP"), "RGB", 5e-3),
    ],
)
def test_ssim_and_gmsd_agree_with_reference_implementations(pair, files, mode, within):
    expected = json.loads((DATA / "iqa" / "expected.json").read_text())["piq_tests"]
    one, other = (read(name, mode) for name in files)
    assert ssim(one, other) == pytest.approx(expected["ssim"][pair], abs=within)
    assert gmsd(one, other) == pytest.approx(expected["gmsd"][pair], abs=1e-5)


def test_psnr_follows_its_definition():
    one = np.full((40, 40, 3), 0.5, np.float32)
    assert psnr(one, one + np.float32(0.1)) == pytest.approx(20, abs=1e-3)
    assert psnr(one, one) == MAX_PSNR


def test_similarity_falls_with_the_degradation():
    photo = make_photo(height=400)
    clean = to_float(photo)
    assert ssim(clean, clean) == pytest.approx(1)
    assert gmsd(clean, clean) == pytest.approx(0, abs=1e-6)
    versions = [to_float(blur(photo, severity, np.random.default_rng(1))) for severity in (1, 3, 5)]
    assert [ssim(clean, v) for v in versions] == sorted(ssim(clean, v) for v in versions)[::-1]
    assert [gmsd(clean, v) for v in versions] == sorted(gmsd(clean, v) for v in versions)


def test_versions_of_one_photo_align():
    photo = np.asarray(make_photo(height=600, kind="shirt"))
    for spoil in (under_expose, over_expose, add_noise, blur):
        spoiled = to_float(spoil(photo, 3, np.random.default_rng(1)))
        alignment = align(to_float(photo), spoiled)
        assert alignment is not None
        assert np.allclose(alignment.homography, np.eye(3))
        assert alignment.overlap > 0.99


def test_other_garments_do_not_align():
    one, other = make_photo(kind="shirt"), make_photo(kind="dress", colour="blue")
    assert align(to_float(one), to_float(other)) is None


@needs_photos
def test_moved_camera_is_aligned():
    photo = real_photos(6)[3]
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 0.95)
    turn[:, 2] += 8
    moved = cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    darker = under_expose(moved, 2, np.random.default_rng(1))

    alignment = align(to_float(photo), to_float(darker))

    assert alignment is not None
    covered = alignment.box(to_float(photo))
    assert covered is not None
    rows, columns = covered
    warped = alignment.warp(to_float(photo))[rows, columns]
    assert ssim(warped, to_float(moved)[rows, columns]) > 0.9


@needs_photos
def test_photos_of_different_garments_do_not_align():
    photos = [to_float(photo) for photo in real_photos(16)]
    assert [align(one, other) for one, other in zip(photos[::2], photos[1::2], strict=True)] == [
        None
    ] * 8
