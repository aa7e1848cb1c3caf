"""Make a collection equal to Postgres again: in its place, or in a new one next to it.

Needs no encoder: the embeddings are in Postgres. Images may be added, changed and deleted at the
same time.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.db import connection

from catalog.indexing.drift import compare_ids, find_changes, read_copy, split
from catalog.indexing.garment_vectors import find_image_id, read_vector_ids
from catalog.indexing.indexes import WRITE_LOCKS, lock_writing, make_collection_name
from catalog.models import IndexEntry, VectorIndex
from core.ml.vector_store import CALL_SIZE, CollectionUnusable, get_vector_store
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

MAX_REPAIR_ROUNDS = 5


def repair_index(index: VectorIndex) -> bool:
    """Make the collection equal to Postgres again; return whether it is.

    A missing or broken collection is replaced by a new one; a rebuild that was started is continued
    instead. While another repair of the index runs, this returns False at once. Raises
    `VectorStoreUnavailable`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        return _rebuild(index) if index.next_collection else _repair(index)


def start_rebuild(index: VectorIndex) -> None:
    """Create the collection that replaces this one, unless there is one already.

    `repair_index` fills it. Raises `VectorStoreUnavailable`.
    """
    if index.next_collection:
        return
    name = make_collection_name()
    get_vector_store(index.node).create(name)
    if not VectorIndex.objects.filter(pk=index.pk, next_collection="").update(next_collection=name):
        get_vector_store(index.node).drop(name)  # another request was first


def rebuild_index(index: VectorIndex) -> bool:
    """Fill a new collection from Postgres while the old one answers, then switch to it.

    This also erases deleted vectors from Chroma's disk. Returns and raises like `repair_index`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        return _rebuild(index)


def find_former() -> list[UUID]:
    """Return the indexes whose replaced collection is not dropped yet."""
    with all_shops():
        replaced = VectorIndex.objects.exclude(former_collection="")
        return list(replaced.values_list("pk", flat=True))


def drop_former(index: VectorIndex) -> None:
    """Drop the collection that was replaced; raises `VectorStoreUnavailable`."""
    if index.former_collection:
        get_vector_store(index.node).drop(index.former_collection)
        found = VectorIndex.objects.filter(pk=index.pk, former_collection=index.former_collection)
        found.update(former_collection="")


def _repair(index: VectorIndex) -> bool:
    try:
        is_filled = _fill(index, index.collection)
    except CollectionUnusable:
        _replace_collection(index)
        is_filled = _fill(index, index.collection)
    return is_filled and _mark_complete(index)


def _rebuild(index: VectorIndex) -> bool:
    drop_former(index)
    _open_next(index)
    try:
        is_filled = _fill(index, index.next_collection)
    except CollectionUnusable:
        VectorIndex.objects.filter(pk=index.pk).update(next_collection="")
        index.next_collection = ""
        _open_next(index)
        is_filled = _fill(index, index.next_collection)
    return is_filled and _switch(index)


def _open_next(index: VectorIndex) -> None:
    """Have workers write to the next collection too."""
    start_rebuild(index)
    # Those that do not know it yet have recorded their results when this holds the lock.
    with lock_writing(index):
        index.refresh_from_db()


def _switch(index: VectorIndex) -> bool:
    """Let the next collection answer, unless a write failed since it was compared."""
    with lock_writing(index):
        undamaged = VectorIndex.objects.filter(
            pk=index.pk, next_collection=index.next_collection, damages=index.damages
        )
        is_switched = bool(
            undamaged.update(
                collection=index.next_collection,
                next_collection="",
                former_collection=index.collection,
                is_complete=True,
            )
        )
    index.refresh_from_db()
    log.info("index_rebuilt", shop=str(index.shop_id), index=str(index.pk), is_switched=is_switched)
    return is_switched


def _fill(index: VectorIndex, collection: str) -> bool:
    """Copy from Postgres what a collection lacks; return False if it never becomes equal."""
    for _ in range(MAX_REPAIR_ROUNDS):
        index.refresh_from_db(fields=["damages", "max_garments"])
        drift = compare_ids(index, collection)
        changes = find_changes(index, collection, drift.common)
        if not drift and not changes:
            return True
        _copy(index, collection, {find_image_id(pk) for pk in drift.missing} | changes.image_ids)
        _delete_extra(index, collection, drift.extra)
    return False


def _copy(index: VectorIndex, collection: str, image_ids: Collection[str]) -> None:
    for part in split(image_ids):
        with lock_writing(index):
            copy = read_copy(index, part)
            get_vector_store(index.node).upsert(collection, copy.ids, copy.vectors, copy.facets)


def _delete_extra(index: VectorIndex, collection: str, vector_ids: Collection[str]) -> None:
    """Delete vectors, unless Postgres has them by now."""
    ids = sorted(vector_ids)
    for start in range(0, len(ids), CALL_SIZE):
        part = ids[start : start + CALL_SIZE]
        images = [pk for vector_id in part if (pk := _parse_id(find_image_id(vector_id)))]
        with lock_writing(index):
            entries = IndexEntry.objects.filter(index=index, image_id__in=images).embedded()
            known = read_vector_ids(index, entries)
            extra = [pk for pk in part if pk not in known]
            get_vector_store(index.node).delete(collection, extra)


def _parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None  # not one of ours


def _mark_complete(index: VectorIndex) -> bool:
    """Mark the collection complete, unless it was damaged since `index` was read."""
    undamaged = VectorIndex.objects.filter(
        pk=index.pk, collection=index.collection, damages=index.damages
    )
    is_whole = bool(undamaged.update(is_complete=True))
    log.info("index_repaired", shop=str(index.shop_id), index=str(index.pk), is_whole=is_whole)
    return is_whole


def _replace_collection(index: VectorIndex) -> None:
    """Switch to a new, empty collection, which workers write to from now on."""
    store, old = get_vector_store(index.node), index.collection
    index.collection = make_collection_name()
    index.is_complete = False
    store.create(index.collection)
    with lock_writing(index):
        index.save(update_fields=["collection", "is_complete"])
    store.drop(old)


@contextmanager
def _repair_lock(index: VectorIndex) -> Iterator[bool]:
    """Hold the index's advisory lock; yield False if another session holds it.

    The lock belongs to the session, not to a transaction: other sessions must see each step.
    """
    number = index.pk.int % WRITE_LOCKS
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (is_held,) = cursor.fetchone()
        try:
            yield bool(is_held)
        finally:
            if is_held:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
