"""Prompt ensembles: each value of a group in many words, as one vector.

Texts become vectors by an `encode` that is passed in: n texts -> (n, d) float32, unit rows.
The mean over wordings and templates is closer to what is meant than any one of them (Radford et
al., 2021, "Learning transferable visual models from natural language supervision", 3.1.4).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

import numpy as np

from core.ml.encoder import Embeddings

Encode = Callable[[Sequence[str]], Embeddings]

PASS_SIZE = 64  # texts a forward pass
# In no vocabulary: a tokenizer of whole words reads it as unknown, one of pieces as itself.
MADE_UP = "xqzx"
SAME = 0.9999  # cosine from which on two texts are the same to an encoder, rounding aside

TYPE_TEMPLATES = ("a photo of a {}", "a photo of {}", "a product photo of a {}", "{}")


def encode_all(texts: Sequence[str], encode: Encode) -> Embeddings:
    """Encode any number of texts in passes of `PASS_SIZE`, each distinct text once."""
    distinct = list(dict.fromkeys(texts))
    starts = range(0, len(distinct), PASS_SIZE)
    vectors = np.concatenate([encode(distinct[start : start + PASS_SIZE]) for start in starts])
    rows = {text: row for row, text in enumerate(distinct)}
    return vectors[[rows[text] for text in texts]]


def understood(wordings: Iterable[str], encode: Encode) -> frozenset[str]:
    """Return the wordings of whose words the encoder knows every one.

    A word is known when a made-up one in its place makes another vector.
    """
    texts = list(dict.fromkeys(wordings))
    swapped = [(row, _swapped(text, at)) for row, text in enumerate(texts)
               for at in range(len(text.split()))]  # fmt: skip
    own = encode_all(texts, encode)
    others = encode_all([text for _, text in swapped], encode)
    rows = np.array([row for row, _ in swapped])
    is_same = np.einsum("nd,nd->n", own[rows], others) > SAME
    return frozenset(texts) - {texts[row] for row in rows[is_same]}


def ensemble(
    values: Sequence[Sequence[str]], templates: Sequence[str], encode: Encode
) -> Embeddings:
    """Return (k, d) unit rows, one for each value: the mean of its wordings in all templates."""
    texts = [
        [template.format(wording) for template, wording in product(templates, wordings)]
        for wordings in values
    ]
    vectors = encode_all([text for group in texts for text in group], encode)
    ends = np.cumsum([len(group) for group in texts])[:-1]
    means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def _swapped(text: str, at: int) -> str:
    words = text.split()
    words[at] = MADE_UP
    return " ".join(words)
