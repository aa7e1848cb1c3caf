"""The steps of indexing, in this process, with real Postgres and Chroma."""

import io

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from catalog.indexing import pipeline
from catalog.indexing.indexes import ENTRIES, decode_embedding, get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import repair_index
from catalog.indexing.results import PipelineItem, record_items
from catalog.models import Image, IndexEntry, VectorIndex
from catalog.services import ImageGone, delete_image, retry_failed, update_image
from catalog.tests.factories import make_image
from core.ml.encoder import get_encoder
from core.ml.vector_store import get_vector_store
from core.photos import open_photo
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]


@pytest.fixture
def scoped(shop):
    """A shop; the test runs in its scope, as a request does."""
    with shop_scope(shop.shop.pk):
        get_live_index(shop.shop.pk)
        yield shop.shop


def entry_of(image) -> IndexEntry:
    return IndexEntry.objects.get(image_id=image.pk)


def collection_ids(shop) -> set[str]:
    index = get_live_index(shop.pk)
    return get_vector_store(index.node).ids(index.collection)


def index_all(shop) -> None:
    """Do what the worker's task does: index, then repair the index if that is needed."""
    index_waiting()
    index = get_live_index(shop.pk)
    if not index.is_complete:
        repair_index(index)


def test_embeds_into_postgres_and_chroma(scoped):
    image = make_image(scoped)
    index_all(scoped)
    entry = entry_of(image)
    assert entry.state == IndexEntry.State.INDEXED
    assert collection_ids(scoped) == {str(image.pk)}
    with default_storage.open(image.photo.name) as file:
        expected = get_encoder("tiny").encode_images([Pillow.open(file)])[0]
    assert np.allclose(decode_embedding(entry.embedding), expected, atol=2e-2)


def test_new_name_is_not_indexed_again(scoped):
    image = make_image(scoped)
    index_all(scoped)
    before = entry_of(image)
    update_image(image=Image.objects.get(pk=image.pk), fields={"name": "renamed"})
    assert entry_of(image).version == before.version


def test_new_facet_is_copied_to_chroma_without_embedding_again(scoped, monkeypatch):
    image = make_image(scoped)
    index_all(scoped)
    update_image(image=Image.objects.get(pk=image.pk), fields={"colour": "Red"})
    assert entry_of(image).state == IndexEntry.State.PENDING
    passes = []
    monkeypatch.setattr(pipeline, "_forward", passes.append)
    index_all(scoped)
    index = get_live_index(scoped.pk)
    vector = decode_embedding(entry_of(image).embedding)
    found = get_vector_store(index.node).query(
        index.collection, vector, count=5, where={"colour": {"$in": ["red"]}}
    )
    assert (found.ids, passes) == ([str(image.pk)], [])


def test_new_photo_is_embedded_and_the_old_files_are_deleted(scoped):
    image = make_image(scoped)
    index_all(scoped)
    old, old_files = entry_of(image), (image.photo.name, image.original.name)
    photo = open_photo(io.BytesIO(make_photo("blue")))
    update_image(image=Image.objects.get(pk=image.pk), fields={}, photo=photo)
    index_all(scoped)
    new = entry_of(image)
    assert new.state == IndexEntry.State.INDEXED
    assert bytes(new.embedding) != bytes(old.embedding)
    assert not any(default_storage.exists(name) for name in old_files)


def test_concurrent_new_photos_leave_no_unused_file(scoped):
    image = make_image(scoped)
    first, second = Image.objects.get(pk=image.pk), Image.objects.get(pk=image.pk)
    for copy, colour in ((first, "blue"), (second, "green")):
        photo = open_photo(io.BytesIO(make_photo(colour)))
        update_image(image=copy, fields={}, photo=photo)
    stored = Image.objects.get(pk=image.pk)
    assert stored.version == 3
    assert default_storage.exists(stored.photo.name)
    assert not any(map(default_storage.exists, (image.photo.name, first.photo.name)))


def test_concurrently_deleted_image_is_not_changed_and_leaves_no_file(scoped):
    image = make_image(scoped)
    copy = Image.objects.get(pk=image.pk)
    delete_image(image=image)
    with pytest.raises(ImageGone):
        update_image(image=copy, fields={}, photo=open_photo(io.BytesIO(make_photo("blue"))))
    assert not default_storage.exists(copy.photo.name)


def test_deleted_image_loses_its_vector_files_and_row(scoped):
    image = make_image(scoped)
    index_all(scoped)
    delete_image(image=image)
    index_all(scoped)
    assert collection_ids(scoped) == set()
    assert not Image.objects.exists() and not IndexEntry.objects.exists()
    assert not any(map(default_storage.exists, (image.photo.name, image.original.name)))


def test_missing_photo_fails_with_a_reason_and_can_be_retried(scoped):
    image, other = make_image(scoped), make_image(scoped, "blue")
    rendition = default_storage.open(image.photo.name).read()
    default_storage.delete(image.photo.name)
    index_all(scoped)
    assert entry_of(image).reason == IndexEntry.Reason.PHOTO_MISSING
    assert entry_of(image).state == IndexEntry.State.FAILED
    assert entry_of(other).state == IndexEntry.State.INDEXED
    default_storage.save(image.photo.name, ContentFile(rendition))
    assert retry_failed(shop=scoped) == 1
    index_all(scoped)
    assert entry_of(image).state == IndexEntry.State.INDEXED


def test_damaged_photo_fails_alone(scoped):
    image, other = make_image(scoped), make_image(scoped, "blue")
    default_storage.delete(image.photo.name)
    default_storage.save(image.photo.name, ContentFile(b"not a photo"))
    index_all(scoped)
    assert entry_of(image).reason == IndexEntry.Reason.PHOTO_UNREADABLE
    assert entry_of(other).state == IndexEntry.State.INDEXED


def test_photo_that_breaks_the_forward_pass_fails_alone_after_five_attempts(scoped, monkeypatch):
    image, other = make_image(scoped), make_image(scoped, "blue")
    culprit = image.pk
    forward = pipeline._forward

    def break_on_culprit(items):
        if any(item.image.pk == culprit for item in items):
            raise RuntimeError("out of memory")
        forward(items)

    monkeypatch.setattr(pipeline, "_forward", break_on_culprit)
    for attempt in range(1, 6):
        index_all(scoped)
        assert entry_of(other).state == IndexEntry.State.INDEXED
        assert entry_of(image).attempts == attempt
        IndexEntry.objects.filter(image=image).update(due_at="2020-01-01T00:00Z")
    assert entry_of(image).state == IndexEntry.State.FAILED
    assert entry_of(image).reason == IndexEntry.Reason.ENCODER_ERROR


def test_photo_that_kills_every_worker_fails(scoped):
    image = make_image(scoped)
    IndexEntry.objects.update(attempts=5)
    index_all(scoped)
    assert entry_of(image).reason == IndexEntry.Reason.WORKER_LOST


def test_postpones_indexing_while_the_encoder_is_unavailable(scoped, settings):
    image = make_image(scoped)
    settings.ENCODERS = {"tiny": {"model": "/nowhere", "revision": None}}
    index_waiting()
    entry = entry_of(image)
    assert (entry.state, entry.attempts) == (IndexEntry.State.PENDING, 0)


def test_late_result_of_a_changed_image_is_not_stored(scoped):
    image = make_image(scoped)
    item = claimed_item()
    IndexEntry.objects.all().request()
    record_items([item])
    entry = entry_of(image)
    assert entry.state == IndexEntry.State.PENDING and entry.embedding is None


def test_late_vector_of_a_deleted_image_is_deleted(scoped):
    make_image(scoped)
    index = get_live_index(scoped.pk)
    repair_index(index)
    item = claimed_item()
    delete_image(image=item.image)
    index_waiting()
    record_items([item])
    index.refresh_from_db()
    assert get_vector_store(index.node).ids(index.collection) == set()


@pytest.fixture
def chroma_down(settings):
    """Point every Chroma client of this process to a port where nothing listens."""
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9"}
    get_vector_store.cache_clear()
    yield
    get_vector_store.cache_clear()


def test_indexes_while_chroma_is_down_and_marks_the_index_incomplete(scoped, chroma_down):
    VectorIndex.objects.update(is_complete=True)
    image = make_image(scoped)
    index_waiting()
    assert entry_of(image).state == IndexEntry.State.INDEXED
    assert not get_live_index(scoped.pk).is_complete


def claimed_item() -> PipelineItem:
    """Claim the only waiting entry and set an embedding, as a slow worker does."""
    with all_shops():
        (claim,) = ENTRIES.claim(size=1, lease=60)
        entry = IndexEntry.objects.select_related("image", "index").get(pk=claim.row_id)
        item = PipelineItem(claim, entry)
        dimensions = get_encoder("tiny").dimensions
        item.embedding = np.full(dimensions, dimensions**-0.5, np.float32)
        return item
