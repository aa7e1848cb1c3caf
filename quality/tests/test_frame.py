import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.photos import open_photo
from quality.measure.frame import PhotoUnmeasurable, make_frame, read_frame
from quality.tests.photos import make_photo


def upload(image: Image.Image, kind: str, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return open_photo(file)


def test_facts_are_those_of_the_original_file():
    image = Image.fromarray(make_photo()).resize((2400, 3200))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    photo = upload(image.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)

    frame = read_frame(photo)

    assert (frame.width, frame.height, frame.format) == (2400, 3200, "JPEG")
    assert frame.file_bytes == len(photo.original)
    assert frame.pixels.shape == (1600, 1200, 3)
    assert frame.normal.shape == (512, 384, 3)
    assert frame.normal.dtype == np.float32
    assert frame.alpha is None


def test_transparency_is_read_from_the_original():
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    image.paste((200, 30, 40, 255), (100, 100, 200, 300))

    frame = read_frame(upload(image, "PNG"))

    assert frame.alpha.shape == (400, 300)
    assert np.count_nonzero(frame.alpha) / 120_000 == pytest.approx(1 / 6, abs=0.01)
    assert tuple(frame.pixels[5, 5]) == (255, 255, 255)


@pytest.mark.parametrize(
    ("size", "code"), [((200, 63), "photo_too_small"), ((1200, 100), "photo_too_narrow")]
)
def test_refuses_photos_that_are_too_small_or_too_narrow(size, code):
    pixels = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    with pytest.raises(PhotoUnmeasurable) as refusal:
        make_frame(pixels)
    assert refusal.value.code == code


def test_refuses_one_colour_and_accepts_low_contrast():
    flat = np.full((200, 200, 3), 130, np.uint8)
    with pytest.raises(PhotoUnmeasurable) as refusal:
        make_frame(flat)
    assert refusal.value.code == "photo_blank"
    flat[80:120, 80:120] = 140
    assert make_frame(flat).width == 200


def test_refuses_photos_that_are_fully_transparent():
    transparent = io.BytesIO()
    Image.new("RGBA", (300, 300), (9, 9, 9, 0)).save(transparent, "PNG")
    stored = replace(upload(Image.new("RGB", (300, 300)), "PNG"), original=transparent.getvalue())
    with pytest.raises(PhotoUnmeasurable) as refusal:
        read_frame(stored)
    assert refusal.value.code == "photo_transparent"
