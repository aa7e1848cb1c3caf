"""Measure an encoder: zero-shot labels and colours, and retrieval of photos by prompts.

Embeddings are float32 (n, d) with norm 1, so that a dot product is the cosine. Figures are shares
in [0, 1]. Unknown tags of a photo count as false, which can only lower a figure.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.ml.encoder import Embeddings, Encoder
from training.mini.captions import word_plainly
from training.mini.labels import PhotoLabels

BATCH = 32
TEMPLATE = "a photo of a {}"
MIN_RELEVANT = 5  # queries with fewer relevant photos are left out
# The labels of the clothing photos that encoders confuse most.
WEAKEST = ("Blazer", "Top", "Blouse", "Hat", "Hoodie", "Shirt")


@dataclass(frozen=True)
class ZeroShot:
    """How often the right label is the nearest, or among the nearest three."""

    top1: float
    top3: float
    per_label: Mapping[str, tuple[int, int]]  # label -> (right at first, photos)

    def mean_of(self, labels: Collection[str]) -> float:
        """Return the mean accuracy of those labels that have photos, each label once."""
        return _mean(
            [
                right / count
                for name, (right, count) in self.per_label.items()
                if name in labels and count
            ]
        )


@dataclass(frozen=True)
class Retrieval:
    """Mean precision over the queries; @k counts at most as many photos as are relevant."""

    at5: float
    at10: float
    queries: int
    worst: Sequence[tuple[str, float]]  # the queries with the lowest precision@10


@dataclass(frozen=True)
class Colours:
    """How often the nearest of the colour words is right."""

    largest: float  # it is the garment's largest colour
    any_main: float  # it is one of the garment's main colours
    photos: int  # photos whose garment could be separated from the background


def embed(encoder: Encoder, photos: Iterable[Image.Image]) -> Embeddings:
    """Return (n, d), encoded in batches; photos may be a generator."""
    stream = iter(photos)
    batches = iter(lambda: list(islice(stream, BATCH)), [])
    rows = [encoder.encode_images(batch) for batch in batches]
    return np.concatenate(rows) if rows else encoder.encode_images([])


def zero_shot(
    encoder: Encoder,
    images: Embeddings,
    labels: Sequence[str],
    names: Sequence[str],
) -> ZeroShot:
    """Classify by the nearest of the labels' own names, in the words of `TEMPLATE`."""
    classes = encoder.encode_labels([TEMPLATE.format(name.lower()) for name in names])
    nearest = np.argsort(-(images @ classes.T), axis=1, kind="stable")[:, :3]
    right = nearest == np.array([list(names).index(label) for label in labels])[:, None]
    hits = Counter(label for label, row in zip(labels, right, strict=True) if row[0])
    counts = Counter(labels)
    per_label = {name: (hits[name], counts[name]) for name in names if counts[name]}
    return ZeroShot(float(right[:, 0].mean()), float(right.any(axis=1).mean()), per_label)


def colour_accuracy(
    encoder: Encoder,
    images: Embeddings,
    labels: Sequence[PhotoLabels],
    largest: Sequence[str | None],
) -> Colours:
    """Name each garment's colour by the nearest colour word; `largest` is None where unsure."""
    names = sorted({tag for photo in labels for tag in photo.true if tag.startswith("colour:")})
    words = encoder.encode_labels([word_plainly([name]) for name in names])
    sure = [row for row, colour in enumerate(largest) if colour is not None]
    guesses = [names[k] for k in np.argmax(images[sure] @ words.T, axis=1)] if sure else []
    exact = [guess == f"colour:{largest[row]}" for guess, row in zip(guesses, sure, strict=True)]
    allowed = [guess in labels[row].true for guess, row in zip(guesses, sure, strict=True)]
    return Colours(_mean(exact), _mean(allowed), len(sure))


def retrieval(
    encoder: Encoder, images: Embeddings, labels: Sequence[PhotoLabels], *fields: str
) -> Retrieval:
    """Search for every combination of the fields' values with enough relevant photos.

    `retrieval(…, "colour", "kind")` searches for texts like "red dress".
    """
    queries = list(_queries(labels, fields))
    texts = [word_plainly(tags) for tags, _ in queries]
    scores = encoder.encode_texts(texts) @ images.T
    found = [
        (precision_at(5, row, relevant), precision_at(10, row, relevant))
        for row, (_, relevant) in zip(scores, queries, strict=True)
    ]
    worst = sorted(zip(texts, (at10 for _, at10 in found), strict=True), key=lambda pair: pair[1])
    at5, at10 = ([pair[k] for pair in found] for k in (0, 1))
    return Retrieval(_mean(at5), _mean(at10), len(queries), worst[:5])


def precision_at(k: int, scores: NDArray[np.float32], relevant: NDArray[np.bool_]) -> float:
    """Return the relevant share of the k best, or of the best n if only n < k are relevant."""
    best = np.argsort(-scores, kind="stable")[:k]
    possible = min(k, int(relevant.sum()))
    return float(relevant[best].sum()) / possible if possible else 0.0


def _queries(
    labels: Sequence[PhotoLabels], fields: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], NDArray[np.bool_]]]:
    """Yield the tags of each query with the photos for which they are all true."""
    values = [
        sorted({f"{field}:{v}" for photo in labels for v in photo.of(field)}) for field in fields
    ]
    for tags in product(*values):
        relevant = np.array([photo.true.issuperset(tags) for photo in labels])
        if relevant.sum() >= MIN_RELEVANT:
            yield tags, relevant


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
