"""A shop's vector indexes, their queue, and the repair and audit of a collection."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef
from uuid_utils.compat import uuid7

from catalog.indexing.garment_vectors import (
    find_image_id,
    join_garments,
    read_garments,
    read_vector_ids,
)
from catalog.models import Image, IndexEntry, VectorIndex
from core.jobs.queues import Queue
from core.ml.checkpoints import EncoderUnavailable, current_revision
from core.ml.vector_store import CALL_SIZE, CollectionUnusable, Vectors, get_vector_store
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

MAX_REPAIR_ROUNDS = 5
# An approximate graph may miss a few of its vectors: about one in 4,000 with our configuration. If
# an audit misses more, the graph is damaged.
MAX_LOST_SHARE = 0.005
NEIGHBOURS = 10
MIN_COPY_SIMILARITY = 0.999  # a copy of the same photo may be found instead

ENTRIES = Queue(
    IndexEntry, task="catalog.tasks.index_images", waiting="state IN ('pending', 'removing')"
)


@dataclass(frozen=True, slots=True)
class Drift:
    """Differences of a collection from Postgres, as ids of vectors."""

    missing: frozenset[str]
    extra: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra)


def get_live_index(shop_id: UUID) -> VectorIndex:
    """Return the shop's live index, and create its row on first use; does not need Chroma."""
    index: VectorIndex | None = next(iter(VectorIndex.objects.raw(_LIVE, [shop_id])), None)
    if index is None:
        encoder, nodes = settings.DEFAULT_ENCODER, sorted(settings.CHROMA_NODES)
        index, _ = VectorIndex.objects.get_or_create(
            shop_id=shop_id,
            state=VectorIndex.State.LIVE,
            defaults={
                "encoder": encoder,
                "revision": find_revision(encoder),
                "node": nodes[zlib.crc32(shop_id.bytes) % len(nodes)],
                "collection": make_collection_name(),
                # The first repair creates the collection.
                "is_complete": False,
            },
        )
    return index


def find_revision(encoder: str) -> str:
    """Return the current revision; "" where the checkpoint is out of reach, as on a web server."""
    try:
        return current_revision(encoder)
    except EncoderUnavailable:
        return ""


# In SQL, since every search begins with it, and Django takes longer to build it than to run it.
_COLUMNS = ", ".join(column.attname for column in VectorIndex._meta.concrete_fields)
_LIVE = f"SELECT {_COLUMNS} FROM catalog_vectorindex WHERE shop_id = %s AND state = 'live'"  # noqa: S608


def request_entries(image: Image) -> None:
    """Have an image indexed once this transaction commits, whether it has entries or not.

    That is in the live index, and in the second one where one is being built.
    """
    indexes = _lock_indexes(image.shop_id)
    if IndexEntry.objects.filter(image=image, index__in=indexes).request() < len(indexes):
        add_entries(image, IndexEntry.State.PENDING)
    ENTRIES.wake()


def add_entries(image: Image, state: IndexEntry.State) -> None:
    """Give an image the entries that it has not yet; wakes no worker."""
    rows = [
        IndexEntry(shop_id=image.shop_id, index_id=pk, image=image, state=state)
        for pk in _lock_indexes(image.shop_id)
    ]
    IndexEntry.objects.bulk_create(rows, ignore_conflicts=True)


def _lock_indexes(shop_id: UUID) -> list[UUID]:
    """Return the live and the second index, which do not change places in this transaction.

    Otherwise an entry could be added to the index that is just retired, and the image be lost.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CURRENT, [shop_id])
            if indexes := [pk for (pk,) in cursor.fetchall()]:
                return indexes
        get_live_index(shop_id)


# `KEY SHARE`, as foreign keys take it: uploads do not wait for each other, only for a switch.
_CURRENT = """
    SELECT id FROM catalog_vectorindex WHERE shop_id = %s AND state IN ('live', 'building')
    ORDER BY id FOR KEY SHARE
"""


def find_uncalibrated_indexes() -> list[UUID]:
    """Return indexes that have embeddings, and no calibration by the newest method."""
    with all_shops():
        entries = IndexEntry.objects.filter(index=OuterRef("pk")).embedded()
        current = VectorIndex.objects.filter(Exists(entries)).exclude(
            state=VectorIndex.State.RETIRED
        )
        calibrated = {"calibration__contains": {"method": VectorIndex.CALIBRATION_METHOD}}
        uncalibrated = current.exclude(**calibrated)
        return list(uncalibrated.values_list("pk", flat=True))


def decode_embedding(data: bytes | memoryview) -> Vectors:
    """Return the embedding of an `IndexEntry`, float16 bytes, as float32 (d,)."""
    return np.frombuffer(data, dtype=np.float16).astype(np.float32)


def mark_incomplete(index: VectorIndex) -> None:
    """Mark the collection for repair; search is exact until then."""
    VectorIndex.objects.filter(pk=index.pk).update(is_complete=False, damages=F("damages") + 1)
    log.warning("index_incomplete", shop=str(index.shop_id), index=str(index.pk))


def measure_drift(index: VectorIndex) -> Drift:
    """Compare ids in the collection with those in Postgres.

    Raises `VectorStoreUnavailable` and `CollectionUnusable`.
    """
    entries = IndexEntry.objects.filter(index=index).embedded()
    settled = read_vector_ids(index, entries.filter(state=IndexEntry.State.INDEXED))
    found = get_vector_store(index.node).ids(index.collection)
    # Read after the collection, so that no image indexed in between counts as extra.
    known = read_vector_ids(index, entries)
    return Drift(missing=frozenset(settled - found), extra=frozenset(found - known))


def repair_index(index: VectorIndex) -> bool:
    """Make the collection equal to Postgres again, without an encoder; return whether it is.

    A missing or broken collection is replaced by a new one. While another repair of the index runs,
    this returns False at once. Raises `VectorStoreUnavailable`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        try:
            return _fill(index)
        except CollectionUnusable:
            _replace_collection(index)
            return _fill(index)


def rebuild_index(index: VectorIndex) -> bool:
    """Replace the collection by a new one, filled from Postgres; search is exact until then.

    This also erases deleted vectors from Chroma's disk. Returns and raises like `repair_index`.
    """
    with _repair_lock(index) as is_held:
        if not is_held:
            return False
        index.refresh_from_db()
        _replace_collection(index)
        return _fill(index)


def _fill(index: VectorIndex) -> bool:
    store = get_vector_store(index.node)
    for _ in range(MAX_REPAIR_ROUNDS):
        index.refresh_from_db(fields=["damages", "max_garments"])
        drift = measure_drift(index)
        if not drift:
            return _mark_complete(index)
        _mirror(index, sorted({find_image_id(pk) for pk in drift.missing}))
        store.delete(index.collection, sorted(drift.extra))
    return False


def _mark_complete(index: VectorIndex) -> bool:
    """Mark the collection complete, unless it was damaged since `index` was read."""
    undamaged = VectorIndex.objects.filter(
        pk=index.pk, collection=index.collection, damages=index.damages
    )
    is_whole = bool(undamaged.update(is_complete=True))
    log.info("index_repaired", shop=str(index.shop_id), index=str(index.pk), is_whole=is_whole)
    return is_whole


def _mirror(index: VectorIndex, image_ids: list[str]) -> None:
    for start in range(0, len(image_ids), CALL_SIZE):
        entries = list(
            IndexEntry.objects.filter(
                index=index, image_id__in=image_ids[start : start + CALL_SIZE]
            )
            .embedded()
            .select_related("image__facts")
            .prefetch_related("image__styles")
        )
        if entries:
            vectors = np.stack([decode_embedding(entry.embedding) for entry in entries])
            write_vectors(index, [entry.image for entry in entries], vectors)


def write_vectors(index: VectorIndex, images: list[Image], vectors: Vectors) -> list[str]:
    """Upsert the vectors (n, d) of images, and those of their garments, with the current facets.

    Returns the ids of the vectors that were written.
    """
    metadata = {str(image.pk): _chroma_metadata(image) for image in images}
    ids, facets = list(metadata), list(metadata.values())
    if index.max_garments:
        image_ids = [image.pk for image in images]
        ids, vectors = join_garments(image_ids, vectors, read_garments(index, image_ids))
        facets = [metadata[find_image_id(vector_id)] for vector_id in ids]
    get_vector_store(index.node).upsert(index.collection, ids, vectors, facets)
    return ids


# `Image` fields that `_chroma_metadata` copies to Chroma.
MIRRORED_FIELDS = {
    *("category", "age_group", "colour", "gender", "brand", "styles"),
    "attributes",  # the pattern
}


def _chroma_metadata(image: Image) -> dict[str, Any]:
    """Return the facets that Chroma stores with a vector; see `FacetFilter.where`."""
    stated = image.read_stated_facets()
    facets: dict[str, Any] = {
        # Chroma refuses empty metadata.
        "version": image.version,
        "category": stated["kind"],
        "age_group": str(image.age_group_id or ""),
        "colour": stated["colour"],
        "pattern": stated["pattern"],
        "gender": image.gender.lower(),
        "brand": image.brand.lower(),
    }
    if styles := [str(style.pk) for style in image.styles.all()]:
        facets["styles"] = styles
    seen = image.read_seen_facets()
    return facets | {f"seen_{name}": value for name, value in seen.items()}


def _replace_collection(index: VectorIndex) -> None:
    """Switch to a new, empty collection, which workers write to from now on."""
    store, old = get_vector_store(index.node), index.collection
    index.collection = make_collection_name()
    index.is_complete = False
    store.create(index.collection)
    index.save(update_fields=["collection", "is_complete"])
    store.drop(old)


@contextmanager
def _repair_lock(index: VectorIndex) -> Iterator[bool]:
    """Hold the index's advisory lock; yield False if another session holds it.

    The lock belongs to the session, not to a transaction: other sessions must see each step.
    """
    number = index.pk.int % 2**63
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (is_held,) = cursor.fetchone()
        try:
            yield bool(is_held)
        finally:
            if is_held:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def make_collection_name() -> str:
    return f"index-{uuid7()}"


def audit_index(index: VectorIndex) -> None:
    """Repair an index, and rebuild its collection if queries miss too many of its vectors.

    Raises `VectorStoreUnavailable` and `CollectionUnusable`.
    """
    if not repair_index(index):
        return
    total, lost = 0, 0
    for ids, vectors in _read_embedded(index):
        total, lost = total + len(ids), lost + _count_lost(index, ids, vectors)
    log.info(
        "index_audited", shop=str(index.shop_id), index=str(index.pk), vectors=total, lost=lost
    )
    if lost > MAX_LOST_SHARE * total:
        rebuild_index(index)


def _read_embedded(index: VectorIndex) -> Iterator[tuple[list[str], Vectors]]:
    entries = IndexEntry.objects.filter(index=index, state=IndexEntry.State.INDEXED).embedded()
    rows = entries.order_by("pk").values_list("image_id", "embedding")
    for start in range(0, rows.count(), CALL_SIZE):
        chunk = list(rows[start : start + CALL_SIZE])
        if chunk:
            image_ids = [pk for pk, _ in chunk]
            vectors = np.stack([decode_embedding(embedding) for _, embedding in chunk])
            yield join_garments(image_ids, vectors, read_garments(index, image_ids))


def _count_lost(index: VectorIndex, ids: list[str], vectors: Vectors) -> int:
    found = get_vector_store(index.node).query_many(index.collection, vectors, count=NEIGHBOURS)
    return sum(
        pk not in neighbours.ids and not (neighbours.similarities >= MIN_COPY_SIMILARITY).any()
        for pk, neighbours in zip(ids, found, strict=True)
    )
