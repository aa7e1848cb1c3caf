"""Check and normalise uploaded photos.

Every photo enters through `open_photo`. Its rendition is an upright 8-bit sRGB JPEG on white, at
most 1,600 pixels a side, without metadata. A large image is shrunk in strips before any other
step: converting it whole would hold 40 million pixels two or three times.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from core.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_WEBP_PIXELS = 32_000_000  # its decoder always uses 16 bytes for each pixel
MAX_SIDE = 10_000
RENDITION_SIDE = 1_600
RENDITION_QUALITY = 90
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
STRIP_ROWS = 256  # rows of the shrunk image that are computed at once
# Averaging by whole factors ends at this multiple of the target; fine resampling does the rest.
REDUCING_GAP = 1.5
SIZE_MESSAGE = (
    f"A photo has at most {MAX_SIDE:,} pixels a side and {MAX_PIXELS // 10**6} million in all "
    f"({MAX_WEBP_PIXELS // 10**6} million as WebP); send a smaller one."
)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PhotoRefused(DomainError):
    """The bytes are not a photo that we accept; the message says what to send instead."""

    code = "photo_refused"


class PhotoTooLarge(PhotoRefused):
    status_code = 413
    code = "photo_too_large"


@dataclass(frozen=True, slots=True)
class Photo:
    """A checked photo.

    `original` is the uploaded file and `extension` belongs to its real format; `rendition` is a
    JPEG of `width` x `height` pixels; `digest` is the SHA-256 of the original.
    """

    original: bytes
    extension: str
    rendition: bytes
    width: int
    height: int
    digest: str


def open_photo(file: BinaryIO) -> Photo:
    """Read, check and normalise a photo; raise `PhotoRefused`.

    The stated size is checked before any pixel is decoded. An animation counts as its first frame.
    """
    original = file.read(MAX_BYTES + 1)
    if len(original) > MAX_BYTES:
        raise PhotoTooLarge(f"A photo has at most {MAX_BYTES // 1024**2} MB; send a smaller one.")
    with _translate_decoder_errors():
        _check_container(original)
        image, kind = _decode(original)
    return Photo(
        original=original,
        extension=EXTENSIONS[kind],
        rendition=_encode(image),
        width=image.width,
        height=image.height,
        digest=hashlib.sha256(original).hexdigest(),
    )


def normalise(image: Image.Image, *, side: int) -> Image.Image:
    """Return an RGB image without metadata whose longer side has at most `side` pixels."""
    small = _reduce(image, side)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(small)
    return _flatten(_to_srgb(upright, image.info.get("icc_profile")))


def read_opacity(image: Image.Image, *, size: tuple[int, int]) -> Image.Image | None:
    """Return the opacity, mode L, upright at `size`; None if the photo is opaque."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return None
    alpha = ImageOps.exif_transpose(_reduce(image, max(size))).convert("RGBA").getchannel("A")
    opacity = alpha.resize(size, Image.Resampling.BOX)
    return None if opacity.getextrema() == (255, 255) else opacity


@contextmanager
def _translate_decoder_errors() -> Iterator[None]:
    """Raise `PhotoRefused` for every error: malformed files make decoders raise anything."""
    try:
        yield
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge(SIZE_MESSAGE) from error
    except UnidentifiedImageError as error:
        message = "This is not a JPEG, PNG, WebP or AVIF image; send the photo in one of these."
        raise PhotoRefused(message, code="photo_unknown_format") from error
    except Exception as error:
        message = "The photo is damaged or incomplete; save it again and send the whole file."
        raise PhotoRefused(message, code="photo_damaged") from error


def _check_container(data: bytes) -> None:
    """Check format, stated size and container without decoding a pixel."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        limit = MAX_WEBP_PIXELS if image.format == "WEBP" else MAX_PIXELS
        if max(image.size) > MAX_SIDE or image.width * image.height > limit:
            raise PhotoTooLarge(SIZE_MESSAGE)
        image.verify()


def _decode(data: bytes) -> tuple[Image.Image, str]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = image.format or "JPEG"
        if image.mode in {"RGB", "L"}:
            # JPEG decodes cheaply at 1/2, 1/4 or 1/8 of its size; other formats ignore this.
            image.draft(None, _rendition_size(image.size))
        return normalise(image, side=RENDITION_SIDE), kind


def _rendition_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, RENDITION_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _encode(image: Image.Image) -> bytes:
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=RENDITION_QUALITY, optimize=False)
    return out.getvalue()


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Average an image down to 8 bits a channel and no less than `REDUCING_GAP` times `side`."""
    factor = int(max(image.size) / (REDUCING_GAP * side))
    if factor < 2:
        return _to_eight_bits(image)
    rows = STRIP_ROWS * factor
    tops = range(0, image.height, rows)
    boxes = ((0, top, image.width, min(top + rows, image.height)) for top in tops)
    strips = [_to_eight_bits(image.crop(box)).reduce(factor) for box in boxes]
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for place, strip in enumerate(strips):
        small.paste(strip, (0, place * STRIP_ROWS))
    small.info = image.info.copy()  # contains the orientation
    return small


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey, palettes and bitmaps to a mode that resizes smoothly."""
    if image.mode.startswith("I"):
        # 16-bit grey has mode I;16 or I; use the upper byte.
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply an embedded colour profile; ignore one that cannot be read."""
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    colour = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colour = ImageCms.profileToProfile(colour, source, _srgb(), outputMode="RGB") or colour
        except (ImageCms.PyCMSError, OSError, ValueError):
            colour = colour.convert("RGB")
    colour = colour.convert("RGB")
    if alpha:
        colour.putalpha(alpha)
    return colour


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return flat
