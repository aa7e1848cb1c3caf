"""Turn photos into the input of a dual encoder, on the CPU.

In: PIL images of any mode, sRGB. Out: float32 (n, 3, height, width), normalised with the numbers of
the checkpoint's image processor, channels-last in memory (a view, not a copy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# A photo is first averaged by whole factors to at least this multiple of the target, which halves
# the cost for large photos; Pillow documents 2 as close to full resampling.
REDUCING_GAP = 2.0


@dataclass(frozen=True)
class PixelRecipe:
    """The steps of an image processor as numbers: pad, resize, centre crop, scale and shift."""

    pad_with: tuple[int, int, int] | None  # the colour that makes photos square
    resize_to: tuple[int, int] | int  # (height, width), or the shortest edge
    crop_to: tuple[int, int] | None  # (height, width)
    resample: int
    scale: NDArray[np.float32]  # (3,) multiplies 0..255
    shift: NDArray[np.float32]  # (3,) added afterwards

    @classmethod
    def from_processor(cls, processor: Any) -> PixelRecipe | None:
        """Return the recipe of a transformers image processor; None if it has other steps."""
        if not processor.do_resize or getattr(processor, "crop_pct", None) is not None:
            return None
        resize_to = _resize_target(processor.size)
        crop_to = _crop_target(processor)
        if resize_to is None or (isinstance(resize_to, int) and crop_to is None):
            return None
        pad_with = None
        if getattr(processor, "do_pad", False):
            if not hasattr(processor, "pad_to_square") or isinstance(resize_to, int) or crop_to:
                return None
            pad_with = _padding_colour(processor)
        scale, shift = _scale_and_shift(processor)
        return cls(pad_with, resize_to, crop_to, int(processor.resample), scale, shift)

    @property
    def output_size(self) -> tuple[int, int]:
        """(height, width) of the model's input."""
        if self.crop_to is not None:
            return self.crop_to
        if isinstance(self.resize_to, int):
            return self.resize_to, self.resize_to
        return self.resize_to

    def apply(self, photos: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Return (n, 3, height, width), resized and cropped in one Pillow call for each photo.

        Equals the library's own processor within rounding for photos up to four times the target,
        and is close to it for larger ones (see `REDUCING_GAP`).
        """
        height, width = self.output_size
        out = np.empty((len(photos), height, width * 3), dtype=np.float32)
        scale, shift = np.tile(self.scale, width), np.tile(self.shift, width)
        for row, photo in zip(out, photos, strict=True):
            small = self._resize(photo)
            np.multiply(np.asarray(small).reshape(height, width * 3), scale, out=row)
            row += shift
        return out.reshape(len(photos), height, width, 3).transpose(0, 3, 1, 2)

    def _resize(self, photo: Image.Image) -> Image.Image:
        height, width = self.output_size
        # A JPEG is decoded at 1/2, 1/4 or 1/8 of its size, but at least twice the target.
        if getattr(photo, "format", None) == "JPEG":
            photo.draft("RGB", (int(width * REDUCING_GAP), int(height * REDUCING_GAP)))
        rgb = photo if photo.mode == "RGB" else photo.convert("RGB")
        if self.pad_with is not None and rgb.width != rgb.height:
            return fit_in_square(rgb, (width, height), self.pad_with, resample=self.resample)
        return rgb.resize(
            (width, height),
            Image.Resampling(self.resample),
            box=self._box(rgb.width, rgb.height),
            reducing_gap=REDUCING_GAP,
        )

    def _box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return the box of the source that remains after resizing and centre cropping."""
        if self.crop_to is None:
            return 0, 0, width, height
        new_height, new_width = self._size_before_crop(width, height)
        crop_height, crop_width = self.crop_to
        # A crop larger than the resized photo is stretched; the library pads with black.
        crop_height, crop_width = min(crop_height, new_height), min(crop_width, new_width)
        top, left = (new_height - crop_height) // 2, (new_width - crop_width) // 2
        x, y = width / new_width, height / new_height
        return left * x, top * y, (left + crop_width) * x, (top + crop_height) * y

    def _size_before_crop(self, width: int, height: int) -> tuple[int, int]:
        if not isinstance(self.resize_to, int):
            return self.resize_to
        if width <= height:
            return int(self.resize_to * height / width), self.resize_to
        return self.resize_to, int(self.resize_to * width / height)


def fit_in_square(
    rgb: Image.Image, size: tuple[int, int], colour: tuple[int, int, int], *, resample: int
) -> Image.Image:
    """Return a photo resized as the middle of its square, (width, height), with a colour beside it.

    transformers pads before it resizes, which blends the edge of a photo with the colour.
    """
    longest = max(rgb.size)
    width, height = (
        max(1, round(side * target / longest)) for side, target in zip(rgb.size, size, strict=True)
    )
    square = Image.new("RGB", size, colour)
    small = rgb.resize((width, height), Image.Resampling(resample), reducing_gap=REDUCING_GAP)
    square.paste(small, ((size[0] - width) // 2, (size[1] - height) // 2))
    return square


def _resize_target(size: Any) -> tuple[int, int] | int | None:
    size = dict(size) if not isinstance(size, dict) else size
    height, width, shortest = (size.get(key) for key in ("height", "width", "shortest_edge"))
    if height and width:
        return int(height), int(width)
    if shortest and not size.get("longest_edge"):
        return int(shortest)
    return None


def _crop_target(processor: Any) -> tuple[int, int] | None:
    if not getattr(processor, "do_center_crop", False):
        return None
    size = dict(processor.crop_size)
    return int(size["height"]), int(size["width"])


def _padding_colour(processor: Any) -> tuple[int, int, int]:
    """Return the colour that LLaVA's processor pads with: the mean that it subtracts."""
    red, green, blue = (int(part * 255) for part in processor.image_mean)
    return red, green, blue


def _scale_and_shift(processor: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    factor = float(processor.rescale_factor) if processor.do_rescale else 1.0
    normalises = bool(processor.do_normalize)
    mean = np.asarray(processor.image_mean if normalises else (0, 0, 0), dtype=np.float64)
    std = np.asarray(processor.image_std if normalises else (1, 1, 1), dtype=np.float64)
    return (factor / std).astype(np.float32), (-mean / std).astype(np.float32)
