"""Zero-shot classification: an image's embedding against the vectors of labels.

Embeddings are float32 with norm 1: images (d,), or (n, d) for many at once, labels (k, d).
Probabilities are (k,), or (n, k), and sum to 1. `encode` turns n texts into vectors (n, d).

A label's vector is the mean of its words in many templates, which describes it better than any
single text (Radford et al., 2021, "Learning transferable visual models from natural language
supervision", 3.1.4).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

import numpy as np

from core.ml.colours import Floats
from core.ml.encoder import Embeddings

Encode = Callable[[Sequence[str]], Embeddings]
PASS_SIZE = 64  # texts in a forward pass
UNKNOWN_WORD = "xqzx"  # in no vocabulary
MIN_SAME_COSINE = 0.9999  # texts with one vector, except for rounding
TYPE_TEMPLATES = ("a photo of a {}", "a photo of {}", "a product photo of a {}", "{}")


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


def encode_all(texts: Sequence[str], encode: Encode) -> Embeddings:
    """Encode any number of texts in passes of `PASS_SIZE`, each distinct text once."""
    distinct = list(dict.fromkeys(texts))
    starts = range(0, len(distinct), PASS_SIZE)
    vectors = np.concatenate([encode(distinct[start : start + PASS_SIZE]) for start in starts])
    rows = {text: row for row, text in enumerate(distinct)}
    return vectors[[rows[text] for text in texts]]


def find_known(texts: Iterable[str], encode: Encode) -> frozenset[str]:
    """Return the texts of which the encoder knows every word.

    A word is known if replacing it by an unknown word changes the vector.
    """
    distinct = list(dict.fromkeys(texts))
    replaced = [
        (row, _replace_word(text, at))
        for row, text in enumerate(distinct)
        for at in range(len(text.split()))
    ]
    own = encode_all(distinct, encode)
    others = encode_all([text for _, text in replaced], encode)
    rows = np.array([row for row, _ in replaced])
    is_same = np.einsum("nd,nd->n", own[rows], others) > MIN_SAME_COSINE
    return frozenset(distinct) - {distinct[row] for row in rows[is_same]}


def encode_values(
    values: Sequence[Sequence[str]], templates: Sequence[str], encode: Encode
) -> Embeddings:
    """Return (k, d) unit rows, one for each value: the mean of its words in all templates."""
    texts = [
        [template.format(word) for template, word in product(templates, words)] for words in values
    ]
    vectors = encode_all([text for group in texts for text in group], encode)
    ends = np.cumsum([len(group) for group in texts])[:-1]
    means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def _replace_word(text: str, at: int) -> str:
    words = text.split()
    words[at] = UNKNOWN_WORD
    return " ".join(words)
