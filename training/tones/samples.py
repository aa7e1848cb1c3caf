"""Degraded photos, the training samples for the network of `quality.enhance.tones`.

sRGB float32 (h, w, 3) in [0, 1], thumbnails throughout.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.enhance.tones import describe, make_thumbnail, measure_levels, shrink_mask
from quality.measure.colour_spaces import Floats, encode_srgb, linearise
from quality.measure.frame import Bytes, make_frame, to_bytes, to_float
from quality.measure.subject import Mask, find_subject
from training.clean_photos import read_pixels

SEED = 7
VERSIONS = 10  # degraded versions of each photo
ON_PLAIN_BACKGROUND = 0.35  # share of versions, if the garment can be cut out
UNSPOILED = 0.3  # share of versions, for each of tone and cast
PIXELS = 300  # of each version, at random positions


@dataclass(frozen=True)
class Sample:
    """A degraded version: its features (101,) and lightness levels (17,), and some pixels.

    `spoiled` and `clean`, (300, 3) uint8, are the same positions of the version and of the
    original.
    """

    features: Floats
    levels: Floats
    spoiled: Bytes
    clean: Bytes


def spoil_photo(path: Path) -> list[Sample]:
    """Return a photo's versions, the same in every call."""
    cv2.setNumThreads(1)
    frame = make_frame(read_pixels(path))
    rng = np.random.default_rng([SEED, int.from_bytes(path.stem.encode()[-8:])])
    mask = shrink_mask(find_subject(frame))
    clean = make_thumbnail(frame.normal)
    return [_spoil(_on_background(clean, mask, rng), mask, rng) for _ in range(VERSIONS)]


def _on_background(clean: Floats, mask: Mask | None, rng: np.random.Generator) -> Floats:
    """Return the photo, or its garment on white or on a plain light background."""
    if mask is None or rng.random() > ON_PLAIN_BACKGROUND:
        return clean
    ground = np.float32(1.0 if rng.random() < 0.6 else rng.uniform(0.75, 1))
    return np.where(mask[..., None], clean, ground)


def _spoil(clean: Floats, mask: Mask | None, rng: np.random.Generator) -> Sample:
    spoiled = to_bytes(_cast(_tone(clean, rng), rng))
    seen = to_float(spoiled)
    places = rng.integers(0, spoiled.shape[0] * spoiled.shape[1], PIXELS)
    return Sample(
        describe(seen, mask), measure_levels(seen), _pick(spoiled, places),
        _pick(to_bytes(clean), places),
    )  # fmt: skip


def _pick(pixels: Bytes, places: NDArray[np.int64]) -> Bytes:
    return pixels.reshape(-1, 3)[places]


def _tone(clean: Floats, rng: np.random.Generator) -> Floats:
    """Change exposure, contrast, both or neither."""
    kind = rng.random()
    rgb = clean
    if kind < UNSPOILED:
        return rgb
    if kind < 0.75:
        stops = rng.uniform(-2.7, 2.1)
        rgb = encode_srgb(linearise(rgb) * np.float32(2.0**stops))
    if kind > 0.65:
        middle = rgb.mean()
        rgb = np.clip(middle + (rgb - middle) * np.float32(rng.uniform(0.28, 1)), 0, 1)
    return rgb.astype(np.float32)


def _cast(rgb: Floats, rng: np.random.Generator) -> Floats:
    """Tint the light by stops of red and blue against green; in most cases not at all."""
    if rng.random() < 2 * UNSPOILED:
        return rgb
    stops = rng.uniform(-0.8, 0.8, 2)
    gains = np.array([2.0 ** stops[0], 1, 2.0 ** stops[1]], np.float32)
    return encode_srgb(linearise(rgb) * gains)
