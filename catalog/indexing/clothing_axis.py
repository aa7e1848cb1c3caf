"""The axis from texts about other things to texts about clothing, and the threshold on it.

Texts are float32 (n, d) with norm 1. The axis is Fisher's linear discriminant with a shrunk
covariance (Friedman 1989): it ignores directions in which texts of one class differ anyway.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ml.encoder import Embeddings

SHRINKAGE = 0.05
FOLDS = 5
# To refuse a share of the shop's own prompts is as bad as to accept so many times this share of
# the prompts for other things.
OWN_WEIGHT = 10
MARGIN = 1e-3
# Texts without a difference have means and a spread of rounding errors.
MIN_DIFFERENCE, MIN_SPREAD = 1e-4, 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ClothingAxis:
    """A direction (d,), and the least dot product with it of a text about clothing."""

    direction: NDArray[np.float16]
    least: float

    def accepts(self, texts: Embeddings) -> NDArray[np.bool_]:
        """Return which texts (n, d) are about clothing."""
        accepted: NDArray[np.bool_] = texts @ self.direction >= self.least
        return accepted


def measure_axis(clothing: Embeddings, foreign: Embeddings, own: Embeddings) -> ClothingAxis:
    """Return the axis between two classes of texts; `own` (m, d) are prompts of the shop's words.

    They are clothing too. The threshold makes the fewest mistakes in a cross-validation.
    """
    every = np.concatenate((clothing, own))
    scores, foreign_scores = _cross_validate(every, foreign)
    general, of_shop = np.split(scores, [len(clothing)])
    least = _find_least(general, foreign_scores, of_shop)
    return ClothingAxis(_discriminate(every, foreign), least)


def _discriminate(clothing: Embeddings, foreign: Embeddings) -> NDArray[np.float16]:
    """Return the unit vector between the classes; zero where their means are the same."""
    difference = (clothing.mean(axis=0) - foreign.mean(axis=0)).astype(np.float64)
    size = len(difference)
    if np.linalg.norm(difference) < MIN_DIFFERENCE:
        return np.zeros(size, np.float16)
    covariance = (_covariance(clothing) + _covariance(foreign)) / 2
    # The classes may each be a single point: the least spread keeps the matrix invertible.
    spread = max(float(np.trace(covariance)) / size, MIN_SPREAD)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * spread * np.eye(size)
    axis = np.linalg.solve(shrunk, difference)
    unit: NDArray[np.float16] = (axis / np.linalg.norm(axis)).astype(np.float16)
    return unit


def _covariance(texts: Embeddings) -> NDArray[np.float64]:
    centred = (texts - texts.mean(axis=0)).astype(np.float64)
    product: NDArray[np.float64] = centred.T @ centred / len(texts)
    return product


def _cross_validate(
    clothing: Embeddings, foreign: Embeddings
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return each text's dot product with an axis that was made without its fold."""
    scores = np.empty(len(clothing), np.float32)
    foreign_scores = np.empty(len(foreign), np.float32)
    for fold in range(FOLDS):
        rows = np.arange(len(clothing)) % FOLDS == fold
        foreign_rows = np.arange(len(foreign)) % FOLDS == fold
        axis = _discriminate(clothing[~rows], foreign[~foreign_rows])
        scores[rows] = clothing[rows] @ axis
        foreign_scores[foreign_rows] = foreign[foreign_rows] @ axis
    return scores, foreign_scores


def _find_least(
    clothing: NDArray[np.float32], foreign: NDArray[np.float32], own: NDArray[np.float32]
) -> float:
    """Return the threshold with the lowest sum of the shares of mistakes in the three classes.

    The encoder may not know a word that the shop uses. So the shop's own prompts have a high
    weight, but a few of them do not open the search to everything.
    """
    every = np.unique(np.concatenate((clothing, foreign, own)))
    candidates = np.concatenate((every[:1] - MARGIN, (every[1:] + every[:-1]) / 2))
    cost = (
        _share_below(clothing, candidates)
        + 1
        - _share_below(foreign, candidates)
        + OWN_WEIGHT * _share_below(own, candidates)
    )
    return float(candidates[cost.argmin()])


def _share_below(
    scores: NDArray[np.float32], candidates: NDArray[np.float32]
) -> NDArray[np.float64]:
    counts = np.searchsorted(np.sort(scores), candidates)
    return counts.astype(np.float64) / max(len(scores), 1)
