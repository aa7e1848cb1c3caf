"""Files whose decoding costs much are refused before it; files with whole pixels are taken."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from benchmarks.hostile_photos import (
    CORPUS,
    make_bomb,
    make_chunk,
    make_grid,
    make_picture,
    make_png,
    make_repeated_scans,
    save,
)
from core.photos import Photo, PhotoRefused, open_photo
from decoder.formats import read_container
from decoder.limits import DecodingRefused

# Honest, but large: they are decoded, one after the other.
ACCEPTED = {
    "AVIF: one colour, 40 MP",
    "AVIF: sequence",
    "HEIC: one colour, 40 MP",
    "HEIC: 40 pictures",
    "JPEG: 18 MB after its scan",
    "JPEG: 60 repeated scans, 9 MP",
    "JPEG: absurd colour profile",
    "JPEG: endless metadata",
    "JPEG: full colour, progressive, 40 MP",
    "PNG: 40 MP, 16 bits, interlaced",
    "PNG: 40 MP, one colour",
    "PNG: 40 MP of a palette",
    "PNG: animation",
    "PNG: profile of 4 GB",
    "PNG: text of 4 GB",
    "WebP: lossless, 32 MP",
}
CODES = {"photo_damaged", "photo_too_complex", "photo_too_large", "photo_blank"}


@pytest.fixture(autouse=True)
def _have_time(settings):
    """Let a busy machine take longer; the benchmark measures times."""
    settings.PHOTO_DEADLINE_SECONDS = 60
    settings.PHOTO_DECODE_SECONDS = 30


def open_bytes(data: bytes) -> Photo:
    return open_photo(io.BytesIO(data))


def refused_code(data: bytes) -> str:
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(data)
    return refusal.value.code


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(open_bytes(data).rendition)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_photo_is_refused_or_decoded_within_its_limits(name):
    try:
        photo = open_bytes(CORPUS[name]())
    except PhotoRefused as refusal:
        assert name not in ACCEPTED
        assert refusal.code in CODES
        assert refusal.status_code == (413 if refusal.code == "photo_too_large" else 400)
    else:
        assert name in ACCEPTED
        assert max(photo.width, photo.height) <= 1_600


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("JPEG: 500 repeated scans", "photo_too_complex"),
        ("JPEG: 200,000 comments", "photo_too_complex"),
        ("PNG: 1.2 million texts", "photo_too_complex"),
        ("WebP: 100 MP", "photo_too_large"),
        ("AVIF: grid of 10,000 tiles", "photo_too_complex"),
        ("HEIC: 4,000 extents over the whole file", "photo_too_complex"),
    ],
)
def test_parts_are_counted_without_decoding(name, code):
    with pytest.raises(DecodingRefused) as refusal:
        read_container(CORPUS[name]())
    assert refusal.value.code == code


def test_a_progressive_photo_of_a_camera_is_taken():
    assert open_bytes(make_repeated_scans(0, size=(3_000, 4_000))).width == 1_200


# --- Whole pixels, damaged or absurd metadata -----------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        make_chunk(b"zTXt", b"Comment\0\0" + make_bomb(80_000_000)),
        make_chunk(b"iTXt", b"Comment\0\1\0\0\0" + make_bomb(80_000_000)),
        make_chunk(b"tEXt", b"Comment\0" + b"x" * 3_000_000),
        make_chunk(b"iCCP", b"profile\0\0" + make_bomb(80_000_000)),
        make_chunk(b"iCCP", b"profile\0\0" + b"no packed bytes"),
        make_chunk(b"eXIf", b"x" * 3_000_000),
        make_chunk(b"tEXt", b"Comment\0hello")[:-1] + b"\0",
        make_chunk(b"zTXt", b"XML:com.adobe.xmp\0\0" + make_bomb(80_000_000)),
        make_chunk(b"prVt", b"x" * 100)[:-4] + b"\0\0\0\0",
    ],
)
def test_metadata_of_a_png_is_dropped_if_it_is_large_or_damaged(extra):
    assert (pixels(make_png(64, 48, extra=extra)) == 0).all()


def test_a_png_with_a_large_profile_has_its_colours():
    image = Image.new("RGB", (32, 32), (200, 30, 30))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.allclose(pixels(save(image, "PNG", icc_profile=profile)), [200, 30, 30], atol=6)
    large = profile + bytes(2_000_000)
    assert np.allclose(pixels(save(image, "PNG", icc_profile=large)), [200, 30, 30], atol=6)


# --- Ends that are missing ------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_that_lacks_only_its_end_marker_is_taken(options):
    photo = save(make_picture(401, 299), "JPEG", **options)
    assert (pixels(photo[:-2]) == pixels(photo)).all()
    assert (pixels(photo[:-1]) == pixels(photo)).all()
    assert (pixels(photo + b"garbage" * 999) == pixels(photo)).all()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("missing", [12, 60, 400, 3_000])
def test_a_jpeg_that_lacks_pixels_is_refused(options, missing):
    photo = save(make_picture(401, 299), "JPEG", **options)
    assert refused_code(photo[:-missing]) == "photo_damaged"


def test_a_progressive_jpeg_that_lacks_whole_scans_is_refused():
    photo = save(make_picture(401, 299), "JPEG", progressive=True)
    assert refused_code(photo[: photo.rfind(b"\xff\xda")]) == "photo_damaged"


@pytest.mark.parametrize("missing", [12, 14])
def test_a_png_that_lacks_its_end_is_taken(missing):
    photo = save(make_picture(401, 299), "PNG")
    assert (pixels(photo[:-missing]) == pixels(photo)).all()


def test_a_png_with_a_wrong_checksum_of_its_pixels_is_taken():
    """Every pixel is there; the checksum after them is the packer's, not the chunk's."""
    photo = save(make_picture(40, 30), "PNG")
    at = photo.find(b"IDAT") - 4
    length = int.from_bytes(photo[at : at + 4], "big")
    content = photo[at + 8 : at + 4 + length] + b"\0\0\0\0"
    changed = photo[:at] + make_chunk(b"IDAT", content) + photo[at + 12 + length :]
    assert (pixels(changed) == pixels(photo)).all()


@pytest.mark.parametrize("missing", [200, 2_000])
def test_a_png_that_lacks_pixels_is_refused(missing):
    assert refused_code(save(make_picture(401, 299), "PNG")[:-missing]) == "photo_damaged"


@pytest.mark.parametrize("stated", [0, 10, 2**32 - 1])
def test_a_webp_with_a_wrong_size_of_its_file_is_taken(stated):
    photo = save(make_picture(64, 48), "WEBP")
    changed = photo[:4] + struct.pack("<I", stated) + photo[8:]
    assert (pixels(changed) == pixels(photo)).all()
    assert (pixels(changed + b"xyz") == pixels(photo)).all()


# --- Empty pictures -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("first", [(0, 0, 0, 0), (255, 255, 255, 255), (0, 0, 0, 255)])
def test_an_animation_whose_first_frame_is_empty_is_refused(kind, first):
    frames = [Image.new("RGBA", (64, 64), colour) for colour in (first, (200, 9, 9, 255))]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = save(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert refused_code(data) in {"photo_transparent", "photo_blank"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_a_transparent_picture_is_refused(kind):
    assert refused_code(save(Image.new("RGBA", (64, 64)), kind)) == "photo_transparent"


def test_a_plain_still_picture_is_taken():
    assert open_bytes(save(Image.new("RGB", (64, 64), "white"), "PNG")).width == 64


# --- HEIC -----------------------------------------------------------------------------


def test_a_grid_of_tiles_is_one_picture():
    found = open_bytes(make_grid(rows=2, columns=3, tile=256, size=(700, 500), is_whole=True))
    assert (found.extension, found.width, found.height) == ("heic", 700, 500)


def test_ten_bits_become_eight():
    samples = np.full((64, 64, 3), 0x6400, np.uint16)
    heif = pillow_heif.from_bytes("RGB;16", (64, 64), samples.tobytes())
    out = io.BytesIO()
    heif.save(out, quality=-1)
    assert np.allclose(pixels(out.getvalue()), 100, atol=6)


def test_only_the_primary_picture_counts():
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    data = save(
        frames[0], "HEIF", save_all=True, append_images=frames[1:], primary_index=1, quality=95
    )
    assert np.allclose(pixels(data), [0, 255, 0], atol=12)


def test_a_colour_profile_of_a_heic_is_applied():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = save(Image.new("RGB", (64, 64), (9, 200, 9)), "HEIF", icc_profile=profile, quality=95)
    assert np.allclose(pixels(data), [9, 200, 9], atol=8)


def test_packed_zeros_are_small():
    """The corpus really is hostile: a thousand bytes for each byte."""
    assert len(zlib.compress(b"\0" * 10**7)) * 900 < 10**7
