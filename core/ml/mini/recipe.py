"""Say how mini is trained: the numbers that decide the outcome, besides the samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Pace:
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


# How much each field counts while the image tower learns; the kind is what is hardest to see.
FIELDS: Mapping[str, float] = MappingProxyType({"kind": 1.0, "colour": 0.3})
OTHERWISE = 0.15


@dataclass(frozen=True)
class Recipe:
    """One training from scratch: the image tower first, then the text tower."""

    seeing: Pace = Pace(steps=2800, learning_rate=2e-3, batch=128)
    reading: Pace = Pace(steps=1500, learning_rate=1.5e-3, batch=256)
    fields: Mapping[str, float] = field(default_factory=lambda: FIELDS)
    average: float = 0.998
    smoothing: float = 0.05
    recoloured: float = 0.5  # of the views; their colours are unknown
    mixed: float = 0.6  # of the steps, with views mixed in pairs
    views: int = 4  # of each photo, for the text tower to read
    strange_words: float = 0.08
    # Of what is drawn, when there are real photos too; more to read, since of them all is known.
    garments_seen: float = 0.25
    garments_read: float = 0.3
    seed: int = 0
