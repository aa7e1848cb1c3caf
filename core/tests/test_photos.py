"""Uploaded bytes become a plain photo, or are refused with a reason."""

import hashlib
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener

from core.photos import Photo, PhotoRefused, PhotoTooLarge, open_photo
from core.tests.factories import make_photo
from decoder.limits import MAX_BYTES, RENDITION_SIDE

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112
# The largest change of a flat colour by JPEG compression.
TOLERANCE = 6
register_heif_opener()


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def make_corners(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Return an image whose corners are red, green, blue and white, clockwise from top left."""
    width, height = size
    image = Image.new("RGB", size, WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (width // 2, height // 2, width, height))
    return image


def make_stripe(mode: str, colour: Any, other: Any) -> Image.Image:
    """Return an image of one colour with a stripe of another at its left side."""
    image = Image.new(mode, (64, 64), colour)
    image.paste(other, (0, 0, 8, 64))
    return image


def make_png_header(width: int, height: int) -> bytes:
    """Return a tiny PNG with the stated size but without its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def open_bytes(data: bytes) -> Photo:
    return open_photo(io.BytesIO(data))


def rendition(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(open_bytes(data).rendition))
    image.load()
    return image


def assert_colour(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...]) -> None:
    found: Any = image.getpixel(at)
    assert np.allclose(found, colour, atol=TOLERANCE), f"{found} at {at}, not {colour}"


def assert_corners(image: Image.Image, colours: list[tuple[int, int, int]]) -> None:
    right, bottom = image.width - 8, image.height - 8
    for at, colour in zip([(7, 7), (right, 7), (right, bottom), (7, bottom)], colours, strict=True):
        assert_colour(image, at, colour)


# --- Refused photos -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no image",
        b"\0" * 1000,
        b"GIF89a",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"PK\x03\x04",
    ],
)
def test_refuses_bytes_that_are_not_an_image(data):
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(data)
    assert refusal.value.code in {"photo_unknown_format", "photo_damaged"}


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "JPEG2000", "PDF"])
def test_refuses_other_formats_by_name(kind):
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(save(make_corners(), kind))
    assert refusal.value.code == "photo_unknown_format"
    assert "JPEG, PNG, WebP, AVIF or HEIC" in refusal.value.message


def test_refuses_an_animated_gif():
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, BLUE)]
    data = save(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(data)
    assert refusal.value.code == "photo_unknown_format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_refuses_a_truncated_file(kind, share):
    data = make_photo(size=(400, 300), kind=kind)
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(data[: int(len(data) * share)])
    assert refusal.value.code in {"photo_damaged", "photo_unknown_format"}


def test_refuses_a_truncated_progressive_jpeg():
    data = make_photo(size=(400, 300), progressive=True)
    with pytest.raises(PhotoRefused):
        open_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("width", "height"),
    [(30_000, 30_000), (10_001, 1), (1, 10_001), (8_000, 5_001), (2**31 - 1, 2**31 - 1)],
)
def test_refuses_a_stated_size_before_it_decodes(width, height):
    data = make_png_header(width, height)
    assert len(data) < 100
    with pytest.raises(PhotoTooLarge) as refusal:
        open_bytes(data)
    assert refusal.value.status_code == 413
    assert refusal.value.code == "photo_too_large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_refuses_ten_thousand_and_one_pixels_a_side(kind):
    with pytest.raises(PhotoTooLarge):
        open_bytes(save(Image.new("L", (10_001, 8)), kind))


def test_refuses_more_than_forty_real_megapixels():
    with pytest.raises(PhotoTooLarge):
        open_bytes(save(Image.new("1", (8_000, 5_001)), "PNG"))


def test_refuses_more_than_twenty_megabytes():
    photo = make_photo()
    with pytest.raises(PhotoTooLarge) as refusal:
        open_bytes(photo + b"\0" * (MAX_BYTES + 1 - len(photo)))
    assert "20 MB" in refusal.value.message


@pytest.mark.parametrize(("width", "height"), [(0, 10), (10, 0), (0, 0)])
def test_refuses_an_image_without_pixels(width, height):
    with pytest.raises(PhotoRefused):
        open_bytes(make_png_header(width, height))


# --- Accepted photos ------------------------------------------------------------------


def test_accepts_exactly_twenty_megabytes():
    photo = make_photo()
    assert open_bytes(photo + b"\0" * (MAX_BYTES - len(photo))).width == 96


def test_a_webp_may_have_fewer_pixels():
    size = (6_500, 5_000)
    with pytest.raises(PhotoRefused) as refusal:
        open_bytes(save(Image.new("RGB", size), "WEBP", method=0))
    assert refusal.value.code == "photo_too_large"
    assert "32 million as WebP" in refusal.value.message


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((10_000, 1), (1_600, 1)),
        ((1, 10_000), (1, 1_600)),
        ((10_000, 4_000), (1_600, 640)),
        ((1, 1), (1, 1)),
        ((1_600, 1_600), (1_600, 1_600)),
        ((1_601, 800), (1_600, 800)),
        ((3_000, 4_000), (1_200, 1_600)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_rendition_has_at_most_1600_pixels_a_side(kind, size, expected):
    photo = open_bytes(save(Image.new("L", size, 128), kind))
    assert (photo.width, photo.height) == expected
    assert Image.open(io.BytesIO(photo.rendition)).size == expected
    assert max(expected) <= RENDITION_SIDE


@pytest.mark.parametrize(
    ("kind", "extension"),
    [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif"), ("HEIF", "heic")],
)
def test_original_is_unchanged_and_has_the_extension_of_its_format(kind, extension):
    data = make_photo(kind=kind)
    photo = open_bytes(data)
    assert photo.original == data
    assert photo.extension == extension
    assert photo.digest == hashlib.sha256(data).hexdigest()


def test_format_comes_from_the_bytes_and_not_from_the_name():
    file = io.BytesIO(make_photo(kind="PNG"))
    file.name = "photo.jpg"
    assert open_photo(file).extension == "png"


def test_accepts_a_phone_photo_with_several_images():
    frames = [make_corners(), Image.new("RGB", (64, 48), BLUE)]
    data = save(frames[0], "MPO", save_all=True, append_images=frames[1:])
    photo = open_bytes(data)
    assert photo.extension == "jpg"
    assert_corners(rendition(data), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_uses_the_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE, GREEN)]
    data = save(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert_colour(rendition(data), (32, 32), RED)


# --- Renditions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "kind", "options", "colour"),
    [
        (Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", {}, RED),
        (Image.new("CMYK", (32, 32), (0, 0, 0, 255)), "JPEG", {}, (0, 0, 0)),
        (Image.new("L", (32, 32), 100), "JPEG", {}, (100,) * 3),
        (Image.new("L", (32, 32), 100), "PNG", {}, (100,) * 3),
        (Image.new("1", (32, 32), 1), "PNG", {}, WHITE),
        (Image.new("1", (32, 32), 0), "PNG", {}, (0, 0, 0)),
        (Image.new("I;16", (32, 32), 0x6400), "PNG", {}, (100,) * 3),
        (Image.new("I;16", (32, 32), 0xFFFF), "PNG", {}, WHITE),
        (Image.new("LA", (32, 32), (100, 255)), "PNG", {}, (100,) * 3),
        (Image.new("LA", (32, 32), (0, 128)), "PNG", {}, (127,) * 3),
        (Image.new("RGBA", (32, 32), (255, 0, 0, 255)), "PNG", {}, RED),
        (Image.new("RGBA", (32, 32), (255, 0, 0, 128)), "PNG", {}, (255, 127, 127)),
        (make_stripe("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), "PNG", {}, WHITE),
        (make_stripe("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), "WEBP", {"lossless": True}, WHITE),
        (make_stripe("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), "AVIF", {}, WHITE),
        (make_stripe("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), "HEIF", {}, WHITE),
        (make_stripe("RGB", RED, GREEN), "PNG", {"transparency": RED}, WHITE),
        (make_stripe("L", 9, 99), "PNG", {"transparency": 9}, WHITE),
        (make_stripe("1", 0, 1), "PNG", {"transparency": 0}, WHITE),
    ],
)
def test_every_mode_becomes_rgb_on_white(image, kind, options, colour):
    found = rendition(save(image, kind, **options))
    assert found.mode == "RGB"
    assert found.format == "JPEG"
    assert_colour(found, (16, 16), colour)


def test_palette_with_transparency_is_put_on_white():
    image = Image.new("P", (64, 64), 0)
    image.putpalette([*RED, *BLUE])
    image.paste(1, (32, 0, 64, 64))
    found = rendition(save(image, "PNG", transparency=0))
    assert_colour(found, (8, 32), WHITE)
    assert_colour(found, (56, 32), BLUE)


def test_palette_with_partial_transparency_is_put_on_white():
    image = Image.new("P", (64, 64), 0)
    image.putpalette([*RED, *BLUE])
    found = rendition(save(image, "PNG", transparency=bytes([128, 255])))
    assert_colour(found, (32, 32), (255, 127, 127))


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {}),
        ("L", {}),
        ("1", {}),
        ("P", {}),
        ("P", {"transparency": bytes([255] * 255)}),
        ("LA", {}),
        ("RGBA", {}),
        ("RGB", {"transparency": (1, 2, 3)}),
    ],
)
def test_shrinking_in_strips_preserves_positions(mode, options):
    image = Image.new("RGB", (700, 5_000), WHITE)
    image.paste((0, 0, 0), (0, 0, 350, 2_500))
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    found = rendition(save(image.convert(mode), "PNG", exif=exif, **options))
    assert found.size == (224, 1_600)
    assert_colour(found, (200, 1_590), (0, 0, 0))
    assert_colour(found, (200, 810), (0, 0, 0))
    for white in ((200, 790), (20, 1_590), (20, 10)):
        assert_colour(found, white, WHITE)


def test_shrinking_in_strips_works_for_16_bit_grey():
    samples = np.full((5_000, 300), 0x6400, np.uint16)
    samples[4_000:] = 0xC800
    found = rendition(save(Image.fromarray(samples), "PNG"))
    assert_colour(found, (48, 600), (100,) * 3)
    assert_colour(found, (48, 1_500), (200,) * 3)


def test_transparent_pixels_do_not_change_colours_when_shrunk():
    image = Image.new("RGBA", (5_000, 300), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 2_501, 300))  # the border falls within a reduced pixel
    found = np.asarray(rendition(save(image, "PNG"))).astype(int)
    assert (found[..., 0] - found[..., 1] >= -TOLERANCE).all()


def make_deep_png(samples: NDArray[np.uint16]) -> bytes:
    """Return a PNG with 16 bits a sample; Pillow cannot write colour ones."""
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + body


@pytest.mark.parametrize(
    ("sample", "colour"),
    [
        ((0x6400,), (100,) * 3),
        ((0xFFFF,), WHITE),
        ((0x6400, 0xFFFF), (100,) * 3),
        ((0xFFFF, 0, 0), RED),
        ((0x6400, 0xC800, 0x3200), (100, 200, 50)),
        ((0xFFFF, 0, 0, 0xFFFF), RED),
    ],
)
def test_sixteen_bits_become_eight(sample, colour):
    samples = np.broadcast_to(np.array(sample, np.uint16), (24, 32, len(sample)))
    found = rendition(make_deep_png(samples))
    assert found.size == (32, 24)
    assert_colour(found, (16, 12), colour)


# Positions of the stored image's corners after it was turned upright.
UPRIGHT = {
    1: [RED, GREEN, BLUE, WHITE],
    2: [GREEN, RED, WHITE, BLUE],
    3: [BLUE, WHITE, RED, GREEN],
    4: [WHITE, BLUE, GREEN, RED],
    5: [RED, WHITE, BLUE, GREEN],
    6: [WHITE, RED, GREEN, BLUE],
    7: [BLUE, GREEN, RED, WHITE],
    8: [GREEN, BLUE, WHITE, RED],
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_orientation_comes_out_upright(kind, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = save(make_corners(), kind, exif=exif.tobytes(), quality=95)
    photo, found = open_bytes(data), rendition(data)
    assert found.size == ((64, 48) if orientation < 5 else (48, 64))
    assert (photo.width, photo.height) == found.size
    assert_corners(found, UPRIGHT[orientation])
    assert ORIENTATION not in found.getexif()


def test_large_rotated_photo_is_upright_and_small():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    found = rendition(save(make_corners((4_000, 3_000)), "JPEG", exif=exif))
    assert found.size == (1_200, 1_600)
    assert_corners(found, UPRIGHT[6])


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0nonsense",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff\x06\0\0\0\0\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0",
    ],
)
def test_invalid_exif_is_ignored(exif):
    data = save(make_corners(), "JPEG", exif=exif)
    assert_corners(rendition(data), [RED, GREEN, BLUE, WHITE])


def test_metadata_is_stripped_from_the_rendition():
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825)[1] = "SECRET-GPS"
    exif.get_ifd(0x8825)[29] = "SECRET-DAY"
    data = save(
        make_corners(), "JPEG", exif=exif, comment=b"SECRET-COMMENT", xmp=b"<x>SECRET-XMP</x>"
    )
    assert data.count(b"SECRET") == 5
    photo = open_bytes(data)
    assert b"SECRET" not in photo.rendition
    found = rendition(data)
    assert not found.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile"} & found.info.keys()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_metadata_of_other_formats_is_stripped_too(kind):
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    options: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", "<x>SECRET-XMP</x>")
        options["pnginfo"].add_text("Comment", "SECRET-COMMENT")
    else:
        options["xmp"] = b"<x>SECRET-XMP</x>"
    data = save(make_corners(), kind, **options)
    assert b"SECRET" in data
    assert b"SECRET" not in open_bytes(data).rendition


# --- Colour profiles ------------------------------------------------------------------


def make_swapped_profile() -> bytes:
    """Return sRGB with red and blue exchanged, so that its effect is clear."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    places = {}
    for number in range(count):
        start = 132 + 12 * number
        places[bytes(profile[start : start + 4])] = start
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_colour_profile_is_applied(kind):
    data = save(Image.new("RGB", (32, 32), RED), kind, icc_profile=make_swapped_profile())
    assert_colour(rendition(data), (16, 16), BLUE)


def test_colour_profile_is_applied_below_transparency():
    image = Image.new("RGBA", (64, 32), (*RED, 255))
    image.paste((0, 0, 0, 0), (32, 0, 64, 32))
    found = rendition(save(image, "PNG", icc_profile=make_swapped_profile()))
    assert_colour(found, (8, 16), BLUE)
    assert_colour(found, (56, 16), WHITE)


def test_srgb_profile_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = save(make_corners(), "JPEG", icc_profile=profile, quality=95)
    assert_corners(rendition(data), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (32, 32), 100),
        Image.new("CMYK", (32, 32), (155, 155, 155, 0)),
    ],
)
@pytest.mark.parametrize("space", ["sRGB", "LAB"])
def test_profile_of_another_colour_space_is_ignored(image, space):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    found = rendition(save(image, "JPEG", icc_profile=profile))
    assert_colour(found, (16, 16), (100,) * 3)


@pytest.mark.parametrize(
    "profile",
    [b"\0", b"nonsense", b"\0" * 128, b"acsp" * 100, make_swapped_profile()[:200], b"x" * 70_000],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_invalid_profile_is_ignored(profile, mode):
    image = Image.new("RGB", (32, 32), (100, 100, 100)).convert(mode)
    found = rendition(save(image, "PNG", icc_profile=profile))
    assert_colour(found, (16, 16), (100,) * 3)


# --- Arbitrary bytes --------------------------------------------------------------------

SEEDS = {
    "plain JPEG": make_photo(size=(24, 32)),
    "progressive JPEG": make_photo(size=(24, 32), progressive=True),
    "CMYK JPEG": save(Image.new("CMYK", (16, 16), (0, 99, 99, 9)), "JPEG"),
    "rotated JPEG": save(make_corners((16, 24)), "JPEG", exif=b"Exif\0\0" + Image.Exif().tobytes()),
    "profiled JPEG": save(make_corners((16, 24)), "JPEG", icc_profile=make_swapped_profile()),
    "MPO": save(
        make_corners((16, 24)), "MPO", save_all=True, append_images=[make_corners((16, 24))]
    ),
    "PNG": make_photo(size=(24, 32), kind="PNG"),
    "palette PNG": save(make_corners((16, 24)).quantize(4), "PNG", transparency=0),
    "deep PNG": make_deep_png(np.full((8, 8, 3), 0x6400, np.uint16)),
    "animated PNG": save(
        make_corners((16, 24)), "PNG", save_all=True, append_images=[Image.new("RGB", (16, 24))]
    ),
    "WebP": make_photo(size=(24, 32), kind="WEBP"),
    "animated WebP": save(
        make_corners((16, 24)), "WEBP", save_all=True, append_images=[Image.new("RGB", (16, 24))]
    ),
    "AVIF": make_photo(size=(24, 32), kind="AVIF"),
    "HEIC": save(make_corners((64, 64)), "HEIF"),
}
FUZZ = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def assert_photo_or_refusal(data: bytes) -> None:
    try:
        photo = open_bytes(data)
    except PhotoRefused as refusal:
        assert refusal.status_code in {400, 413}
        assert refusal.message
    else:
        found = Image.open(io.BytesIO(photo.rendition))
        assert found.mode == "RGB"
        assert found.size == (photo.width, photo.height)
        assert max(found.size) <= RENDITION_SIDE


@FUZZ
@given(st.binary(max_size=2_000))
@example(b"")
def test_random_bytes_only_raise_photo_refused(data):
    assert_photo_or_refusal(data)


@FUZZ
@given(
    start=st.sampled_from(
        [
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\x10\0\0\0WEBPVP8 ",
            b"\0\0\0\x20ftypavif",
            b"\0\0\0\x20ftypheic",
        ]
    ),
    data=st.binary(max_size=500),
)
def test_random_bytes_after_a_valid_start_only_raise_photo_refused(start, data):
    assert_photo_or_refusal(start + data)


@pytest.mark.parametrize("seed", SEEDS)
@FUZZ
@given(data=st.data())
def test_mutations_of_photos_only_raise_photo_refused(seed, data):
    photo = bytearray(SEEDS[seed])
    # Half of the changes are in the headers, where decoders fail most often.
    places = st.integers(0, min(200, len(photo) - 1)) | st.integers(0, len(photo) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        photo[place] = value
    cut = data.draw(st.integers(0, len(photo)) | st.just(0))
    removed = data.draw(st.integers(0, 40))
    del photo[cut : cut + removed]
    assert_photo_or_refusal(bytes(photo))
