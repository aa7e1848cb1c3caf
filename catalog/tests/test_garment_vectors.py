"""A photo with several garments has a vector for each, in Postgres, Chroma and search."""

import io

import numpy as np
import pytest

from catalog.indexing.audit import audit_index, mend_index
from catalog.indexing.drift import measure_drift
from catalog.indexing.garment_vectors import read_garments
from catalog.indexing.indexes import ENTRIES, get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import rebuild_index, repair_index
from catalog.indexing.results import (
    MAX_GARMENTS,
    PipelineItem,
    record_garment_vectors,
    record_items,
)
from catalog.models import GarmentVectors, IndexEntry, VectorIndex
from catalog.search.candidates import find_exactly, find_nearest
from catalog.search.filters import FacetFilter
from catalog.services import clear_image, delete_image, update_image
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


def make_vectors(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, get_encoder("tiny").dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def record(image, vectors: np.ndarray, **fields) -> None:
    index = get_live_index(image.shop_id)
    values = {
        "image_id": image.pk,
        "image_version": image.version,
        "encoder": index.encoder,
        "revision": index.revision,
    }
    record_garment_vectors(**{**values, **fields}, vectors=vectors)


def index_all(shop) -> VectorIndex:
    index_waiting()
    index = get_live_index(shop.pk)
    if not index.is_complete:
        assert repair_index(index)
    return get_live_index(shop.pk)


def collection_ids(shop) -> set[str]:
    index = get_live_index(shop.pk)
    return get_vector_store(index.node).ids(index.collection)


def ids_of(image, garments: int) -> set[str]:
    return {str(image.pk), *(f"{image.pk}.{number}" for number in range(garments))}


def search(shop, vector: np.ndarray, count: int = 3):
    """Search both ways, check that they agree, and return the ids and similarities."""
    index = get_live_index(shop.pk)
    arguments = {"index": index, "vector": vector, "count": count, "facets": FacetFilter()}
    found, exact = find_nearest(**arguments), find_exactly(**arguments)
    assert (found.answered_by, exact.answered_by) == ("index", "exact")
    assert found.ids == exact.ids
    assert np.allclose(found.similarities, exact.similarities, atol=2e-3)
    return found.ids, found.similarities


def test_garments_get_vectors_next_to_the_photos_own(scoped):
    image = make_image(scoped)
    index_all(scoped)
    embedding = bytes(IndexEntry.objects.get(image=image).embedding)
    record(image, make_vectors(2))
    index = index_all(scoped)
    entry = IndexEntry.objects.get(image=image)
    assert entry.state == IndexEntry.State.INDEXED
    assert bytes(entry.embedding) == embedding
    assert collection_ids(scoped) == ids_of(image, 2)
    assert np.allclose(read_garments(index, [image.pk])[image.pk], make_vectors(2))
    assert not measure_drift(index)


def test_an_image_is_found_by_its_nearest_vector_and_once(scoped):
    worn, other = make_image(scoped, "red"), make_image(scoped, "blue")
    index_all(scoped)
    vectors = make_vectors(2)
    record(worn, vectors)
    index_all(scoped)
    ids, similarities = search(scoped, vectors[1])
    assert ids[0] == worn.pk and set(ids) == {worn.pk, other.pk}
    assert similarities[0] == pytest.approx(1, abs=2e-3)


def test_enough_images_come_back_although_some_have_many_vectors(scoped):
    images = [make_image(scoped, colour) for colour in ("red", "blue", "green", "white")]
    index_all(scoped)
    (near,) = make_vectors(1)
    for seed, image in enumerate(images[:2], start=1):
        noise = make_vectors(MAX_GARMENTS, seed=seed)
        crowd = near + 0.05 * noise
        record(image, crowd / np.linalg.norm(crowd, axis=1, keepdims=True))
    index_all(scoped)
    ids, _ = search(scoped, near, count=4)
    assert set(ids[:2]) == {images[0].pk, images[1].pk}
    assert set(ids) == {image.pk for image in images}


def test_vectors_of_garments_have_the_images_facets(scoped):
    image = make_image(scoped, brand="Ada's")
    index_all(scoped)
    record(image, make_vectors(2))
    index = index_all(scoped)
    found = get_vector_store(index.node).query(
        index.collection, make_vectors(1)[0], count=9, where={"brand": "ada's"}
    )
    assert set(found.ids) == ids_of(image, 2)
    update_image(image=image, fields={"brand": "Bo"})
    index_all(scoped)
    found = get_vector_store(index.node).query(
        index.collection, make_vectors(1)[0], count=9, where={"brand": "bo"}
    )
    assert set(found.ids) == ids_of(image, 2)


def test_fewer_garments_leave_no_vector_behind(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(3))
    index_all(scoped)
    record(image, make_vectors(1, seed=1))
    index = index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 1)
    record(image, make_vectors(0))
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 0)
    assert not GarmentVectors.objects.exists()
    assert not measure_drift(index)


def test_no_more_garments_than_the_limit_are_searched(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(MAX_GARMENTS + 4))
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, MAX_GARMENTS)


def test_a_second_record_of_the_same_changes_nothing(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    index_all(scoped)
    version = IndexEntry.objects.get(image=image).version
    record(image, make_vectors(2))
    entry = IndexEntry.objects.get(image=image)
    assert (entry.version, entry.state) == (version, IndexEntry.State.INDEXED)


def test_a_new_photo_takes_the_garments_of_the_old_one_away(scoped):
    image = make_image(scoped)
    index_all(scoped)
    vectors = make_vectors(2)
    record(image, vectors)
    index_all(scoped)
    update_image(image=image, fields={}, photo=open_photo(io.BytesIO(make_photo("blue"))))
    _, similarities = search_exactly_for(scoped, vectors[0])
    assert similarities[0] < 0.9
    index = index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 0)
    assert not measure_drift(index)


def search_exactly_for(shop, vector: np.ndarray):
    index = get_live_index(shop.pk)
    found = find_exactly(index=index, vector=vector, count=3, facets=FacetFilter())
    return found.ids, found.similarities


def test_garments_of_an_older_photo_or_a_deleted_image_are_ignored(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2), image_version=image.version + 1)
    delete_image(image=image)
    record(image, make_vectors(2))
    assert not GarmentVectors.objects.exists()


def test_another_checkpoints_garments_leave_the_index_alone(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2), revision="another")
    entry = IndexEntry.objects.get(image=image)
    assert (entry.state, entry.version) == (IndexEntry.State.INDEXED, 1)
    index = get_live_index(scoped.pk)
    assert index.max_garments == 0 and not read_garments(index, [image.pk])


def test_garments_seen_before_the_image_is_embedded_are_written_with_it(scoped):
    image = make_image(scoped)
    record(image, make_vectors(2))
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 2)


def test_garments_of_a_held_image_are_written_when_it_is_cleared(shop, scoped):
    scoped.holds_photos = True
    scoped.save()
    image = make_image(scoped)
    record(image, make_vectors(2))
    index_all(scoped)
    assert collection_ids(scoped) == set()
    clear_image(image=image)
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 2)


def claimed_item() -> PipelineItem:
    """Claim the only waiting entry and set an embedding, as a slow worker does."""
    with all_shops():
        (claim,) = ENTRIES.claim(size=1, lease=60)
        entry = IndexEntry.objects.select_related("image", "index").get(pk=claim.row_id)
        item = PipelineItem(claim, entry)
        item.embedding = make_vectors(1, seed=7)[0]
        return item


def test_garments_seen_while_a_worker_embeds_the_image_are_written(scoped):
    image = make_image(scoped)
    assert repair_index(get_live_index(scoped.pk))
    item = claimed_item()
    record(image, make_vectors(2))
    record_items([item])
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 2)


def test_fewer_garments_seen_while_a_worker_writes_leave_no_vector_behind(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(3))
    item = claimed_item()
    record(image, make_vectors(1))
    record_items([item])
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 1)


def test_a_worker_that_died_after_writing_leaves_no_vector_behind(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(3))
    write_and_die(claimed_item())
    record(image, make_vectors(1))
    index_all(scoped)
    assert collection_ids(scoped) == ids_of(image, 1)


def write_and_die(item: PipelineItem) -> None:
    """Write to Chroma, and record nothing."""
    index = item.entry.index
    ids = sorted(ids_of(item.image, index.max_garments))
    vectors = make_vectors(len(ids), seed=9)
    get_vector_store(index.node).upsert(index.collection, ids, vectors, [{"version": 1}] * len(ids))


def test_deleting_an_image_deletes_all_of_its_vectors(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    index_all(scoped)
    delete_image(image=image)
    index_all(scoped)
    assert collection_ids(scoped) == set()
    assert not GarmentVectors.objects.exists()


def test_late_vectors_of_a_deleted_image_are_deleted(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    item = claimed_item()
    delete_image(image=image)
    index_waiting()
    record_items([item])
    assert collection_ids(scoped) == set()


def test_repair_writes_missing_vectors_of_garments_and_deletes_extra_ones(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    index = index_all(scoped)
    store = get_vector_store(index.node)
    store.delete(index.collection, [f"{image.pk}.1"])
    store.upsert(index.collection, [f"{image.pk}.5"], make_vectors(1), [{"version": 1}])
    drift = measure_drift(index)
    assert (drift.missing, drift.extra) == ({f"{image.pk}.1"}, {f"{image.pk}.5"})
    assert repair_index(index)
    assert collection_ids(scoped) == ids_of(image, 2)


def test_the_api_lists_images_whose_vectors_differ(shop, scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    index = index_all(scoped)
    get_vector_store(index.node).delete(index.collection, [f"{image.pk}.0", f"{image.pk}.1"])
    answer = shop.client.get("/api/v1/index/drift/")
    assert answer.json() == {"missing": [str(image.pk)], "extra": []}


def test_rebuild_and_audit_include_garments(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    assert rebuild_index(index_all(scoped))
    assert collection_ids(scoped) == ids_of(image, 2)
    whole = get_live_index(scoped.pk).collection
    index = get_live_index(scoped.pk)
    assert not audit_index(index).needs_repair
    # Another vector under a garment's id.
    store = get_vector_store(index.node)
    store.upsert(whole, [f"{image.pk}.0"], -make_vectors(1), [{"version": 1}])
    found = audit_index(index)
    assert found.changes.vectors == {f"{image.pk}.0"} and found.is_sick
    assert mend_index(index, found)
    assert get_live_index(scoped.pk).collection != whole
    assert not audit_index(get_live_index(scoped.pk)).needs_repair


def test_a_lost_collection_is_rebuilt_with_garments(scoped):
    image = make_image(scoped)
    index_all(scoped)
    record(image, make_vectors(2))
    index = index_all(scoped)
    get_vector_store(index.node).drop(index.collection)
    assert repair_index(index)
    assert collection_ids(scoped) == ids_of(image, 2)
