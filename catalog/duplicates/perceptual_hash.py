"""Perceptual hashes of photos: 64 bits, of which few differ between versions of one photo.

The hash is the DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions" (2010): which low frequencies of the small grey photo are above their median. Margins of
one tone are cut off first, so that a border or other padding changes little.

In: PIL images, sRGB. Grey values are float32, 0 to 255.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.float32]

SIDE, FREQUENCIES = 32, 8
HASH_BITS = FREQUENCIES**2
SCALE = 8 * SIDE  # the longest side in which margins are searched for
MAX_TONE_CHANGE = 16  # of 255, within a margin: more than JPEG adds
MIN_CONTENT = 0.2  # of each side: what is smaller is no photo in a margin, but a plain photo
MIN_CONTRAST = 4.0  # standard deviation of grey values: below, the hash is one of noise
MAX_MARGINS = 2  # a border around a photo that has a margin itself
_WAVES = np.cos(
    np.pi * np.outer(np.arange(1, FREQUENCIES + 1), 2 * np.arange(SIDE) + 1) / (2 * SIDE)
).astype(np.float32)


def compute_hash(photo: Image.Image) -> int | None:
    """Return the hash as a signed number of 64 bits; None for a photo that shows nothing.

    A JPEG that was only opened is decoded at a reduced scale.
    """
    if photo.format == "JPEG":
        photo.draft("L", (SCALE, SCALE))
    grey = photo.convert("L")
    grey.thumbnail((SCALE, SCALE), Image.Resampling.BOX)
    small = _cut_margins(grey).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    pixels: Grey = np.asarray(small, np.float32)
    if pixels.std() < MIN_CONTRAST:
        return None
    strengths = _WAVES @ pixels @ _WAVES.T
    return int(np.packbits(strengths > np.median(strengths)).view(">i8")[0])


def count_differences(first: int, second: int) -> int:
    """Return in how many bits two hashes differ, 0 to 64."""
    different: int = (first ^ second) & (2**HASH_BITS - 1)
    return different.bit_count()


def _cut_margins(grey: Image.Image) -> Image.Image:
    """Return a photo without the margins that have the tone of its corner."""
    for _ in range(MAX_MARGINS):
        tones = np.asarray(grey, np.int16)
        is_content = np.abs(tones - tones[0, 0]) > MAX_TONE_CHANGE
        top, bottom = _find_ends(is_content.any(axis=1))
        left, right = _find_ends(is_content.any(axis=0))
        if right - left < MIN_CONTENT * grey.width or bottom - top < MIN_CONTENT * grey.height:
            break
        grey = grey.crop((left, top, right, bottom))
    return grey


def _find_ends(is_content: NDArray[np.bool_]) -> tuple[int, int]:
    """Return where the content of lines begins and ends, without a line that blends into it."""
    places = np.flatnonzero(is_content)
    if not len(places):
        return 0, 0
    first, last = int(places[0]), int(places[-1])
    return first + (first > 0), last + (last == len(is_content) - 1)
