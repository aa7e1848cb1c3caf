"""The content of a photo's file, counted before a pixel is decoded."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Container:
    """A file whose parts are counted.

    `data` is what the decoder reads: the file without the parts that it must not read. Decoding
    takes at most `memory_bytes`, `data` included. `lacks_end` means that the end marker is missing,
    and with it perhaps pixels.
    """

    format: str
    width: int
    height: int
    data: bytes
    memory_bytes: int
    is_animated: bool = False
    lacks_end: bool = False


def estimate_memory(data: bytes, *, pixels: int, bytes_per_pixel: float) -> int:
    """Return the memory that decoding takes, with copies of the file and the rendition's steps."""
    return round(pixels * bytes_per_pixel) + 2 * len(data) + 32 * MEGABYTE
