"""The one door for untrusted image bytes.

Whatever comes in, what goes on is an 8-bit sRGB RGB image, upright, its transparency on
white, at most 1,600 pixels a side, re-encoded without metadata.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from core.errors import DomainError
from core.renditions import normalise

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_WEBP_PIXELS = 32_000_000  # its decoder takes 16 bytes for each, whatever is asked of it
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
        most = MAX_WEBP_PIXELS if image.format == "WEBP" else MAX_PIXELS
        if max(image.size) > MAX_SIDE or image.width * image.height > most:
            raise PhotoTooLarge(_SIZE_MESSAGE)
        image.verify()


_SIZE_MESSAGE = (
    f"A photo has at most {MAX_SIDE:,} pixels a side and {MAX_PIXELS // 10**6} million in all "
    f"({MAX_WEBP_PIXELS // 10**6} million as WebP); send a smaller one."
)


def _decode(data: bytes) -> tuple[Image.Image, str]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = image.format or "JPEG"
        if image.mode in {"RGB", "L"}:
            # JPEG decodes at 1/2, 1/4 or 1/8 for next to nothing; other formats ignore it.
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
