"""Say how mini is trained: the numbers of each round."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome of one round of training, besides the samples."""

    steps: int
    batch: int = 128
    learning_rate: float = 2e-3
    text_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    finish: float = 0.2  # the last share of the steps, with a falling learning rate
    small: float = 0.8  # the first share of the steps, with views of three quarters the size
    average: float = 0.998
    smoothing: float = 0.1
    dropout: float = 0.0  # of the image tower's pooled features
    strange_words: float = 0.08
    garment_share: float = 0.4  # of what is drawn, when there are real photos too
    rarity: float = 0.5  # how far rare kinds are favoured; see `drawing_weights`
    seed: int = 0


# Small views first, which is fast; then whole ones and more of the photos.
ROUNDS = (
    Recipe(steps=2812),
    Recipe(
        steps=1700,
        learning_rate=1.5e-3,
        text_learning_rate=5e-4,
        weight_decay=0.15,
        finish=0.75,
        small=0.0,
        dropout=0.15,
        garment_share=0.3,
        rarity=0.35,
        seed=1,
    ),
)
