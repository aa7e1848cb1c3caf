"""Hold the training photos in memory, small, with what is true of them and how often each is drawn.

Photos are uint8 (n, 3, H, W) sRGB at `STORED_SIZE`, larger than the model sees, so that
random crops lose nothing. 8,000 of them take 560 MB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core.ml.mini.facts import Facts

STORED_SIZE = (176, 132)  # height, width
RARITY = 0.5  # a label with 4 times the photos is drawn only 4 ** (1 - 0.5) times as often


@dataclass(frozen=True)
class Samples:
    """Photos, facts and drawing weights, one of each per row."""

    photos: Tensor  # uint8 (n, 3, H, W)
    facts: Sequence[Facts]
    weights: NDArray[np.float64]  # (n,), sums to 1

    def __len__(self) -> int:
        return len(self.facts)


def collect(stream: Iterable[tuple[Image.Image, Facts]]) -> Samples:
    """Shrink and keep each photo; rarer kinds are drawn more often than their share."""
    rows: list[NDArray[np.uint8]] = []
    facts: list[Facts] = []
    for photo, fact in stream:
        rows.append(_shrink(photo))
        facts.append(fact)
    photos = torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).contiguous()
    return Samples(photos, facts, _balanced(facts))


def blend(parts: Sequence[tuple[Samples, float]]) -> Samples:
    """Join sets of samples, each drawn with its share."""
    total = sum(share for _, share in parts)
    return Samples(
        photos=torch.cat([samples.photos for samples, _ in parts]),
        facts=[fact for samples, _ in parts for fact in samples.facts],
        weights=np.concatenate([samples.weights * share / total for samples, share in parts]),
    )


def _shrink(photo: Image.Image) -> NDArray[np.uint8]:
    height, width = STORED_SIZE
    small = photo.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(small, dtype=np.uint8)


def _balanced(facts: Sequence[Facts]) -> NDArray[np.float64]:
    kinds = [tuple(fact.of("kind")) for fact in facts]
    counts = Counter(kinds)
    weights = np.array([counts[kind] ** -RARITY for kind in kinds], dtype=np.float64)
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced
