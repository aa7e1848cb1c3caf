"""Zero-shot classification: an image's embedding against the vectors of labels.

Embeddings are float32 with norm 1: images (d,), or (n, d) for many at once, labels (k, d).
Probabilities are (k,), or (n, k), and sum to 1.
"""

from collections.abc import Sequence

import numpy as np

from core.ml.colours import Floats
from core.ml.encoder import Embeddings


def classify(
    images: Embeddings, labels: Embeddings, *, temperature: float, prior: Floats | None = None
) -> Floats:
    """Return softmax(cosine / temperature + log prior); a prior (…, k) is positive somewhere."""
    logits = images @ labels.T / np.float32(temperature)
    if prior is not None:
        with np.errstate(divide="ignore"):
            logits = logits + np.log(prior)
    parts = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True), dtype=np.float32)


def sum_by_group(parts: Floats, groups: Sequence[str], names: Sequence[str]) -> Floats:
    """Return (…, len(names)): for each name the sum of the columns in its group."""
    membership = np.array([[group == name for name in names] for group in groups], dtype=np.float32)
    return np.asarray(parts @ membership, dtype=np.float32)


def find_best(parts: Floats, groups: Sequence[str], group: str) -> int:
    """Return the column of a group with the largest part (k,)."""
    is_of_group = np.array([name == group for name in groups])
    return int(np.where(is_of_group, parts, -1).argmax())
