"""A decoded photo at a normalised size, with the facts of its file: the input of all measures.

Pixels are sRGB (h, w, 3). `Frame.pixels` are uint8 at the displayed size, at most 1,600 a side.
`Frame.normal` is float32 in [0, 1] with a longer side of 512; most measures use it, so that they
give the same figure for a large and a small copy of a photo.

    read_frame(photo)        from a `core.photos.Photo`
    make_frame(rgb)          from pixels alone
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import DomainError
from core.photos import Photo, read_original
from decoder.limits import MIN_OPACITY, MIN_OPAQUE_SHARE, MIN_SPREAD, TRANSPARENCY_MESSAGE
from quality.measure.colour_spaces import Floats

Bytes: TypeAlias = NDArray[np.uint8]

NORMAL_SIDE = 512
MIN_SIDE = 64
MAX_ELONGATION = 8  # longer panoramas have less than 64 pixels of height at the normalised size


class PhotoUnmeasurable(DomainError):
    """The photo has nothing to measure; the message says what to send instead."""

    code = "photo_unmeasurable"


@dataclass(frozen=True)
class Frame:
    """A photo to measure.

    `alpha` is uint8 (h, w) of the size of `pixels`, or None for a photo without transparency.
    `width` and `height` are the upright size of the original file; `file_bytes` and `format` are
    None without a file.
    """

    pixels: Bytes
    alpha: Bytes | None
    width: int
    height: int
    file_bytes: int | None = None
    format: str | None = None

    @cached_property
    def normal(self) -> Floats:
        """RGB as float32 in [0, 1], with `NORMAL_SIDE` as the longer side."""
        return to_float(resize(self.pixels, longer_side=NORMAL_SIDE))

    @cached_property
    def normal_alpha(self) -> Floats | None:
        """The opacity, float32 (h, w) in [0, 1], at the size of `normal`."""
        if self.alpha is None:
            return None
        return to_float(resize(self.alpha, longer_side=NORMAL_SIDE))

    def with_pixels(self, pixels: Bytes) -> Frame:
        """Return the frame with other pixels; their size scales that of the file."""
        (rows, columns), (height, width) = self.pixels.shape[:2], pixels.shape[:2]
        if (rows, columns) == (height, width):
            return replace(self, pixels=pixels)
        size = round(self.width * width / columns), round(self.height * height / rows)
        return replace(self, pixels=pixels, alpha=None, width=size[0], height=size[1])


def read_frame(photo: Photo) -> Frame:
    """Return the frame of a photo; raises `PhotoUnmeasurable`.

    Pixels come from the rendition; size, format and opacity from the original.
    """
    with Image.open(io.BytesIO(photo.rendition), formats=["JPEG"]) as rendition:
        pixels = np.array(rendition)
    file = read_original(photo.original, opacity_size=(photo.width, photo.height))
    size = len(photo.original)
    return _check(Frame(pixels, file.opacity, file.width, file.height, size, file.format))


def make_frame(rgb: Bytes) -> Frame:
    """Return the frame of (h, w, 3) uint8 sRGB pixels; raises `PhotoUnmeasurable`."""
    return _check(Frame(rgb, None, rgb.shape[1], rgb.shape[0]))


def resize(pixels: NDArray[np.uint8], *, longer_side: int) -> NDArray[np.uint8]:
    """Scale to a longer side: by area when shrinking, else by cubic interpolation."""
    height, width = pixels.shape[:2]
    scale = longer_side / max(height, width)
    if scale == 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def to_float(pixels: Bytes) -> Floats:
    """Return uint8 as float32 in [0, 1]."""
    return pixels.astype(np.float32) / np.float32(255)


def to_luma(rgb: Floats) -> Floats:
    """Return the luma (h, w) of sRGB (h, w, 3), both in [0, 1] (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.float32)


def to_bytes(rgb: Floats) -> Bytes:
    """Return floats in [0, 1], clipped to it, as uint8."""
    return (np.clip(rgb, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def _check(frame: Frame) -> Frame:
    short, long = sorted((frame.width, frame.height))
    if short < MIN_SIDE:
        raise PhotoUnmeasurable(
            f"The shorter side has {short} pixels and needs {MIN_SIDE}; send a larger photo.",
            code="photo_too_small",
        )
    if long > MAX_ELONGATION * short:
        raise PhotoUnmeasurable(
            f"The photo is more than {MAX_ELONGATION} times as long as it is wide; crop it.",
            code="photo_too_narrow",
        )
    opaque = None if frame.alpha is None else frame.alpha >= MIN_OPACITY
    # Uploads are refused for it too, but older ones are stored.
    if opaque is not None and opaque.mean() < MIN_OPAQUE_SHARE:
        raise PhotoUnmeasurable(TRANSPARENCY_MESSAGE, code="photo_transparent")
    seen = frame.pixels[::4, ::4] if opaque is None else frame.pixels[opaque]
    if np.ptp(seen.reshape(-1, 3), axis=0).max() <= MIN_SPREAD:
        raise PhotoUnmeasurable(
            "The photo is all one colour; send one that shows the product.", code="photo_blank"
        )
    return frame
