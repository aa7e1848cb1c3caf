"""Naturalness of a photo without a reference, by NIQE.

Mittal, Soundararajan & Bovik, "Making a 'completely blind' image quality analyzer" (2013): the
statistics of locally normalised lightness at two scales, as one Gaussian of 36 dimensions, are
compared with those of clean photos. Takes luma, float32 (h, w) in [0, 1], at the normalised size;
returns a distance from 0, where smaller is more natural.

`naturalness.npz` is the Gaussian of clean clothing photos: float32 `mean` (36,) and `covariance`
(36, 36). `manage.py fit_naturalness --photos DIR` makes it (`training.naturalness`), without
randomness, from the first 1,500 photos of the `train` split of the clothing dataset (CC0,
alexeygrigorev/clothing-dataset).
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.measure.colour_spaces import Floats

Features: TypeAlias = NDArray[np.float64]

MODEL = Path(__file__).with_name("naturalness.npz")
PATCH = 64  # pixels a side at the first scale; NIQE uses 96 on larger images
TEXTURED = 0.1  # of the sharpest patch's: below it a patch has no statistics, as white paper
STABLE = 1 / 255  # avoids a division by 0 in flat regions
_SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))  # the four products of neighbours


@dataclass(frozen=True)
class Gaussian:
    """The statistics of clean photos: `mean` (36,) and `covariance` (36, 36), float64."""

    mean: Features
    covariance: Features


@cache
def load_clean_model() -> Gaussian:
    """Return the Gaussian in `naturalness.npz`."""
    with np.load(MODEL) as stored:
        return Gaussian(stored["mean"].astype(float), stored["covariance"].astype(float))


def measure_naturalness(luma: Floats, model: Gaussian | None = None) -> float:
    """Return the distance of a photo's statistics from those of clean photos (equation 10)."""
    model = model or load_clean_model()
    features = describe_patches(luma, sharp=TEXTURED)
    off = features.mean(axis=0) - model.mean
    spread = (np.cov(features, rowvar=False) if len(features) > 1 else 0) + model.covariance
    return float(np.sqrt(max(off @ np.linalg.pinv(spread / 2) @ off, 0.0)))


def describe_patches(luma: Floats, *, sharp: float = 0.0) -> Features:
    """Return the features (n, 36) of the patches that are at least `sharp` times the sharpest."""
    half = np.asarray(
        cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.float32
    )
    parts, is_sharp = [], None
    for scale, side in ((luma, PATCH), (half, PATCH // 2)):
        normalised, deviation = _normalise(scale)
        if is_sharp is None:
            energies = _patches(deviation, side).mean(axis=(1, 2))
            is_sharp = energies >= sharp * energies.max()
        parts.append(_describe(normalised, side)[: len(is_sharp)][is_sharp])
    return np.hstack(parts)


def _normalise(luma: Floats) -> tuple[Floats, Floats]:
    """Return mean-subtracted, contrast-normalised luma, and the local deviation."""
    mean = cv2.GaussianBlur(luma, (7, 7), 7 / 6)
    square = cv2.GaussianBlur(luma * luma, (7, 7), 7 / 6)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)
    return np.asarray((luma - mean) / (deviation + np.float32(STABLE)), np.float32), deviation


def _patches(values: Floats, side: int) -> Floats:
    """Cut into squares (n, side, side); a narrower image gives smaller squares."""
    height, width = values.shape
    side = min(side, height, width)
    rows, columns = height // side, width // side
    cut = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return cut.transpose(0, 2, 1, 3).reshape(-1, side, side)


def _describe(normalised: Floats, side: int) -> Features:
    """Return (n, 18): shape and width of each patch, and of the products of its neighbours."""
    columns = []
    shape, left, right = fit_asymmetric(_patches(normalised, side))
    columns += [shape, (left + right) / 2]
    for shift in _SHIFTS:
        product = normalised * np.roll(normalised, shift, axis=(0, 1))
        shape, left, right = fit_asymmetric(_patches(product, side))
        mean = (right - left) * _ratio(shape)
        columns += [shape, mean, left, right]
    return np.stack(columns, axis=1).astype(np.float64)


def fit_asymmetric(patches: Floats) -> tuple[Features, Features, Features]:
    """Fit asymmetric generalised Gaussians by moments (Lasmar, Stitou & Berthoumieu, 2009).

    Return the shapes and the left and right widths of (n, s, s) patches, each (n,).
    """
    flat = patches.reshape(len(patches), -1).astype(np.float64)
    squares = flat * flat
    is_left = flat < 0
    left = np.sqrt((squares * is_left).sum(axis=1) / np.maximum(is_left.sum(axis=1), 1)) + 1e-6
    right = np.sqrt((squares * ~is_left).sum(axis=1) / np.maximum((~is_left).sum(axis=1), 1)) + 1e-6
    skew = left / right
    ratio = np.abs(flat).mean(axis=1) ** 2 / np.maximum(squares.mean(axis=1), 1e-12)
    ratio = ratio * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shapes, moments, gammas = _shape_table()
    shape = np.interp(ratio, moments, shapes)
    width = np.interp(shape, shapes, gammas)
    return shape, left * width, right * width


@cache
def _shape_table() -> tuple[Features, Features, Features]:
    """Return shapes from 0.2 to 10, their ratio of moments, and sqrt(Γ(1/a) / Γ(3/a))."""
    shapes = np.arange(0.2, 10, 0.001)
    one, two, three = (np.array([math.lgamma(k / a) for a in shapes]) for k in (1, 2, 3))
    return shapes, np.exp(2 * two - one - three), np.exp((one - three) / 2)


def _ratio(shape: Features) -> Features:
    """Return Γ(2/a) / Γ(1/a)."""
    one, two = (np.array([math.lgamma(k / a) for a in shape]) for k in (1, 2))
    return np.asarray(np.exp(two - one))
