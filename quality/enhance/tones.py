"""Estimate the correction of a photo's light, exposure and contrast.

    tones = estimate_tones(rgb, subject)      the correction, at full strength

Takes sRGB float32 (h, w, 3) in [0, 1] and the garment. Histograms of the photo, the garment and the
background show what happened to a photo: a lamp tints bright greys, under-exposure leaves the upper
half empty, haze both ends. A small network in numpy maps them to a correction. `tones.npz` contains
it; `manage.py fit_tones --photos DIR` trains it (`training.tones`) on clean clothing photos that
were degraded, from the first 2,900 photos of the `train` split of the clothing dataset (CC0,
alexeygrigorev/clothing-dataset).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.measure.colour_spaces import Floats, encode_srgb, linearise, srgb_to_oklab
from quality.measure.light import estimate_light
from quality.measure.subject import Mask, Subject, shrink

MODEL = Path(__file__).with_name("tones.npz")
THUMBNAIL = 96  # pixels of the longer side: enough for a histogram, and without grain
LEVELS = np.array(
    [0.005, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.995]
)  # quantiles of a histogram
PART_LEVELS = np.array(
    [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]
)  # the same for garment and background
CHROMA_LOSS_RANGE = (-0.3, 1.2)  # bounds of the logarithm of `saturation`


@dataclass(frozen=True)
class Tones:
    """A correction, at full strength.

    `gains` (3,) multiply linear RGB without changing a grey's luminance. After them, a curve maps
    the OKLab lightnesses `levels` (17,), ascending, to `targets` (17,). `saturation` multiplies
    OKLab a and b in addition to the change in proportion to lightness.
    """

    gains: Floats
    levels: Floats
    targets: Floats
    saturation: float


def make_thumbnail(rgb: Floats) -> Floats:
    return shrink(rgb, THUMBNAIL)


def shrink_mask(subject: Subject) -> Mask | None:
    """Return the mask at the size of a thumbnail; None without a confident mask."""
    if not subject.is_confident:
        return None
    return np.asarray(make_thumbnail(subject.mask.astype(np.float32)) > 0.5)


def estimate_tones(rgb: Floats, subject: Subject) -> Tones:
    """Return the correction of a photo; for a good photo it changes almost nothing."""
    small = make_thumbnail(rgb)
    answer = _network()(describe(small, shrink_mask(subject)))
    gains = stops_to_gains(answer[:2])
    levels = measure_levels(encode_srgb(linearise(small) * gains))
    return Tones(
        gains=gains,
        levels=levels,
        targets=np.maximum.accumulate(np.clip(levels + answer[2:-1], 0, 1)).astype(np.float32),
        saturation=float(np.exp(np.clip(answer[-1], *CHROMA_LOSS_RANGE))),
    )


def describe(small: Floats, mask: Mask | None) -> Floats:
    """Return the features (101,) of a thumbnail and of its garment's mask, which may be None.

    Quantiles of RGB, lightness and chroma; lightness and colour of garment and background; three
    estimates of the light's colour, in stops of red and blue against green.
    """
    lab, linear = srgb_to_oklab(small), linearise(small)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    garment = np.ones(small.shape[:2], dtype=bool) if mask is None else mask
    parts = [
        np.quantile(small.reshape(-1, 3), LEVELS, axis=0).T.ravel(),
        np.quantile(lab[..., 0], LEVELS),
        np.quantile(chroma, (0.1, 0.3, 0.5, 0.7, 0.9)),
        _describe_part(lab, chroma, garment),
        _describe_part(lab, chroma, ~garment),
        [mask is not None, garment.mean()],
        _stops(estimate_light(linear, lab)),
        _stops(linear.reshape(-1, 3).mean(axis=0)),
        _stops(np.abs(cv2.Laplacian(linear, cv2.CV_32F)).reshape(-1, 3).mean(axis=0)),
    ]
    return np.concatenate(parts).astype(np.float32)


def _describe_part(lab: Floats, chroma: Floats, where: Mask) -> Floats:
    """Return lightness (7), mean a and b, and mean chroma of garment or background, (10,)."""
    where = where if where.any() else np.ones_like(where)
    lightness = np.quantile(lab[..., 0][where], PART_LEVELS)
    return np.concatenate([lightness, lab[where][:, 1:].mean(axis=0), [chroma[where].mean()]])


def _stops(light: Floats) -> Floats:
    return np.asarray(np.log2((light[[0, 2]] + 1e-4) / (light[1] + 1e-4)))


def measure_levels(small: Floats) -> Floats:
    """Return the OKLab lightness at each of `LEVELS`, (17,), strictly ascending."""
    levels = np.quantile(srgb_to_oklab(small)[..., 0], LEVELS)
    return np.asarray(levels + np.arange(len(LEVELS)) * 1e-5, dtype=np.float32)


def stops_to_gains(stops: NDArray[np.floating]) -> Floats:
    """Return linear RGB gains (3,) from the stops of red and blue against green."""
    gains = np.exp2(np.array([stops[0], 0.0, stops[1]], dtype=np.float32))
    luminance = gains @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
    return np.asarray(gains / luminance, dtype=np.float32)


@dataclass(frozen=True)
class Network:
    """Two hidden layers with rectifiers; weights are (in, out), inputs are standardised."""

    mean: Floats
    deviation: Floats
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def __call__(self, features: Floats) -> Floats:
        values = np.asarray((features - self.mean) / self.deviation, dtype=np.float32)
        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = values @ weight + bias
            values = values if layer == last else np.maximum(values, 0)
        return np.asarray(values)


@cache
def _network() -> Network:
    with np.load(MODEL) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    layers = range(sum(name.startswith("weight") for name in arrays))
    return Network(
        arrays["mean"],
        arrays["deviation"],
        tuple(arrays[f"weight{k}"] for k in layers),
        tuple(arrays[f"bias{k}"] for k in layers),
    )
