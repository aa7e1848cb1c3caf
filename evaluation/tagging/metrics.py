"""Accuracy and calibration of tags. Figures are shares in [0, 1]."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stylist.tagging.tagger import Tag

BINS = 10
TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)  # of the one in use
MIN_PROBABILITY = 1e-6


@dataclass(frozen=True)
class JudgedTag:
    """The confidence of one tag, and whether it was right."""

    confidence: float
    is_sure: bool
    is_right: bool


@dataclass(frozen=True)
class TagFigures:
    """The figures of one kind of tag; `sure_right` is None where no tag was sure.

    `ece` is the expected calibration error (Guo et al., 2017): over ten equal bins of confidence,
    the mean distance between it and the share that is right.
    """

    count: int
    right: float
    ece: float
    sure: float
    sure_right: float | None


def judge(tag: Tag, *, is_right: bool) -> JudgedTag:
    return JudgedTag(tag.confidence, tag.is_sure, is_right)


def measure(judged: Sequence[JudgedTag]) -> TagFigures:
    """Return the figures of at least one judged tag."""
    confidence = np.array([one.confidence for one in judged])
    sure = np.array([one.is_sure for one in judged])
    right = np.array([one.is_right for one in judged])
    return TagFigures(
        count=len(judged),
        right=float(right.mean()),
        ece=_calibration_error(confidence, right),
        sure=float(sure.mean()),
        sure_right=float(right[sure].mean()) if sure.any() else None,
    )


def best_temperature(parts: Iterable[tuple[Mapping[str, float], frozenset[str]]]) -> float:
    """Return the factor for the temperature in use under which the true values are likeliest.

    Each part is a distribution and its true values. A softmax with another temperature is a power
    of the probabilities, so the embeddings are not needed.
    """
    pairs = [
        (np.array([*spread.values()]), np.array([name in true for name in spread]))
        for spread, true in parts
    ]

    def loss(factor: float) -> float:
        powers = ((np.maximum(spread, 1e-12) ** (1 / factor), true) for spread, true in pairs)
        likely = [power[true].sum() / power.sum() for power, true in powers]
        return float(-np.log(np.maximum(likely, MIN_PROBABILITY)).mean())

    return min(TEMPERATURES, key=loss)


def _calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    errors = [
        abs(confidence[bins == k].mean() - right[bins == k].mean()) * (bins == k).mean()
        for k in np.unique(bins)
    ]
    return float(sum(errors))
