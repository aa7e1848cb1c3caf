"""Measure an encoder: does it know the kinds, the colours, and does a prompt find the right photos?

Embeddings are float32 (n, d) with norm 1, so that a dot product is the cosine. Figures are shares
in [0, 1]. What is unknown of a photo counts as not true, which can only lower a figure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
MIN_RELEVANT = 5  # a query that fewer photos answer is left out


@dataclass(frozen=True)
class ZeroShot:
    """How often the right label is the nearest, or among the nearest three."""

    top1: float
    top3: float
    per_label: Mapping[str, tuple[int, int]]  # label -> (right at once, photos)


@dataclass(frozen=True)
class Retrieval:
    """Mean precision over the queries; @10 counts at most as many as there are to be found."""

    at5: float
    at10: float
    queries: int
    worst: Sequence[tuple[str, float]]  # the queries with the lowest precision@10


@dataclass(frozen=True)
class Colours:
    """How often the nearest of the colour words is right."""

    largest: float  # it is the garment's largest colour
    any_main: float  # it is one of the garment's main colours
    photos: int  # those whose garment could be told from its background


def embed(encoder: Encoder, photos: Iterable[Image.Image]) -> Embeddings:
    """Return (n, d), encoded in batches, so that photos may be a generator."""
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
    classes = encoder.encode_texts([TEMPLATE.format(name.lower()) for name in names])
    nearest = np.argsort(-(images @ classes.T), axis=1, kind="stable")[:, :3]
    right = nearest == np.array([list(names).index(label) for label in labels])[:, None]
    hits = Counter(label for label, row in zip(labels, right, strict=True) if row[0])
    counts = Counter(labels)
    per_label = {name: (hits[name], counts[name]) for name in names if counts[name]}
    return ZeroShot(float(right[:, 0].mean()), float(right.any(axis=1).mean()), per_label)


def colour_accuracy(
    encoder: Encoder,
    images: Embeddings,
    facts: Sequence[PhotoLabels],
    largest: Sequence[str | None],
) -> Colours:
    """Name each garment's colour by the nearest colour word; `largest` is None where unsure."""
    names = sorted({tag for fact in facts for tag in fact.true if tag.startswith("colour:")})
    words = encoder.encode_texts([word_plainly([name]) for name in names])
    sure = [row for row, colour in enumerate(largest) if colour is not None]
    guesses = [names[k] for k in np.argmax(images[sure] @ words.T, axis=1)] if sure else []
    exact = [guess == f"colour:{largest[row]}" for guess, row in zip(guesses, sure, strict=True)]
    allowed = [guess in facts[row].true for guess, row in zip(guesses, sure, strict=True)]
    return Colours(_mean(exact), _mean(allowed), len(sure))


def retrieval(
    encoder: Encoder, images: Embeddings, facts: Sequence[PhotoLabels], *fields: str
) -> Retrieval:
    """Ask for every combination of the fields' values that enough photos answer.

    `retrieval(…, "colour", "kind")` asks for "red dress" and the like.
    """
    queries = list(_queries(facts, fields))
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
    """Return the relevant share of the k best, of as many as there are relevant at all."""
    best = np.argsort(-scores, kind="stable")[:k]
    possible = min(k, int(relevant.sum()))
    return float(relevant[best].sum()) / possible if possible else 0.0


def _queries(
    facts: Sequence[PhotoLabels], fields: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], NDArray[np.bool_]]]:
    """Yield the tags of each query with the photos that they are all true of."""
    values = [
        sorted({f"{field}:{v}" for fact in facts for v in fact.of(field)}) for field in fields
    ]
    for tags in product(*values):
        relevant = np.array([fact.true.issuperset(tags) for fact in facts])
        if relevant.sum() >= MIN_RELEVANT:
            yield tags, relevant


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
