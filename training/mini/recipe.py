"""Hyperparameters of mini's training."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Schedule:
    """Learning rate over the steps: up in the warm-up, then half a cosine down to zero."""

    steps: int
    learning_rate: float
    batch: int
    warm_up: int = 100
    weight_decay: float = 0.05

    def at(self, step: int) -> float:
        """Return the learning rate of a step."""
        decline = (1 + math.cos(math.pi * step / self.steps)) / 2
        return self.learning_rate * decline * min(1.0, (step + 1) / self.warm_up)


# Weights of the fields in the image tower's loss; kinds are the hardest.
FIELDS: Mapping[str, float] = MappingProxyType({"kind": 1.0, "colour": 0.3, "pattern": 0.3})
DEFAULT_WEIGHT = 0.15


@dataclass(frozen=True)
class Recipe:
    """One training: the image tower first, then the text tower."""

    image_schedule: Schedule = Schedule(steps=2400, learning_rate=8e-4, batch=64)
    text_schedule: Schedule = Schedule(steps=1800, learning_rate=2e-3, batch=256)
    fields: Mapping[str, float] = field(default_factory=lambda: FIELDS)
    # Shares of photos, worn photos, outfits and generated garments among the samples.
    shares: tuple[float, ...] = (0.52, 0.1, 0.2, 0.18)
    average: float = 0.996
    smoothing: float = 0.08
    recoloured: float = 0.3  # share of the views; their colours are unknown
    mixed: float = 0.3  # share of the steps with views mixed in pairs
    view_size: int = 160  # pixels: crops are enlarged, so whole photos need more (FixRes, 2019)
    distilled: float = 0.3  # weight of the classes of ImageNet in the image tower's loss
    softness: float = 1.5  # temperature of these classes
    opened: float = 0.25  # share of the open weights in the image tower
    views: int = 4  # of each photo, for the text tower
    captions: int = 2  # of each photo
    lesson_batch: int = 512  # texts of the lessons in each step of the text tower
    pairs: int = 40_000  # of words, among the lessons
    misspelt: float = 0.08  # share of the texts with a misspelt word
    seed: int = 0
