"""Measure an encoder on photos and prompts that it was not trained on."""

from evaluation.encoder.figures import (
    Colours,
    Retrieval,
    ZeroShot,
    colour_accuracy,
    embed,
    precision_at,
    retrieval,
    zero_shot,
)

__all__ = [
    "Colours",
    "Retrieval",
    "ZeroShot",
    "colour_accuracy",
    "embed",
    "precision_at",
    "retrieval",
    "zero_shot",
]
