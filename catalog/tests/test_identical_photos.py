"""Photos with the same bytes share one embedding, within a shop."""

import numpy as np
import pytest
from django.core.files.storage import default_storage

from catalog.facts import copy_facts
from catalog.indexing import pipeline
from catalog.indexing.indexes import get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.results import record_garment_vectors
from catalog.models import GarmentVectors, IndexEntry, PhotoFacts
from catalog.tests import factories
from catalog.tests.factories import make_garment, record_garments
from core.ml.encoder import Encoder
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]


def make_image(shop, colour: str = "red"):
    """Return an image whose photo has the same bytes as others of this colour."""
    return factories.make_image(shop, jpeg=make_photo(colour))


@pytest.fixture
def work(monkeypatch):
    """Count the photos that are decoded and embedded."""
    counts = {"decoded": 0, "embedded": 0}
    prepare, forward = Encoder.prepare, pipeline._forward

    def count_decoded(encoder, photos):
        counts["decoded"] += len(photos)
        return prepare(encoder, photos)

    def count_embedded(items):
        counts["embedded"] += len(items)
        forward(items)

    monkeypatch.setattr(Encoder, "prepare", count_decoded)
    monkeypatch.setattr(pipeline, "_forward", count_embedded)
    return counts


def read_embedding(image) -> bytes:
    with all_shops():
        entry = IndexEntry.objects.get(image_id=image.pk)
    assert (entry.state, entry.embedded_digest) == ("indexed", image.digest)
    return bytes(entry.embedding)


def test_a_photo_that_was_embedded_before_is_neither_decoded_nor_embedded(shop, work):
    first = make_image(shop.shop)
    index_waiting()
    assert work == {"decoded": 1, "embedded": 1}

    second = make_image(shop.shop)
    default_storage.delete(second.photo.name)
    index_waiting()

    assert work == {"decoded": 1, "embedded": 1}
    assert read_embedding(second) == read_embedding(first)


def test_photos_of_one_batch_are_embedded_once(shop, work):
    images = [make_image(shop.shop, colour) for colour in ("red", "blue", "red", "red")]
    index_waiting()
    assert work == {"decoded": 2, "embedded": 2}
    red, blue, *copies = map(read_embedding, images)
    assert [red, red] == copies
    assert red != blue


def test_copies_are_embedded_when_the_first_photo_is_missing(shop, work):
    first, second = make_image(shop.shop), make_image(shop.shop)
    default_storage.delete(first.photo.name)
    index_waiting()
    assert work["embedded"] == 1
    assert np.frombuffer(read_embedding(second), np.float16).any()
    with all_shops():
        assert IndexEntry.objects.get(image_id=first.pk).reason == "photo_missing"


def test_another_shops_photo_is_embedded_for_itself(shop, rival, work):
    make_image(rival.shop)
    index_waiting()
    make_image(shop.shop)
    index_waiting()
    assert work == {"decoded": 2, "embedded": 2}


def test_the_embedding_of_a_deleted_image_is_not_reused(shop, work):
    image = make_image(shop.shop)
    index_waiting()
    assert shop.client.delete(f"/api/v1/images/{image.pk}/").status_code == 204
    make_image(shop.shop)
    index_waiting()
    assert work["embedded"] == 2


def test_facts_and_vectors_of_garments_are_copied(shop):
    first, second = make_image(shop.shop), make_image(shop.shop)
    index_waiting()
    with shop_scope(shop.shop.pk):
        index = get_live_index(shop.shop.pk)
        record_garment_vectors(
            image_id=first.pk,
            image_version=1,
            encoder=index.encoder,
            revision=index.revision,
            vectors=np.eye(2, 32, dtype=np.float32),
        )
    record_garments(first, make_garment("jeans", "navy"))
    with shop_scope(shop.shop.pk):
        for _ in range(2):
            copy_facts(
                source=PhotoFacts.objects.get(image=first), image_id=second.pk, image_version=1
            )
        facts = PhotoFacts.objects.filter(image__in=(first, second))
        assert (
            list(facts.values_list("kind", "colour", "encoder")) == [("jeans", "navy", "mini")] * 2
        )
        own, copied = GarmentVectors.objects.order_by("pk").values_list("count", "embeddings")
        assert own[0] == copied[0] == 2
        assert bytes(own[1]) == bytes(copied[1])
