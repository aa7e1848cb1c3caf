"""Degrade photos in seven ways, with five severities each.

sRGB uint8 (h, w, 3) in and out, as a bad camera or a bad export would have written them.
"""

import io
from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image

from quality.measure.colour_spaces import encode_srgb, linearise
from quality.measure.frame import Bytes, to_bytes, to_float

Degradation: TypeAlias = Callable[[Bytes, int, np.random.Generator], Bytes]

SEVERITIES = (1, 2, 3, 4, 5)
BLUR = (0.8, 1.2, 1.8, 2.6, 4.0)  # standard deviation, pixels of a photo of 512
NOISE = (4, 8, 14, 22, 32)  # standard deviation, of 255
CONTRAST = (0.85, 0.7, 0.55, 0.42, 0.3)  # what remains of it
UNDER = (0.5, 1.0, 1.5, 2.0, 2.5)  # stops less light
OVER = (0.4, 0.8, 1.2, 1.6, 2.0)  # stops more
CAST = (0.15, 0.3, 0.45, 0.6, 0.75)  # stops between two channels
QUALITY = (50, 35, 25, 15, 8)  # of the JPEG
# Warm, cool, green, magenta: stops of red, green, blue.
CASTS = ((0.5, 0.0, -0.5), (-0.5, 0.0, 0.5), (-0.25, 0.5, -0.25), (0.25, -0.5, 0.25))


def blur(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    sigma = BLUR[severity - 1] * max(photo.shape[:2]) / 512
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), dtype=np.uint8)


def add_noise(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    grain = rng.normal(0, NOISE[severity - 1] / 255, photo.shape).astype(np.float32)
    return to_bytes(to_float(photo) + grain)


def lower_contrast(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    rgb = to_float(photo)
    middle = rgb.mean()
    return to_bytes(middle + (rgb - middle) * np.float32(CONTRAST[severity - 1]))


def under_expose(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    return _expose(photo, -UNDER[severity - 1])


def over_expose(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    return _expose(photo, OVER[severity - 1])


def add_cast(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    direction = np.array(CASTS[rng.integers(len(CASTS))])
    gains = (2.0 ** (direction * CAST[severity - 1])).astype(np.float32)
    return to_bytes(encode_srgb(linearise(to_float(photo)) * gains))


def compress(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    out = io.BytesIO()
    Image.fromarray(photo).save(out, "JPEG", quality=QUALITY[severity - 1])
    with Image.open(out) as compressed:
        return np.array(compressed)


def _expose(photo: Bytes, stops: float) -> Bytes:
    return to_bytes(encode_srgb(linearise(to_float(photo)) * np.float32(2.0**stops)))


DEGRADATIONS: MappingProxyType[str, Degradation] = MappingProxyType(
    {
        "blur": blur,
        "noise": add_noise,
        "low contrast": lower_contrast,
        "under-exposure": under_expose,
        "over-exposure": over_expose,
        "cast": add_cast,
        "JPEG": compress,
    }
)

_LIGHT = (lower_contrast, under_expose, over_expose)
_DETAIL = (blur, add_noise, compress)


def mix(photo: Bytes, severity: int, rng: np.random.Generator) -> Bytes:
    """Degrade the light, in half of the cases its colour too, and then the detail."""
    spoiled = _LIGHT[rng.integers(3)](photo, severity, rng)
    if rng.random() < 0.5:
        spoiled = add_cast(spoiled, severity, rng)
    return _DETAIL[rng.integers(3)](spoiled, severity, rng)
