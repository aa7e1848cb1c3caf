"""What is measured: a photo's pixels at a normalised size, and the facts of its file.

Pixels are sRGB (h, w, 3). `Frame.pixels` are those a shopper sees, uint8, at most 1,600 a side;
`Frame.normal` the same as float32 in [0, 1] with the longer side at 512, on which nearly all is
measured, so that a figure says the same of a large and a small copy of a photo.

    read_frame(photo)         a photo that passed `core.photos.open_photo`
    make_frame(rgb)          pixels alone, as enhancement makes them
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
from core.photos import FORMATS, Photo, read_opacity
from quality.measure.colour_spaces import Floats

Bytes: TypeAlias = NDArray[np.uint8]

NORMAL_SIDE = 512
MIN_SIDE = 64
MAX_ELONGATION = 8  # a longer panorama would be fewer than 64 pixels high at the normalised size
MIN_OPAQUE_SHARE = 0.005  # the share of a photo that has to show something
MIN_SPREAD = 2  # of 255: less between the darkest and the lightest is one colour


class PhotoUnmeasurable(DomainError):
    """There is nothing in the photo to measure; the message says what to send instead."""

    code = "photo_unmeasurable"


@dataclass(frozen=True)
class Frame:
    """A photo to be measured.

    `alpha`, (h, w) uint8, is of the size of `pixels`, or None where the photo has no transparency.
    `width` and `height` are those of the file as it came, upright; `file_bytes` and `format` are
    None where there is no file.
    """

    pixels: Bytes
    alpha: Bytes | None
    width: int
    height: int
    file_bytes: int | None = None
    format: str | None = None

    @cached_property
    def normal(self) -> Floats:
        """Return float32 RGB in [0, 1], the longer side `NORMAL_SIDE`."""
        return to_float(resize(self.pixels, longer_side=NORMAL_SIDE))

    @cached_property
    def normal_alpha(self) -> Floats | None:
        """Return the opacity (h, w) in [0, 1] at the size of `normal`."""
        if self.alpha is None:
            return None
        return to_float(resize(self.alpha, longer_side=NORMAL_SIDE))

    def with_pixels(self, pixels: Bytes) -> Frame:
        """Return the frame of the same file with other pixels.

        Where they are more or fewer, so are the file's, in proportion.
        """
        (rows, columns), (height, width) = self.pixels.shape[:2], pixels.shape[:2]
        if (rows, columns) == (height, width):
            return replace(self, pixels=pixels)
        size = round(self.width * width / columns), round(self.height * height / rows)
        return replace(self, pixels=pixels, alpha=None, width=size[0], height=size[1])


def read_frame(photo: Photo) -> Frame:
    """Return the frame of a photo that passed the door.

    Its pixels are those of the rendition; the size, the format and the opacity are read from the
    original. Raises `PhotoUnmeasurable`.
    """
    with Image.open(io.BytesIO(photo.rendition), formats=["JPEG"]) as rendition:
        pixels = np.array(rendition)
    with Image.open(io.BytesIO(photo.original), formats=FORMATS) as original:
        kind = original.format
        width, height = original.size
        if original.getexif().get(0x0112, 1) >= 5:  # stored lying on its side
            width, height = height, width
        opacity = read_opacity(original, size=(photo.width, photo.height))
    alpha = None if opacity is None else np.array(opacity)
    return _checked(Frame(pixels, alpha, width, height, len(photo.original), kind))


def make_frame(rgb: Bytes) -> Frame:
    """Return the frame of (h, w, 3) uint8 sRGB pixels; raises `PhotoUnmeasurable`."""
    return _checked(Frame(rgb, None, rgb.shape[1], rgb.shape[0]))


def resize(pixels: NDArray[np.uint8], *, longer_side: int) -> NDArray[np.uint8]:
    """Scale so that the longer side has a length: by area when shrinking, else by cubic curves."""
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


def _checked(frame: Frame) -> Frame:
    """Return a frame that holds something to measure."""
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
    if frame.alpha is not None and (frame.alpha > 127).mean() < MIN_OPAQUE_SHARE:
        raise PhotoUnmeasurable(
            "The photo is transparent nearly everywhere; send one that shows the product.",
            code="photo_transparent",
        )
    seen = frame.pixels[::4, ::4] if frame.alpha is None else frame.pixels[frame.alpha > 127]
    if np.ptp(seen.reshape(-1, 3), axis=0).max() <= MIN_SPREAD:
        raise PhotoUnmeasurable(
            "The photo is all one colour; send one that shows the product.", code="photo_blank"
        )
    return frame
