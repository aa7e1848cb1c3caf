"""Photos are cropped to the garment, in the encoder's aspect ratio, and pieces are counted."""

from dataclasses import replace

import numpy as np
import pytest

from quality.measure.frame import make_frame
from quality.measure.subject import Box
from quality.tests.photos import make_scene
from stylist.tagging.crop import MARGIN, crop_to_garment
from stylist.tests.tagging.photos import GROUND, draw

SIZE = (900, 700)  # height, width


def frame_with(*pieces: Box):
    """Return a frame with opaque pieces, which make a certain mask."""
    pixels = np.full((*SIZE, 3), GROUND, dtype=np.uint8)
    alpha = np.zeros(SIZE, dtype=np.uint8)
    for piece in pieces:
        alpha[piece.top : piece.bottom, piece.left : piece.right] = 255
        pixels[piece.top : piece.bottom, piece.left : piece.right] = (202, 32, 42)
    return replace(make_frame(pixels), alpha=alpha)


def test_the_crop_has_a_margin_and_the_encoders_aspect():
    garment = Box(300, 200, 400, 600)

    crop = crop_to_garment(frame_with(garment), aspect=0.75)

    height = 400 * (1 + 2 * MARGIN)
    assert crop.pixels.shape[0] == pytest.approx(height, abs=6)
    assert crop.pixels.shape[1] == pytest.approx(height * 0.75, abs=6)
    assert crop.box.left < garment.left and crop.box.right > garment.right
    assert (crop.box.left + crop.box.right) / 2 == pytest.approx(350, abs=4)
    assert crop.mask.sum() == pytest.approx(100 * 400, rel=0.05)
    assert crop.mask.shape == crop.pixels.shape[:2]


def test_the_photos_edges_limit_the_crop():
    crop = crop_to_garment(frame_with(Box(0, 0, 690, 300)), aspect=0.75)

    assert crop.box.left == 0 and crop.box.top == 0
    assert crop.box.right <= SIZE[1] and crop.box.bottom <= SIZE[0]


def test_pieces_come_largest_first_without_specks():
    crop = crop_to_garment(
        frame_with(Box(50, 50, 250, 350), Box(400, 100, 650, 600), Box(20, 850, 40, 870)),
        aspect=0.75,
    )

    assert len(crop.pieces) == 2
    assert crop.pieces[0].left == pytest.approx(400, abs=3)
    assert crop.pieces[1].bottom == pytest.approx(350, abs=3)


def test_two_pieces_of_similar_size_and_colour_are_a_pair():
    left, right, small = Box(50, 100, 250, 500), Box(400, 100, 600, 480), Box(400, 100, 500, 300)

    assert crop_to_garment(frame_with(left, right), aspect=0.75).is_pair
    assert not crop_to_garment(frame_with(left, small), aspect=0.75).is_pair
    assert not crop_to_garment(frame_with(left), aspect=0.75).is_pair


def test_a_photo_without_a_reliable_mask_is_not_cropped():
    pixels = make_scene()

    crop = crop_to_garment(make_frame(pixels), aspect=0.75)

    assert not crop.has_mask
    assert crop.pieces == ()
    assert np.array_equal(crop.pixels, pixels)
    assert crop.mask.all()


def test_a_generated_garment_is_cropped():
    photo = draw("dress", "red")

    crop = crop_to_garment(make_frame(photo), aspect=0.75)

    assert crop.has_mask
    assert len(crop.pieces) == 1
    assert 0.2 < crop.mask.mean() < 0.95
    assert crop.pixels.shape[0] <= photo.shape[0]
