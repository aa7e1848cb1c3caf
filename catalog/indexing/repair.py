"""Make a collection equal to Postgres again: in its place, or in a new one, also on another node.

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
from catalog.indexing.indexes import (
    WRITE_LOCKS,
    count_change,
    lock_writing,
    make_collection_name,
)
from catalog.models import CollectionAddress, IndexEntry, VectorIndex
from core.ml.vector_store import (
    CALL_SIZE,
    CollectionUnusable,
    VectorStoreUnavailable,
    get_vector_store,
)
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

MAX_REPAIR_ROUNDS = 5


def repair_index(index: VectorIndex) -> bool:
    """Make the collection equal to Postgres again; return whether it is.

    A missing or broken collection is replaced by a new one; a rebuild or move that was started is
    continued instead. While another repair of the index runs, this returns False at once. Raises
    `VectorStoreUnavailable`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        if not index.next_collection:
            return _repair(index)
        try:
            return _rebuild(index)
        except VectorStoreUnavailable:
            if index.is_complete:
                raise
            # Another node may be down, the one that the index is moved to or the one it was on.
            return _repair(index)


def start_rebuild(index: VectorIndex, *, node: str = "") -> None:
    """Create the collection that replaces this one, unless there is one already.

    It is on another `node` if one is given. `repair_index` fills it. Raises
    `VectorStoreUnavailable`.
    """
    if index.next_collection:
        return
    address = CollectionAddress(node or index.node, make_collection_name())
    get_vector_store(address.node).create(address.name)
    undecided = VectorIndex.objects.filter(pk=index.pk, next_collection="")
    if not undecided.update(next_node=address.node, next_collection=address.name):
        _drop(address)  # another request was first


def rebuild_index(index: VectorIndex) -> bool:
    """Fill a new collection from Postgres while the old one answers, then switch to it.

    This also erases deleted vectors from Chroma's disk. Returns and raises like `repair_index`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        return _rebuild(index)


def move_index(index: VectorIndex, *, node: str) -> bool:
    """Fill a collection on another node from Postgres, then switch to it.

    The old collection answers until then if its node responds; otherwise search stays exact. A
    rebuild or a move to a third node that was started is given up. If this is killed,
    `repair_index` continues it. Returns and raises like `repair_index`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        if index.next_address and index.next_address.node != node:
            _discard_next(index)
        return index.node == node or _rebuild(index, node=node)


def find_former() -> list[UUID]:
    """Return the indexes whose replaced collection is not dropped yet."""
    with all_shops():
        replaced = VectorIndex.objects.exclude(former_collection="")
        return list(replaced.values_list("pk", flat=True))


def drop_former(index: VectorIndex) -> None:
    """Drop the collection that was replaced; raises `VectorStoreUnavailable`."""
    if index.former_address:
        _drop(index.former_address)
        _forget_former(index)


def abandon_collections(index: VectorIndex, *, node: str) -> bool:
    """Forget the former and the next collection of an index if they are on a node that is lost.

    Returns False while another repair of the index runs.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        if (former := index.former_address) and former.node == node:
            _forget_former(index)
            log_abandoned(index, former)
        if (following := index.next_address) and following.node == node:
            _forget_next(index)
            log_abandoned(index, following)
        return True


def log_abandoned(index: VectorIndex, address: CollectionAddress) -> None:
    """Log a collection that nobody drops, since its node is not in the settings any more."""
    log.warning(
        "collection_abandoned",
        shop=str(index.shop_id),
        index=str(index.pk),
        node=address.node,
        collection=address.name,
    )


def _drop(address: CollectionAddress) -> None:
    get_vector_store(address.node).drop(address.name)


def _forget_former(index: VectorIndex) -> None:
    found = VectorIndex.objects.filter(pk=index.pk, former_collection=index.former_collection)
    found.update(former_collection="", former_node="")
    index.former_collection = index.former_node = ""


def _repair(index: VectorIndex) -> bool:
    try:
        is_filled = _fill(index, index.address)
    except CollectionUnusable:
        _replace_collection(index)
        is_filled = _fill(index, index.address)
    return is_filled and _mark_complete(index)


def _rebuild(index: VectorIndex, *, node: str = "") -> bool:
    drop_former(index)
    _open_next(index, node)
    try:
        return _fill_next(index)
    except CollectionUnusable:
        node = index.next_node
        _discard_next(index)
        _open_next(index, node)
        return _fill_next(index)


def _open_next(index: VectorIndex, node: str) -> None:
    """Have workers write to the next collection too."""
    start_rebuild(index, node=node)
    # Those that do not know it yet have recorded their results when this holds the lock.
    with lock_writing(index):
        index.refresh_from_db()


def _fill_next(index: VectorIndex) -> bool:
    """Make the next collection equal to Postgres and switch to it; return whether both worked."""
    address = index.next_address
    return address is not None and _fill(index, address) and _switch(index, address)


def _discard_next(index: VectorIndex) -> None:
    """Drop the next collection; a worker that writes to it at the same time goes on without."""
    if index.next_address:
        _drop(index.next_address)
    _forget_next(index)


def _forget_next(index: VectorIndex) -> None:
    with lock_writing(index):
        found = VectorIndex.objects.filter(pk=index.pk, next_collection=index.next_collection)
        found.update(next_collection="", next_node="")
        index.refresh_from_db()


def _switch(index: VectorIndex, address: CollectionAddress) -> bool:
    """Let the next collection answer, unless a write to it failed since it was compared."""
    with lock_writing(index):
        undamaged = VectorIndex.objects.filter(
            pk=index.pk, next_collection=address.name, next_damages=index.next_damages
        )
        is_switched = bool(
            undamaged.update(
                node=address.node,
                collection=address.name,
                next_node="",
                next_collection="",
                next_damages=0,
                former_node=index.node,
                former_collection=index.collection,
                is_complete=True,
            )
        )
    index.refresh_from_db()
    log.info(
        "index_rebuilt",
        shop=str(index.shop_id),
        index=str(index.pk),
        node=index.node,
        is_switched=is_switched,
    )
    return is_switched


def _fill(index: VectorIndex, address: CollectionAddress) -> bool:
    """Copy from Postgres what a collection lacks; return False if it never becomes equal."""
    for _ in range(MAX_REPAIR_ROUNDS):
        index.refresh_from_db(fields=["damages", "next_damages", "max_garments"])
        drift = compare_ids(index, address)
        changes = find_changes(index, address, drift.common)
        if not drift and not changes:
            return True
        _copy(index, address, {find_image_id(pk) for pk in drift.missing} | changes.image_ids)
        _delete_extra(index, address, drift.extra)
    return False


def _copy(index: VectorIndex, address: CollectionAddress, image_ids: Collection[str]) -> None:
    for part in split(image_ids):
        with lock_writing(index):
            copy = read_copy(index, part)
            store = get_vector_store(address.node)
            store.upsert(address.name, copy.ids, copy.vectors, copy.facets)
            count_change(index)


def _delete_extra(
    index: VectorIndex, address: CollectionAddress, vector_ids: Collection[str]
) -> None:
    """Delete vectors, unless Postgres has them by now."""
    ids = sorted(vector_ids)
    for start in range(0, len(ids), CALL_SIZE):
        part = ids[start : start + CALL_SIZE]
        images = [pk for vector_id in part if (pk := _parse_id(find_image_id(vector_id)))]
        with lock_writing(index):
            entries = IndexEntry.objects.filter(index=index, image_id__in=images).embedded()
            known = read_vector_ids(index, entries)
            extra = [pk for pk in part if pk not in known]
            get_vector_store(address.node).delete(address.name, extra)
            count_change(index)


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
