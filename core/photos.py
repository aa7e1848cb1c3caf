"""The one door for untrusted image bytes.

Whatever comes in, what goes on is an 8-bit sRGB RGB image, upright, its transparency on
white, at most 1,600 pixels a side, re-encoded without metadata.
"""

from __future__ import annotations

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
MAX_SIDE = 10_000
RENDITION_SIDE = 1_600
RENDITION_QUALITY = 90
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PhotoRefused(DomainError):
    """The bytes are no photo we take; the message says what to send instead."""

    code = "photo_refused"


class PhotoTooLarge(PhotoRefused):
    status_code = 413
    code = "photo_too_large"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that passed the door.

    `rendition` is a JPEG of `width` x `height` pixels; `original` the bytes as they came,
    with the `extension` of their real format; `digest` the SHA-256 of the original.
    """

    original: bytes
    extension: str
    rendition: bytes
    width: int
    height: int
    digest: str


def open_photo(file: BinaryIO) -> Photo:
    """Read, check and normalise a photo; raise `PhotoRefused` if it is none we take.

    Of an animation the first frame counts. Nothing is decoded before the size that the
    header states has been checked.
    """
    original = file.read(MAX_BYTES + 1)
    if len(original) > MAX_BYTES:
        raise PhotoTooLarge(f"A photo has at most {MAX_BYTES // 1024**2} MB; send a smaller one.")
    with _refusing():
        _verify(original)
        image, kind = _decode(original)
    return Photo(
        original=original,
        extension=EXTENSIONS[kind],
        rendition=_encode(image),
        width=image.width,
        height=image.height,
        digest=hashlib.sha256(original).hexdigest(),
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal; crafted bytes make them raise anything."""
    try:
        yield
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge(_SIZE_MESSAGE) from error
    except UnidentifiedImageError as error:
        message = "This is no JPEG, PNG, WebP or AVIF image; send the photo in one of these."
        raise PhotoRefused(message, code="photo_unknown_format") from error
    except Exception as error:
        message = "The photo is damaged or incomplete; save it again and send the whole file."
        raise PhotoRefused(message, code="photo_damaged") from error


def _verify(data: bytes) -> None:
    """Check format, stated size and container without decoding a pixel."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image.size)
        image.verify()


_SIZE_MESSAGE = (
    f"A photo has at most {MAX_SIDE:,} pixels a side and {MAX_PIXELS // 10**6} million in all; "
    "send a smaller one."
)


def _check_size(size: tuple[int, int]) -> None:
    if max(size) > MAX_SIDE or size[0] * size[1] > MAX_PIXELS:
        raise PhotoTooLarge(_SIZE_MESSAGE)


def _decode(data: bytes) -> tuple[Image.Image, str]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = image.format or "JPEG"
        if image.mode in {"RGB", "L"}:
            # JPEG decodes at 1/2, 1/4 or 1/8 for next to nothing; other formats ignore it.
            image.draft(None, (RENDITION_SIDE, RENDITION_SIDE))
        image.load()
        # Shrink before the costly steps: colour conversion is per pixel.
        upright = ImageOps.exif_transpose(image)
        profile = image.info.get("icc_profile")
    upright = _to_eight_bits(upright)
    upright.thumbnail((RENDITION_SIDE, RENDITION_SIDE), Image.Resampling.LANCZOS)
    return _flatten(_to_srgb(upright, profile)), kind


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey, palettes and bitmaps to a mode that resizes smoothly."""
    if image.mode.startswith("I"):
        # 16 bits of grey arrive as I;16 or I: keep the upper byte.
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
    """Apply an embedded colour profile; one that cannot be read is passed over."""
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


def _encode(image: Image.Image) -> bytes:
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=RENDITION_QUALITY, optimize=False)
    return out.getvalue()
