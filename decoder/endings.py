"""Decide whether a file without its end marker still has all of its pixels, as browsers show."""

import hashlib
import io

from PIL import Image

from decoder.containers import Container
from decoder.jpeg import END_MARKER
from decoder.limits import make_damage
from decoder.pixels import STRIP_ROWS
from decoder.png import has_all_rows

# Bits that would be decoded into other pixels than the zeros that a decoder takes at the end.
TAILS = (b"\x55" * 64, b"\xfe" * 64)


def check_ending(container: Container) -> None:
    """Raise `DecodingRefused` if pixels are missing at the end of a file."""
    if container.format == "PNG":
        is_whole = has_all_rows(container.data)
    else:
        is_whole = _ignores_tails(container.data.removesuffix(END_MARKER))
    if not is_whole:
        raise make_damage()


def _ignores_tails(data: bytes) -> bool:
    """Return whether bytes after the last scan of a JPEG change no pixel: then it is complete."""
    digest = _digest(data + END_MARKER)
    return all(_digest(data + tail + END_MARKER) == digest for tail in TAILS)


def _digest(data: bytes) -> bytes:
    digest = hashlib.blake2b()
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        for top in range(0, image.height, STRIP_ROWS):
            rows = (0, top, image.width, min(top + STRIP_ROWS, image.height))
            digest.update(image.crop(rows).tobytes())
    return digest.digest()
