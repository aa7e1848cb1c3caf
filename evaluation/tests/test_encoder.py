"""Figures of an encoder, computed from simple vectors."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from PIL import Image

from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder import colour_accuracy, embed, precision_at, retrieval, zero_shot
from training.mini.labels import PhotoLabels

AXES = {"dress": 0, "shirt": 1, "hat": 2, "red": 3, "blue": 4}


class SimpleEncoder:
    """Encodes a text as the sum of its known words' axes."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        rows = [vector(*(word for word in text.split() if word in AXES)) for text in texts]
        return np.stack(rows)

    encode_labels = encode_texts

    def encode_images(self, photos: Sequence[Image.Image]) -> Embeddings:
        return np.array([[photo.width, photo.height] for photo in photos], dtype=np.float32)


def vector(*words: str) -> Embeddings:
    row = np.zeros(len(AXES), dtype=np.float32)
    for word in words:
        row[AXES[word]] = 1
    return row / max(float(np.linalg.norm(row)), 1e-9)


def labels(*tags: str) -> PhotoLabels:
    return PhotoLabels(frozenset(tags))


@pytest.fixture
def encoder() -> Encoder:
    return cast(Encoder, SimpleEncoder())


def test_zero_shot_counts_right_labels_and_near_misses(encoder: Encoder) -> None:
    images = np.stack([vector("dress"), vector("shirt"), vector("dress", "red"), vector("hat")])
    names = ["Dress", "Shirt", "Hat", "Red"]

    result = zero_shot(encoder, images, ["Dress", "Dress", "Red", "Hat"], names)

    assert result.top1 == pytest.approx(2 / 4)
    assert result.top3 == pytest.approx(4 / 4)
    assert result.per_label == {"Dress": (1, 2), "Hat": (1, 1), "Red": (0, 1)}
    assert result.mean_of(["Dress", "Hat", "Shirt"]) == pytest.approx(3 / 4)  # no photo of a shirt


@pytest.mark.parametrize(
    ("relevant", "share"),
    [
        ([1, 1, 1, 1, 1, 1], 1.0),
        ([1, 0, 1, 0, 0, 1], 2 / 3),  # of the three that exist, two come early
        ([0, 0, 0, 0, 1, 0], 0.0),
        ([0, 0, 0, 0, 0, 0], 0.0),
    ],
)
def test_precision_counts_at_most_the_relevant_photos(relevant: list[int], share: float) -> None:
    scores = np.array([6, 5, 4, 3, 2, 1], dtype=np.float32)

    assert precision_at(4, scores, np.array(relevant, dtype=bool)) == pytest.approx(share)


def test_retrieval_searches_each_combination_with_enough_photos(encoder: Encoder) -> None:
    things = ["red dress"] * 5 + ["blue dress"] * 5 + ["red shirt"] * 4
    images = np.stack([vector(*thing.split()) for thing in things])
    known = [labels(f"colour:{c}", f"kind:{k}") for c, k in (thing.split() for thing in things)]

    both = retrieval(encoder, images, known, "colour", "kind")
    kinds = retrieval(encoder, images, known, "kind")

    assert (both.queries, both.at5, both.at10) == (2, 1.0, 1.0)
    assert (kinds.queries, kinds.at5) == (1, 1.0)


def test_retrieval_notices_a_colour_that_does_not_count(encoder: Encoder) -> None:
    images = np.stack([vector("dress")] * 10)
    known = [labels("kind:dress", f"colour:{c}") for c in ("blue",) * 5 + ("red",) * 5]

    found = retrieval(encoder, images, known, "colour", "kind")

    assert found.at5 == pytest.approx(0.5)  # all for blue, which comes first, and none for red
    assert found.worst[0] == ("blue dress", 1.0)


def test_colours_are_measured_where_the_garment_was_found(encoder: Encoder) -> None:
    images = np.stack([vector("red"), vector("blue"), vector("blue"), vector("red")])
    known = [
        labels("colour:red"),
        labels("colour:red", "colour:blue"),
        labels("colour:red"),
        labels(),
    ]

    colours = colour_accuracy(encoder, images, known, ["red", "red", "red", None])

    assert colours.photos == 3
    assert colours.largest == pytest.approx(1 / 3)
    assert colours.any_main == pytest.approx(2 / 3)


def test_embedding_takes_a_stream_and_keeps_its_order(encoder: Encoder) -> None:
    stream = (Image.new("RGB", (width, 7)) for width in range(1, 71))

    rows = embed(encoder, stream)

    assert rows[:, 0].tolist() == list(range(1, 71))
