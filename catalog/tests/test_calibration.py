"""Each index is calibrated, with any encoder and any number of images."""

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from catalog.facts import record_facts
from catalog.indexing.calibration import (
    Encode,
    calibrate_indexes,
    encode_prompts,
    measure_calibration,
)
from catalog.indexing.garment_vectors import PhotoVectors, join_vectors
from catalog.indexing.indexes import decode_embedding, find_uncalibrated_indexes, get_live_index
from catalog.indexing.prompts import (
    SoldItem,
    make_clothing_prompts,
    make_sold_prompts,
    read_foreign_prompts,
)
from catalog.models import GarmentVectors, Image, IndexEntry, VectorIndex
from catalog.tasks import index_images
from catalog.tests.factories import make_garment, make_image
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import get_encoder
from core.tenancy import shop_scope
from tenants.models import Shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_encoder")]

NUMBERS = ("weak", "strong", "photo_weak", "photo_strong", "axis_least")


@pytest.fixture
def scoped(shop):
    with shop_scope(shop.shop.pk):
        get_live_index(shop.shop.pk)
        yield shop.shop


def make_embedded(shop: Shop, vector: np.ndarray, **fields: Any) -> Image:
    image = make_image(shop, **fields)
    embedding = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
    IndexEntry.objects.filter(image=image).update(state="indexed", embedding=embedding)
    return image


def measure(shop: Shop) -> dict[str, Any]:
    index = get_live_index(shop.pk)
    calibrate_indexes([index.pk])
    index.refresh_from_db()
    assert index.is_calibrated
    return index.calibration


def vectors_for(count: int, *, are_equal: bool = False) -> np.ndarray:
    vectors = np.random.default_rng(5).normal(size=(count, get_encoder("tiny").dimensions))
    return np.repeat(vectors[:1], count, axis=0) if are_equal else vectors


@pytest.mark.parametrize(("count", "are_equal"), [(1, False), (2, False), (3, True), (12, False)])
def test_calibrates_any_number_of_equal_or_different_images(scoped, count, are_equal):
    for vector in vectors_for(count, are_equal=are_equal):
        make_embedded(scoped, vector, name="Red dress")
    calibration = measure(scoped)
    assert calibration["count"] == count
    assert all(math.isfinite(calibration[name]) for name in NUMBERS)
    assert -1 <= calibration["weak"] <= calibration["strong"] <= 1
    axis = decode_embedding(base64.b64decode(calibration["axis"]))
    assert axis.shape == (get_encoder("tiny").dimensions,)


def test_most_own_images_reach_the_thresholds(scoped):
    titles = [
        f"{colour} {kind}" for colour in ("red", "blue", "black") for kind in ("dress", "hat")
    ]
    texts = get_encoder("tiny").encode_texts(titles)
    for title, vector in zip(titles, texts, strict=True):
        make_embedded(scoped, vector, name=title)
    calibration = measure(scoped)
    axis = decode_embedding(base64.b64decode(calibration["axis"]))
    clear = texts[texts @ axis >= calibration["axis_least"]]
    best = (clear @ texts.T).max(axis=1)
    assert len(clear) and (best > calibration["weak"] - 0.01).mean() >= 0.98
    assert (best > calibration["strong"] - 0.01).mean() >= 0.75


def test_encoder_without_differences_between_texts_accepts_every_text(scoped, monkeypatch):
    encoder = get_encoder("tiny")
    (vector,) = vectors_for(1)
    same = (vector / np.linalg.norm(vector)).astype(np.float32)
    monkeypatch.setattr(encoder, "encode_texts", lambda texts: np.tile(same, (len(texts), 1)))
    make_embedded(scoped, vector)
    encode_prompts.cache_clear()
    calibration = measure(scoped)
    encode_prompts.cache_clear()
    axis = decode_embedding(base64.b64decode(calibration["axis"]))
    assert float(same @ axis) >= calibration["axis_least"]
    assert calibration["weak"] == pytest.approx(1, abs=0.01)


def test_old_calibration_is_repeated(scoped):
    for vector in vectors_for(4):
        make_embedded(scoped, vector)
    VectorIndex.objects.update(calibration={"count": 4, "weak": 0.2, "axis": "", "axis_least": 0})
    assert not get_live_index(scoped.pk).is_calibrated
    assert measure(scoped)["strong"]


def test_small_change_is_not_calibrated_again(scoped):
    for vector in vectors_for(5):
        make_embedded(scoped, vector)
    before = measure(scoped)
    make_embedded(scoped, vectors_for(6)[5])
    assert measure(scoped) == before
    make_embedded(scoped, vectors_for(7)[6])
    assert measure(scoped)["count"] == 7


def test_prompts_for_own_images_have_title_colour_and_kind():
    sold = [
        SoldItem(name="Ruby Gown", colour="Red", category="dress"),
        SoldItem(name="", colour="", category="dress"),
        SoldItem(name="ruby gown", colour="Blue", category=""),
    ]
    assert make_sold_prompts(sold) == [("ruby gown",), ("red dress",), ("dress",)]
    assert make_sold_prompts([SoldItem(name="", colour="Red", category="")]) == []


def test_clothing_prompts_have_every_default_kind_with_and_without_a_colour():
    prompts = make_clothing_prompts()
    assert {"red", "dress"} <= set(prompts) and len(prompts) == len(set(prompts))
    assert any(prompt.removesuffix(" jeans") in BASIC_COLOURS for prompt in prompts)


def test_old_calibration_is_repeated_without_waiting_images(scoped):
    make_embedded(scoped, vectors_for(1)[0], name="Red dress")
    index = get_live_index(scoped.pk)
    VectorIndex.objects.filter(pk=index.pk).update(calibration={"count": 1, "weak": 0.2})
    assert find_uncalibrated_indexes() == [index.pk]

    index_images()

    index.refresh_from_db()
    assert index.is_calibrated
    assert find_uncalibrated_indexes() == []


def test_empty_index_is_not_calibrated(scoped):
    assert not get_live_index(scoped.pk).is_calibrated
    assert find_uncalibrated_indexes() == []


# --- With simple vectors ------------------------------------------------------------------

DRESS, OTHER, NOTHING, FOREIGN, NOISE, SIZE = 0, 1, 2, 3, 4, 8


def encode_words(prompts: Sequence[str]) -> np.ndarray:
    """Encode texts about dresses, other clothing and other things near three axes."""
    foreign = set(read_foreign_prompts())
    rows = np.zeros((len(prompts), SIZE), np.float32)
    for row, prompt in zip(rows, prompts, strict=True):
        is_dress = "dress" in prompt.split()
        row[FOREIGN if prompt in foreign else DRESS if is_dress else OTHER] = 1
        row[NOISE + len(prompt) % (SIZE - NOISE)] = 0.1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def photo_near(column: int, similarity: float) -> np.ndarray:
    """Return the vector (1, 8) of a photo with this similarity to texts near an axis."""
    row = np.zeros((1, SIZE), np.float32)
    row[0, [column, NOTHING]] = similarity, (1 - similarity**2) ** 0.5
    return row


def test_texts_about_other_things_are_below_the_threshold():
    sold = [SoldItem("Red dress", "red", "dress", frozenset({"dress"}))]
    found = measure_calibration(join_vectors(photo_near(DRESS, 0.9)), sold, encode_words)
    axis = decode_embedding(base64.b64decode(found["axis"]))
    clothing = encode_words(make_clothing_prompts()) @ axis
    foreign = encode_words(read_foreign_prompts()) @ axis
    assert (clothing >= found["axis_least"]).mean() > 0.99
    assert (foreign < found["axis_least"]).mean() > 0.99


def test_strong_matches_are_more_similar_than_first_images_of_another_kind():
    # The photo of the coat is the first one for most kinds, which are not sold.
    vectors = join_vectors(np.concatenate((photo_near(DRESS, 0.4), photo_near(OTHER, 0.8))))
    kinds = ("dress", "coat")
    unknown = [SoldItem(f"A {kind}", "", kind) for kind in kinds]
    known = [SoldItem(f"A {kind}", "", kind, frozenset({kind})) for kind in kinds]

    before = measure_calibration(vectors, unknown, encode_words)
    after = measure_calibration(vectors, known, encode_words)

    assert before["strong"] < 0.5 < after["strong"]
    assert before["weak"] == after["weak"]


def test_garments_of_a_photo_count_as_in_a_search():
    sold = [SoldItem("Dress", "", "dress")]
    photo, garment = photo_near(OTHER, 0.9), photo_near(DRESS, 0.9)
    without = measure_calibration(join_vectors(photo), sold, encode_words)
    found = measure_calibration(join_vectors(photo, [garment]), sold, encode_words)
    assert without["weak"] < 0.5 < found["weak"]


def test_stored_garments_and_seen_kinds_are_part_of_the_sample(scoped, monkeypatch):
    image = make_embedded(scoped, vectors_for(1)[0], name="Number 7")
    index = get_live_index(scoped.pk)
    garment = vectors_for(2)[1]
    GarmentVectors.objects.create(
        shop=scoped,
        image=image,
        image_version=image.version,
        encoder=index.encoder,
        revision=index.revision,
        count=1,
        embeddings=(garment / np.linalg.norm(garment)).astype(np.float16).tobytes(),
    )
    VectorIndex.objects.update(max_garments=1)
    record_facts(
        image_id=image.pk,
        image_version=image.version,
        encoder=index.encoder,
        revision=index.revision,
        garments=[make_garment("hat", is_kind_sure=True)],
    )
    seen: list[tuple[PhotoVectors, Sequence[SoldItem]]] = []

    def record(vectors: PhotoVectors, sold: Sequence[SoldItem], encode: Encode) -> dict[str, Any]:
        seen.append((vectors, sold))
        return measure_calibration(vectors, sold, encode)

    monkeypatch.setattr("catalog.indexing.calibration.measure_calibration", record)

    measure(scoped)

    ((vectors, sold),) = seen
    assert len(vectors.rows) == 2
    assert sold == [SoldItem("Number 7", "", "", frozenset({"hat"}))]
