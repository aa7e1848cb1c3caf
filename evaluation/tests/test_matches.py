"""Figures of a shop's matches, with simple vectors."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from catalog.indexing.garment_vectors import join_vectors
from catalog.indexing.prompts import read_foreign_prompts
from catalog.vocabulary.kinship import find_kinds
from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.kinds import LabelKinds
from evaluation.encoder.matches import measure_matches, read_unsold
from evaluation.encoder.report import show_matches
from evaluation.encoder.shops import PhotoShop, ShopPhoto

COLUMNS = {"dress": 0, "hat": 1}
CLOTHING, FOREIGN, SIZE = 2, 3, 4


class KindEncoder:
    """Encodes dresses, hats, other clothing and other things as an axis each.

    Other things that are `unknown` look like other clothing.
    """

    def __init__(self, *, unknown: frozenset[str] = frozenset()) -> None:
        self.foreign = {*read_foreign_prompts(), *read_unsold()} - unknown

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> Embeddings:
        named = [COLUMNS[kind] for kind in find_kinds(text) if kind in COLUMNS]
        other = FOREIGN if text in self.foreign else CLOTHING
        return np.eye(SIZE, dtype=np.float32)[named[0] if named else other]


def make_shop(*kinds: str) -> PhotoShop:
    """Return a shop with a photo for each kind, which looks like its text."""
    photos = [ShopPhoto(f"A {kind}", "", LabelKinds(kind)) for kind in kinds]
    vectors = cast(Encoder, KindEncoder()).encode_texts([photo.title for photo in photos])
    return PhotoShop("a shop", photos, join_vectors(vectors))


def test_counts_things_not_sold_that_match() -> None:
    unknown = read_unsold()[0]
    encoder = cast(Encoder, KindEncoder(unknown=frozenset({unknown})))

    found = measure_matches(encoder, make_shop("dress", "hat", "jeans"), read=str)

    assert found.unsold.prompts == len(read_unsold())
    assert found.unsold.wrong == [unknown]
    assert {name: mistakes.wrong for name, mistakes in found.sold.items()} == {
        "kind": [],
        "title": [],
    }
    assert "wrong: " + unknown in next(iter(show_matches(found)))


def test_counts_kinds_that_find_another_one_first() -> None:
    encoder = cast(Encoder, KindEncoder())

    found = measure_matches(encoder, make_shop("dress", "hat", "jeans"), read=str)

    # To this encoder, every other kind looks like the jeans; the shop's words cap these matches.
    assert found.wrong_kind.wrong == []
    assert len(found.wrong_kind_unstated.wrong) > 0
    assert found.strong == pytest.approx(1)
