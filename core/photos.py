"""Check and normalise uploaded photos.

Every photo enters through `open_photo` or `open_photos`. Its rendition is an upright 8-bit sRGB
JPEG on white, at most 1,600 pixels a side, without metadata. Bytes from outside are decoded by
`core.decoders` only, never in this process.
"""

import hashlib
import io
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from core.decoders import Decoding, decode
from core.errors import DomainError
from decoder.limits import MAX_BYTES, DecodingRefused
from decoder.messages import MEASURE, RENDER


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


@dataclass(frozen=True, slots=True)
class Original:
    """Facts of an original: its format and upright size; `opacity` is uint8 (h, w), or None."""

    format: str
    width: int
    height: int
    opacity: NDArray[np.uint8] | None


def open_photo(file: BinaryIO) -> Photo:
    """Read, check and normalise a photo; raise `PhotoRefused` or `Unavailable`.

    What a file contains is counted before a pixel is decoded. An animation counts as its first
    frame.
    """
    return open_photos([file])[0]


def open_photos(files: Iterable[BinaryIO]) -> list[Photo]:
    """Open the photos of a request, which together have the time of one."""
    until = _deadline()
    return [_open(file, until) for file in files]


def read_original(original: bytes, *, opacity_size: tuple[int, int] | None = None) -> Original:
    """Return facts of a stored original, and its opacity at a size, of width and height.

    Raises `PhotoRefused` and `Unavailable`.
    """
    options = {"opacity_size": opacity_size} if opacity_size else {}
    with _descriptor(io.BytesIO(original)) as photo, _translate_refusal():
        answer = decode(photo, task=MEASURE, until=_deadline(), **options)
    width, height = answer.facts["size"]
    opacity = None
    if opacity_size and answer.picture:
        opacity = np.frombuffer(answer.picture, np.uint8).reshape(opacity_size[::-1])
    return Original(answer.facts["format"], width, height, opacity)


def _deadline() -> float:
    seconds: float = settings.PHOTO_DEADLINE_SECONDS
    return time.monotonic() + seconds


def _open(file: BinaryIO, until: float) -> Photo:
    with _descriptor(file) as photo, _translate_refusal():
        answer = decode(photo, task=RENDER, until=until)
    # Read only now: photos that wait for a decoder take no memory here.
    file.seek(0)
    original = file.read()
    return _make_photo(original, answer)


def _make_photo(original: bytes, answer: Decoding) -> Photo:
    width, height = answer.facts["size"]
    return Photo(
        original=original,
        extension=answer.facts["extension"],
        rendition=answer.picture,
        width=width,
        height=height,
        digest=hashlib.sha256(original).hexdigest(),
    )


@contextmanager
def _descriptor(file: BinaryIO) -> Iterator[int]:
    """Return the number of an open file with the content; raises `PhotoTooLarge`."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MAX_BYTES:
        raise PhotoTooLarge(f"A photo has at most {MAX_BYTES // 1024**2} MB; send a smaller one.")
    try:
        number = file.fileno()
    except io.UnsupportedOperation:
        with os.fdopen(os.memfd_create("photo"), "w+b", buffering=0) as copy:
            copy.write(file.read())
            yield copy.fileno()
    else:
        yield number


@contextmanager
def _translate_refusal() -> Iterator[None]:
    try:
        yield
    except DecodingRefused as refusal:
        kind = PhotoTooLarge if refusal.code == PhotoTooLarge.code else PhotoRefused
        raise kind(refusal.message, code=refusal.code) from refusal
