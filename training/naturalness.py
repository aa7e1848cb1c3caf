"""Fit the Gaussian of clean photos, against which `quality.measure.naturalness` measures.

Takes luma, float32 (h, w) in [0, 1], at the normalised size.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from quality.measure.colour_spaces import Floats
from quality.measure.naturalness import Gaussian, describe_patches

SHARP = 0.75  # of the sharpest patch's deviation; patches below are out of focus


def fit_gaussian(lumas: Iterable[Floats]) -> Gaussian:
    """Return the Gaussian of the sharp patches of clean photos; at least 37 photos are needed."""
    features = np.vstack([describe_patches(luma, sharp=SHARP) for luma in lumas])
    return Gaussian(features.mean(axis=0), np.cov(features, rowvar=False))


def save_gaussian(gaussian: Gaussian, path: Path) -> None:
    """Write a model file, in float32."""
    mean, covariance = gaussian.mean.astype(np.float32), gaussian.covariance.astype(np.float32)
    np.savez_compressed(path, mean=mean, covariance=covariance)
