"""Training samples in memory: small photos with their labels and sampling probabilities.

Photos are uint8 (n, 3, H, W) sRGB at `STORED_SIZE`, larger than the model's input, so that random
crops keep their resolution. 8,000 of them take 560 MB.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.mini.labels import PhotoLabels

STORED_SIZE = (176, 132)  # height, width


@dataclass(frozen=True)
class Samples:
    """Photos and their labels, one for each row."""

    photos: Tensor  # uint8 (n, 3, H, W)
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

    Each part has its share, spread evenly over its rows: more weight for rare kinds costs more on
    frequent kinds than it gains.
    """
    weights = [
        np.full(len(part), share / sum(shares) / len(part))
        for part, share in zip(parts, shares, strict=True)
    ]
    joined: NDArray[np.float64] = np.concatenate(weights)
    return joined


def _shrink(photo: Image.Image) -> NDArray[np.uint8]:
    height, width = STORED_SIZE
    small = photo.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(small, dtype=np.uint8)
