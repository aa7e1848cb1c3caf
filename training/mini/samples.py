"""Hold the training photos in memory, small, with what is true of them and how often each is drawn.

Photos are uint8 (n, 3, H, W) sRGB at `STORED_SIZE`, larger than the model sees, so that
random crops lose nothing. 8,000 of them take 560 MB.
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
    """Photos and facts, one of each per row."""

    photos: Tensor  # uint8 (n, 3, H, W)
    facts: Sequence[PhotoLabels]

    def __len__(self) -> int:
        return len(self.facts)


def collect(stream: Iterable[tuple[Image.Image, PhotoLabels]]) -> Samples:
    """Shrink and keep each photo."""
    rows: list[NDArray[np.uint8]] = []
    facts: list[PhotoLabels] = []
    for photo, fact in stream:
        rows.append(_shrink(photo))
        facts.append(fact)
    return Samples(torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).contiguous(), facts)


def join(parts: Sequence[Samples]) -> Samples:
    """Put sets of samples one after the other."""
    return Samples(
        photos=torch.cat([part.photos for part in parts]),
        facts=[fact for part in parts for fact in part.facts],
    )


def drawing_weights(parts: Sequence[Samples], shares: Sequence[float]) -> NDArray[np.float64]:
    """Return how likely each row of the joined parts is drawn, (n,), summing to 1.

    Each part gets its share, and within it each row the same: favouring rare kinds costs more of
    the frequent ones than it gains.
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
