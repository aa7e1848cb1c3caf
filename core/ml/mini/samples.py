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


@dataclass(frozen=True)
class Samples:
    """Photos, facts and who took them, one of each per row."""

    photos: Tensor  # uint8 (n, 3, H, W)
    facts: Sequence[Facts]
    senders: Sequence[str]

    def __len__(self) -> int:
        return len(self.facts)


def collect(stream: Iterable[tuple[Image.Image, Facts, str]]) -> Samples:
    """Shrink and keep each photo, given with its facts and its sender."""
    rows: list[NDArray[np.uint8]] = []
    facts: list[Facts] = []
    senders: list[str] = []
    for photo, fact, sender in stream:
        rows.append(_shrink(photo))
        facts.append(fact)
        senders.append(sender)
    photos = torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).contiguous()
    return Samples(photos, facts, senders)


def join(parts: Sequence[Samples]) -> Samples:
    """Put sets of samples one after the other."""
    return Samples(
        photos=torch.cat([part.photos for part in parts]),
        facts=[fact for part in parts for fact in part.facts],
        senders=[sender for part in parts for sender in part.senders],
    )


def drawing_weights(
    parts: Sequence[Samples], shares: Sequence[float], *, rarity: float, fairness: float
) -> NDArray[np.float64]:
    """Return how likely each row of the joined parts is drawn, (n,), summing to 1.

    Each part gets its share. Within one, a kind with 4 times the photos is drawn 4 ** (1 - rarity)
    times as often, and a sender with 4 times the photos 4 ** (1 - fairness) times: a few senders
    took half of all photos, on the same few floors.
    """
    weights = [
        _balanced(part, rarity, fairness) * share / sum(shares)
        for part, share in zip(parts, shares, strict=True)
    ]
    joined: NDArray[np.float64] = np.concatenate(weights)
    return joined


def _shrink(photo: Image.Image) -> NDArray[np.uint8]:
    height, width = STORED_SIZE
    small = photo.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(small, dtype=np.uint8)


def _balanced(samples: Samples, rarity: float, fairness: float) -> NDArray[np.float64]:
    kinds = [tuple(fact.of("kind")) for fact in samples.facts]
    of_kind, of_sender = Counter(kinds), Counter(samples.senders)
    weights = np.array(
        [
            of_kind[kind] ** -rarity * of_sender[sender] ** -fairness
            for kind, sender in zip(kinds, samples.senders, strict=True)
        ],
        dtype=np.float64,
    )
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced
