"""A shop's vector indexes, their queue, and writes to their collections."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
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
)
from catalog.indexing.nodes import choose_node
from catalog.models import CollectionAddress, Image, IndexEntry, VectorIndex
from core.jobs.queues import Queue
from core.ml.checkpoints import EncoderUnavailable, current_revision
from core.ml.vector_store import (
    CollectionUnusable,
    StoredVectors,
    Vectors,
    VectorStoreUnavailable,
    get_vector_store,
)
from core.postgres.trips import ResultRows, SqlStatement, load_models, run_together
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

WRITE_LOCKS = 2**62  # numbers of advisory locks from here on; those of repairs are smaller

ENTRIES = Queue(
    IndexEntry, task="catalog.tasks.index_images", waiting="state IN ('pending', 'removing')"
)


def get_live_index(shop_id: UUID) -> VectorIndex:
    """Return the shop's live index, and create its row on first use; does not need Chroma."""
    (answer,) = run_together(select_live_index(shop_id))
    return load_live_index(shop_id, answer)


def select_live_index(shop_id: UUID) -> SqlStatement:
    """Return the statement of `get_live_index`, for `load_live_index`."""
    return SqlStatement(_LIVE, [shop_id])


def load_live_index(shop_id: UUID, answer: ResultRows) -> VectorIndex:
    """Return the index of a row; create it if there is none."""
    if answer.rows:
        index: VectorIndex = load_models(VectorIndex, answer)[0]
    else:
        encoder = settings.DEFAULT_ENCODER
        index, _ = VectorIndex.objects.get_or_create(
            shop_id=shop_id,
            state=VectorIndex.State.LIVE,
            defaults={
                "encoder": encoder,
                "revision": find_revision(encoder),
                "node": choose_node(),
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


def request_entries(shop_id: UUID, image_ids: Collection[UUID]) -> None:
    """Have images indexed once this transaction commits, whether they have entries or not.

    That is in the live index, and in the second one where one is being built.
    """
    indexes = _lock_indexes(shop_id)
    entries = IndexEntry.objects.filter(image_id__in=image_ids, index__in=indexes)
    if entries.request() < len(indexes) * len(image_ids):
        add_entries(shop_id, image_ids, IndexEntry.State.PENDING)
    ENTRIES.wake()


def add_entries(shop_id: UUID, image_ids: Iterable[UUID], state: IndexEntry.State) -> None:
    """Give images the entries that they have not yet; wakes no worker."""
    indexes = _lock_indexes(shop_id)
    rows = [
        IndexEntry(shop_id=shop_id, index_id=index, image_id=image, state=state)
        for image in image_ids
        for index in indexes
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
    """Mark the collection for repair, unless it was replaced; search is exact until then."""
    found = VectorIndex.objects.filter(pk=index.pk, collection=index.collection)
    found.update(is_complete=False, damages=F("damages") + 1)
    log.warning("index_incomplete", shop=str(index.shop_id), index=str(index.pk))


@contextmanager
def share_writing(indexes: Collection[VectorIndex]) -> Iterator[None]:
    """Hold shares of the indexes' write locks, with the current names of their collections.

    A worker writes to Chroma and then to Postgres under a share of the lock. A repair holds the
    lock alone while it copies from Postgres to Chroma, so it neither copies what is just replaced
    nor deletes what is just added.
    """
    with _hold_locks("_shared", indexes):
        _read_collections(indexes)
        yield


@contextmanager
def lock_writing(index: VectorIndex) -> Iterator[None]:
    """Hold the index's write lock alone: no worker is between Chroma and Postgres."""
    with _hold_locks("", [index]):
        yield


@contextmanager
def _hold_locks(mode: str, indexes: Collection[VectorIndex]) -> Iterator[None]:
    # Of the session: others must see each step, which a transaction would hide.
    numbers = sorted({WRITE_LOCKS + index.pk.int % WRITE_LOCKS for index in indexes})
    if not numbers:
        yield
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute(_LOCK.format(f"lock{mode}"), [numbers])
            yield
        finally:
            cursor.execute(_LOCK.format(f"unlock{mode}"), [numbers])


_LOCK = "SELECT pg_advisory_{}(number) FROM unnest(%s::bigint[]) AS number"


def _read_collections(indexes: Collection[VectorIndex]) -> None:
    names = ("node", "collection", "next_node", "next_collection", "max_garments")
    rows = VectorIndex.objects.filter(pk__in=[index.pk for index in indexes])
    current = {pk: values for pk, *values in rows.values_list("pk", *names)}
    for index in indexes:
        for name, value in zip(names, current.get(index.pk, ()), strict=False):
            setattr(index, name, value)


def write_vectors(index: VectorIndex, images: list[Image], vectors: Vectors) -> list[str]:
    """Upsert the vectors (n, d) of images, and those of their garments, with the current facets.

    Returns the ids that the vectors have. Needs a share of the write lock.
    """
    copy = make_copy(index, images, vectors)

    def write(address: CollectionAddress) -> None:
        get_vector_store(address.node).upsert(address.name, copy.ids, copy.vectors, copy.facets)

    _change_collections(index, write, "vectors_not_mirrored")
    return copy.ids


def delete_vectors(index: VectorIndex, ids: Collection[str]) -> None:
    """Delete vectors; needs a share of the write lock."""

    def delete(address: CollectionAddress) -> None:
        get_vector_store(address.node).delete(address.name, sorted(ids))

    _change_collections(index, delete, "vectors_not_removed")


def _change_collections(
    index: VectorIndex, change: Callable[[CollectionAddress], None], event: str
) -> None:
    """Change each collection of an index; one that fails is repaired later, the others go on.

    A change that fails may have been made in part.
    """
    for address in index.addresses:
        try:
            change(address)
        except (VectorStoreUnavailable, CollectionUnusable) as error:
            log.warning(
                event,
                shop=str(index.shop_id),
                index=str(index.pk),
                node=address.node,
                error=error,
            )
            if address == index.address:
                mark_incomplete(index)
            else:
                _delay_switch(index)
    count_change(index)


def count_change(index: VectorIndex) -> None:
    """Have search forget what it remembers of the collection, which has just been changed."""
    VectorIndex.objects.filter(pk=index.pk).update(changes=F("changes") + 1)


def _delay_switch(index: VectorIndex) -> None:
    """Have the next collection compared with Postgres again before it answers."""
    found = VectorIndex.objects.filter(pk=index.pk, next_collection=index.next_collection)
    found.update(next_damages=F("next_damages") + 1)


def make_copy(index: VectorIndex, images: list[Image], vectors: Vectors) -> StoredVectors:
    """Return what a collection has to hold of images with these vectors (n, d)."""
    metadata = {str(image.pk): _chroma_metadata(image) for image in images}
    ids, facets = list(metadata), list(metadata.values())
    if index.max_garments:
        image_ids = [image.pk for image in images]
        ids, vectors = join_garments(image_ids, vectors, read_garments(index, image_ids))
        facets = [metadata[find_image_id(vector_id)] for vector_id in ids]
    return StoredVectors(ids, vectors, facets)


def _chroma_metadata(image: Image) -> dict[str, Any]:
    """Return the facets that Chroma stores with a vector; see `FacetFilter.where`.

    `catalog.products.search_copy` has an image indexed again when one of them changes.
    """
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
    if image.colours:
        facets["colours"] = image.colours
    seen = image.read_seen_facets()
    return facets | {f"seen_{name}": value for name, value in seen.items()}


def make_collection_name() -> str:
    return f"index-{uuid7()}"
