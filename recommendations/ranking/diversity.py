"""Let alike images make room for others, without losing the best; pure functions.

Maximal marginal relevance (Carbonell & Goldstein 1998) on final scores: each next image is the one
whose score, less its likeness to those chosen already, is highest.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
# Greedy choice alone can make an answer less diverse when more diversity is asked for. So every
# step up to what is asked is tried, and the most diverse answer is taken.
STEPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


def spread(
    scores: Matrix, vectors: Matrix, shown: Matrix, *, count: int, diversity: float
) -> list[int]:
    """Return up to `count` rows in the order in which they are to be shown.

    `scores` (n,) come the best first, `vectors` (n, d) have norm 1; `shown` (m, d) stand above
    already. `diversity` 0 keeps the order; more of it never brings images nearer to each other.
    """
    count = max(0, min(count, len(scores)))
    plain = list(range(count))
    strengths = [step for step in STEPS if step <= diversity]
    if not strengths or count == 0:
        return plain
    likeness = vectors @ vectors.T
    taken = (vectors @ shown.T).max(axis=1) if len(shown) else np.full(len(scores), -1, np.float32)
    scaled = _scaled(scores)
    choices = [_choose(scaled, likeness, taken, count, strength) for strength in strengths]
    return max([plain, *choices], key=lambda rows: _distance(likeness, rows))


def pairwise_distance(vectors: Matrix) -> float:
    """Return the mean cosine distance of all pairs of rows (n, d) with norm 1; 0 below 2 rows."""
    return _distance(vectors @ vectors.T, list(range(len(vectors))))


def _choose(
    scores: Matrix, likeness: Matrix, taken: Matrix, count: int, strength: float
) -> list[int]:
    nearest, left = taken.copy(), (1 - strength) * scores
    chosen: list[int] = []
    for _ in range(count):
        row = int(np.argmax(left - strength * nearest))
        chosen.append(row)
        left[row] = -np.inf
        np.maximum(nearest, likeness[row], out=nearest)
    return chosen


def _scaled(scores: Matrix) -> Matrix:
    """Bring scores to 0..1, so that a likeness weighs the same in every answer."""
    lowest, highest = scores.min(), scores.max()
    scaled: Matrix = (scores - lowest) / max(float(highest - lowest), 1e-6)
    return scaled


def _distance(likeness: Matrix, rows: list[int]) -> float:
    n = len(rows)
    if n < 2:
        return 0.0
    part = likeness[np.ix_(rows, rows)]
    return float(1 - (part.sum() - np.trace(part)) / (n * (n - 1)))
