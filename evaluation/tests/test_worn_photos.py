"""Figures of photos of worn garments, computed from simple vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from catalog.indexing.garment_vectors import join_vectors
from catalog.vocabulary.kinds import KINDS
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings, Encoder
from demo.garments import sample_garments
from evaluation.encoder.kinds import CLOTHING, WORN, kinds_of_garment
from evaluation.encoder.worn import WornPhoto, measure_worn, read_worn_photos
from training.labelled_photos import PhotosMissing

NAMES = ("puffer jacket", "jacket", "dress", "scarf", *BASIC_COLOURS)
ROWS = """image,label,colour,worn,source,licence,title,product,split
a.jpg,puffer jacket,navy,person,,,Down jacket,1,val
b.jpg,saree,orange,person,,,,2,val
c.jpg,dress,multicolour,flat,,,,3,train
"""


class NamedEncoder:
    """Encodes a text as the axis of the longest name that it ends with."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.stack([axis(next(n for n in NAMES if text.endswith(n))) for text in texts])

    encode_labels = encode_texts


def axis(name: str) -> Embeddings:
    return np.eye(len(NAMES), dtype=np.float32)[NAMES.index(name)]


def make_worn(label: str, colour: str = "multicolour") -> WornPhoto:
    return WornPhoto(Path("photo.jpg"), label, colour, True, "")


@pytest.fixture
def encoder() -> Encoder:
    return cast(Encoder, NamedEncoder())


def test_every_label_stands_for_kinds_of_the_vocabulary() -> None:
    garments = [kinds_of_garment(garment) for garment in sample_garments(count=50, seed=3)]
    named = {kind for label in (*WORN.values(), *CLOTHING.values()) for kind in label.accepted}

    assert named | {kinds.kind for kinds in garments} <= set(KINDS)


def test_reads_a_split_without_labels_that_have_no_kind(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(ROWS)

    (photo,) = read_worn_photos(tmp_path, split="val")

    assert (photo.label, photo.title, photo.is_worn_by_person) == (
        "puffer jacket",
        "Down jacket",
        True,
    )
    assert photo.colours == {"navy", "blue"}
    assert [p.colours for p in read_worn_photos(tmp_path, split="train")] == [frozenset()]


def test_a_folder_without_labels_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PhotosMissing):
        read_worn_photos(tmp_path, split="val")


def test_a_wider_kind_is_right_but_not_exact(encoder: Encoder) -> None:
    photos = [make_worn("puffer jacket"), make_worn("puffer jacket"), make_worn("dress")]
    images = np.stack([axis("puffer jacket"), axis("jacket"), axis("jacket")])

    found = measure_worn(
        encoder, join_vectors(images), photos, ["puffer jacket", "jacket", "dress"]
    )

    assert (found.kind, found.tolerant) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert found.confusions == [("dress", "jacket")]


def test_a_prompt_ignores_photos_that_may_or_may_not_show_it(encoder: Encoder) -> None:
    photos = [make_worn("puffer jacket")] * 3 + [make_worn("jacket")] * 3 + [make_worn("dress")]
    images = np.stack([axis("puffer jacket")] * 6 + [axis("dress")])

    found = measure_worn(encoder, join_vectors(images), photos, ["puffer jacket", "dress"])

    assert dict(found.worst) == {"puffer jacket": 1.0, "jacket": 1.0}


def test_colours_count_only_where_the_label_names_some(encoder: Encoder) -> None:
    photos = [make_worn("dress", "navy"), make_worn("dress", "red"), make_worn("dress")]
    images = np.stack([axis("blue"), axis("blue"), axis("pink")])

    found = measure_worn(encoder, join_vectors(images), photos, ["dress"])

    assert (found.colour, found.coloured) == (pytest.approx(1 / 2), 2)


def test_a_prompt_finds_a_garment_that_is_not_the_main_one(encoder: Encoder) -> None:
    photos = [make_worn("dress")] * 3 + [make_worn("scarf")] * 10
    whole = np.stack([axis("pink")] * 3 + [axis("dress") * 0.5] * 10)
    dress, none = axis("dress")[None], np.empty((0, len(NAMES)), np.float32)

    found = measure_worn(encoder, join_vectors(whole, [dress] * 3 + [none] * 10), photos, NAMES)

    assert dict(found.worst)["dress"] == 1.0
    assert found.precision == pytest.approx(found.indexed - 1 / 2)  # none of two prompts finds it


def test_some_photos_have_their_own_vectors() -> None:
    garments = [np.ones((2, 4), np.float32), np.zeros((0, 4), np.float32)]
    vectors = join_vectors(np.eye(2, 4, dtype=np.float32), garments)

    chosen = vectors.of([1])

    assert (vectors.rows.shape, chosen.rows.tolist()) == ((4, 4), [[0, 1, 0, 0]])
