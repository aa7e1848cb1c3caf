"""Training samples in memory: small square photos with their labels and sampling probabilities.

Photos are uint8 (n, 3, S, S) sRGB with S = `STORED_SIZE`, padded to squares as the encoder pads
them. 12,000 of them take 1.8 GB.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core.ml.preprocessing import fit_in_square
from training.mini.architecture import PIXEL_MEAN
from training.mini.labels import PhotoLabels

STORED_SIZE = 224
BALANCE = 0.5  # rare kinds are drawn more often than they occur, by this power of their frequency


@dataclass(frozen=True)
class Samples:
    """Photos and their labels, one for each row."""

    photos: Tensor  # uint8 (n, 3, S, S)
    labels: Sequence[PhotoLabels]

    def __len__(self) -> int:
        return len(self.labels)


def collect(stream: Iterable[tuple[Image.Image, PhotoLabels]]) -> Samples:
    """Collect photos at `STORED_SIZE`, with their labels."""
    rows: list[NDArray[np.uint8]] = []
    labels: list[PhotoLabels] = []
    for photo, label in stream:
        rows.append(_shrink(photo))
        labels.append(label)
    return Samples(torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).contiguous(), labels)


def join(parts: Sequence[Samples]) -> Samples:
    """Concatenate sets of samples."""
    return Samples(
        photos=torch.cat([part.photos for part in parts]),
        labels=[label for part in parts for label in part.labels],
    )


def sampling_weights(parts: Sequence[Samples], shares: Sequence[float]) -> NDArray[np.float64]:
    """Return the sampling probability of each row of the joined parts, (n,).

    Each part has its share; in it, rare kinds have more weight than frequent ones.
    """
    weights = []
    for part, share in zip(parts, shares, strict=True):
        rows = _balance(part)
        weights.append(rows / rows.sum() * share / sum(shares))
    joined: NDArray[np.float64] = np.concatenate(weights)
    return joined


def _balance(part: Samples) -> NDArray[np.float64]:
    kinds = [" ".join(labels.of("kind")) for labels in part.labels]
    counts = Counter(kinds)
    return np.array([counts[kind] ** -BALANCE for kind in kinds])


def _shrink(photo: Image.Image) -> NDArray[np.uint8]:
    colour = int(PIXEL_MEAN * 255)
    square = fit_in_square(
        photo.convert("RGB"),
        (STORED_SIZE, STORED_SIZE),
        (colour, colour, colour),
        resample=Image.Resampling.BICUBIC,
    )
    return np.asarray(square, dtype=np.uint8)
