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


# Of every decoder, and of the steps from a decoded picture to its rendition.
DECODER_BYTES, RENDITION_BYTES = 8 * MEGABYTE, 40 * MEGABYTE
PICTURE_BYTES_PER_PIXEL, RENDITION_BYTES_PER_PIXEL = 4.5, 20.0


def estimate_memory(data: bytes, *, pixels: int, bytes_per_pixel: float) -> int:
    """Return the memory that decoding takes at most, with two copies of the file."""
    decoding = pixels * bytes_per_pixel + DECODER_BYTES
    rendition = min(RENDITION_BYTES, pixels * RENDITION_BYTES_PER_PIXEL + DECODER_BYTES)
    rendering = pixels * min(bytes_per_pixel, PICTURE_BYTES_PER_PIXEL) + rendition
    return round(max(decoding, rendering)) + 2 * len(data)
