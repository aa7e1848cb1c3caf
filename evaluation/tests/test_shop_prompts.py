"""Other languages, in small shops of simple vectors."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pytest

from catalog.indexing.garment_vectors import join_vectors
from catalog.vocabulary.kinds import KINDS
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.kinds import LabelKinds
from evaluation.encoder.languages import measure_language, read_languages
from evaluation.encoder.shops import PhotoShop, ShopPhoto

SIZE = 8
DRESS, SHIRT, CLOTHING, FOREIGN = 0, 1, 2, 3
CLOTHING_WORDS = {word for text in (*KINDS, *BASIC_COLOURS) for word in text.split()}


class WordEncoder:
    """Encodes dresses and shirts near the axis of clothing, and unknown words as another axis."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.stack([self._encode(set(text.lower().split())) for text in texts])

    def _encode(self, words: set[str]) -> Embeddings:
        row = np.zeros(SIZE, dtype=np.float32)
        row[CLOTHING if words & CLOTHING_WORDS else FOREIGN] = 1
        for word, column in (("dress", DRESS), ("shirt", SHIRT)):
            row[column] = 2.0 * (word in words)
        return row / np.linalg.norm(row)


@pytest.fixture
def encoder() -> Encoder:
    return cast(Encoder, WordEncoder())


def make_shop(kinds: Mapping[int, str]) -> PhotoShop:
    """Return a shop of photos whose vectors have an axis, and what the shop calls them."""
    vectors = np.zeros((len(kinds), SIZE), dtype=np.float32)
    for row, column in enumerate(kinds):
        vectors[row, [column, CLOTHING]] = 2, 1
    images = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    photos = [ShopPhoto(f"A {kind}", "", LabelKinds(kind)) for kind in kinds.values()]
    return PhotoShop("a shop", photos, join_vectors(images))


def test_languages_have_forty_prompts_each() -> None:
    languages = read_languages()

    assert len(languages) == 11
    assert {len(pairs) for pairs in languages.values()} == {40}


def test_a_language_counts_the_same_first_photo_as_in_english(encoder: Encoder) -> None:
    shop = make_shop({DRESS: "dress", SHIRT: "shirt"})
    words = {"robe": "dress", "chemise": "blouse"}

    found = measure_language(
        encoder,
        shop.vectors,
        "French",
        {"robe": "dress", "chemise": "shirt"},
        read=lambda text: words.get(text, text),
    )

    assert found.same == pytest.approx(1 / 2)
    assert found.different == [("chemise", "shirt")]
