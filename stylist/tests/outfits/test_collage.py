import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from stylist.garments.garment import Slot
from stylist.outfits.collage import Piece, render_collage

COLOURS = {
    Slot.TOP: (200, 30, 30),
    Slot.BOTTOM: (30, 30, 200),
    Slot.ONE_PIECE: (200, 30, 200),
    Slot.OUTER: (30, 160, 30),
    Slot.SHOES: (20, 20, 20),
    Slot.BAG: (200, 120, 20),
    Slot.ACCESSORY: (20, 160, 200),
}
DRESSED = (Slot.TOP, Slot.BOTTOM, Slot.OUTER, Slot.SHOES, Slot.BAG, Slot.ACCESSORY)


def make_piece(slot, *, size=(300, 400), masked=True):
    """Return a photo of one colour; masked to an inner rectangle in bright surroundings."""
    photo = Image.new("RGB", size, COLOURS[slot])
    if not masked:
        return Piece(slot, photo)
    mask = Image.new("L", size, 0)
    inner = (size[0] // 5, size[1] // 5, size[0] * 4 // 5, size[1] * 4 // 5)
    mask.paste(255, inner)
    loud = Image.new("RGB", size, (255, 255, 0))
    loud.paste(photo.crop(inner), inner)
    return Piece(slot, loud, mask)


def drawn(pieces):
    picture = Image.open(io.BytesIO(render_collage(pieces)))
    assert (picture.format, picture.size, picture.mode) == ("WEBP", (800, 1000), "RGB")
    return np.asarray(picture).astype(int)


def box_of(pixels, slot):
    """Return left, upper, right, lower of a piece's colour."""
    near = np.abs(pixels - COLOURS[slot]).max(axis=-1) < 40
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    return columns[0], rows[0], columns[-1], rows[-1]


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and (
        min(one[3], other[3]) > max(one[1], other[1])
    )


def test_garments_are_placed_where_they_are_worn_without_overlap():
    pixels = drawn([make_piece(slot) for slot in DRESSED])
    boxes = {slot: box_of(pixels, slot) for slot in DRESSED}
    assert boxes[Slot.TOP][3] < boxes[Slot.BOTTOM][1]
    assert boxes[Slot.BOTTOM][3] < boxes[Slot.SHOES][1]
    for side in (Slot.OUTER, Slot.BAG, Slot.ACCESSORY):
        assert boxes[side][0] > max(boxes[slot][2] for slot in (Slot.TOP, Slot.BOTTOM, Slot.SHOES))
    assert not any(overlap(one, other) for one, other in combinations(boxes.values(), 2))


def test_the_background_is_white_and_only_the_mask_is_visible():
    pixels = drawn([make_piece(slot) for slot in DRESSED])
    assert (pixels[:15] > 250).all() and (pixels[-15:] > 250).all()
    assert (pixels[:, :15] > 250).all() and (pixels[:, -15:] > 250).all()
    yellow = (pixels[..., 0] > 220) & (pixels[..., 1] > 220) & (pixels[..., 2] < 100)
    assert yellow.mean() < 0.005


def test_a_dress_takes_the_space_of_top_and_bottom():
    pixels = drawn([make_piece(Slot.ONE_PIECE, size=(300, 800)), make_piece(Slot.SHOES)])
    dress, shoes = box_of(pixels, Slot.ONE_PIECE), box_of(pixels, Slot.SHOES)
    assert dress[3] - dress[1] > 600
    assert dress[3] < shoes[1]
    assert abs((dress[0] + dress[2]) / 2 - 400) < 10


@pytest.mark.parametrize("size", [(40, 900), (900, 40), (7, 7), (3000, 2000)])
def test_a_garment_is_not_distorted(size):
    pixels = drawn([make_piece(Slot.TOP, size=size, masked=False), make_piece(Slot.BAG)])
    left, upper, right, lower = box_of(pixels, Slot.TOP)
    assert (right - left + 1) / (lower - upper + 1) == pytest.approx(size[0] / size[1], rel=0.15)


def test_a_piece_without_a_photo_or_with_an_empty_mask_is_left_out():
    alone = drawn([make_piece(Slot.TOP)])
    unmasked = Piece(Slot.BAG, Image.new("RGB", (9, 9)), Image.new("L", (9, 9), 0))
    assert (drawn([make_piece(Slot.TOP), Piece(Slot.SHOES, None), unmasked]) == alone).all()
    assert (drawn([]) == 255).all()


def test_the_order_of_the_pieces_does_not_matter():
    pieces = [make_piece(slot) for slot in DRESSED]
    assert render_collage(pieces) == render_collage(pieces[::-1])
