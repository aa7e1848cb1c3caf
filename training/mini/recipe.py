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
FIELDS: Mapping[str, float] = MappingProxyType({"kind": 1.0, "colour": 0.3})
DEFAULT_WEIGHT = 0.15


@dataclass(frozen=True)
class TextTraining:
    """One training of the text tower.

    `garments` is their share of the samples, `share` the weight of the result in the mean.
    """

    schedule: Schedule
    garments: float
    share: float


@dataclass(frozen=True)
class Recipe:
    """One training from scratch: the image tower first, then the text tower."""

    image_schedule: Schedule = Schedule(steps=2800, learning_rate=2e-3, batch=128)
    # Trained twice; the weights are averaged (model soups, Wortsman 2022). A short training is
    # better for the kinds of photos, a long one with more garments for their patterns.
    text_trainings: tuple[TextTraining, ...] = (
        TextTraining(
            Schedule(steps=1500, learning_rate=1.5e-3, batch=256), garments=0.3, share=0.3
        ),
        TextTraining(
            Schedule(steps=2600, learning_rate=1.5e-3, batch=256), garments=0.4, share=0.7
        ),
    )
    fields: Mapping[str, float] = field(default_factory=lambda: FIELDS)
    average: float = 0.998
    smoothing: float = 0.05
    recoloured: float = 0.5  # share of the views; their colours are unknown
    mixed: float = 0.6  # share of the steps with views mixed in pairs
    views: int = 4  # of each photo, for the text tower
    unknown_words: float = 0.08
    garments: float = 0.25  # share of the image tower's samples, if there are real photos too
    seed: int = 0
