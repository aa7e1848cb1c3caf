"""Say how mini is trained: the numbers that decide the outcome, besides the samples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One training from scratch."""

    steps: int = 3600
    batch: int = 128
    learning_rate: float = 2e-3
    text_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    small: float = 0.5  # the first share of the steps, with views of three quarters the size
    average: float = 0.998
    smoothing: float = 0.05
    recoloured: float = 0.5  # of the views; their colours are unknown
    mixed: float = 0.6  # of the steps, with views mixed in pairs
    strange_words: float = 0.08
    garment_share: float = 0.25  # of what is drawn, when there are real photos too
    seed: int = 0
