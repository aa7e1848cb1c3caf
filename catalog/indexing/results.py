"""Store the results of indexing in Chroma and Postgres, and remove deleted images.

Embeddings are float32 (d,), stored as float16 bytes.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from django.db import connection, transaction

from catalog.indexing.garment_vectors import make_vector_ids
from catalog.indexing.indexes import (
    ENTRIES,
    decode_embedding,
    delete_vectors,
    share_writing,
    write_vectors,
)
from catalog.models import GarmentVectors, Image, IndexEntry, Thumbnails, VectorIndex
from catalog.models.duplicates import PHOTO_HASHES
from core.errors import Unavailable
from core.jobs.queues import Claim
from core.ml.encoder import Pixels
from core.ml.vector_store import Vectors
from core.storage import StorageUnavailable, delete_files

log = structlog.get_logger(__name__)

# More garments of a photo are not searched for.
MAX_GARMENTS = 8

RECORD = """
UPDATE catalog_indexentry AS entry
SET state = 'indexed', reason = '', embedding = done.embedding,
    embedded_digest = done.digest, updated_at = now()
FROM unnest(%s::uuid[], %s::integer[], %s::bytea[], %s::text[])
    AS done(id, version, embedding, digest)
WHERE entry.id = done.id AND entry.version = done.version AND entry.state = 'pending'
RETURNING entry.id
"""


@dataclass(slots=True, eq=False)
class PipelineItem:
    """A claimed entry in the pipeline.

    It ends with an `embedding`, or failed with a `reason`, or to be retried, or postponed by a
    dependency that is down. `copies` are items of photos with the same bytes, which get its
    embedding.
    """

    claim: Claim
    entry: IndexEntry
    pixels: Pixels | None = None
    embedding: Vectors | None = None
    reason: str = ""
    must_retry: bool = False
    postponed_by: Unavailable | None = None
    copies: list["PipelineItem"] = field(default_factory=list)

    @property
    def image(self) -> Image:
        return self.entry.image

    @property
    def is_removal(self) -> bool:
        return self.entry.state == IndexEntry.State.REMOVING

    @property
    def is_wanted(self) -> bool:
        """Whether the image is to be indexed: not removed, nor of an index that is removed."""
        return not self.is_removal and self.entry.index.state != VectorIndex.State.RETIRED

    @property
    def is_first(self) -> bool:
        """Whether no vector of the image was ever written."""
        return self.claim.version == 1 and self.claim.attempts == 1

    @property
    def is_embedded(self) -> bool:
        """Whether the stored embedding is of the current photo: only facets have changed."""
        return bool(self.entry.embedding) and self.entry.embedded_digest == self.image.digest

    @property
    def is_new(self) -> bool:
        """Whether the photo is to be embedded, and was not yet."""
        return not (self.is_embedded or self.claim.is_lost) and self.embedding is None

    @property
    def result(self) -> Vectors | None:
        if self.embedding is None and not self.reason and self.is_embedded:
            return decode_embedding(self.entry.embedding)  # type: ignore[arg-type]
        return self.embedding


def record_items(items: list[PipelineItem]) -> set[UUID]:
    """Write vectors and states; return the indexes that got vectors.

    A result counts only while the entry is as it was claimed. A late result was written to Chroma
    as well, and is undone there.
    """
    done = [item for item in items if item.result is not None]
    by_index: defaultdict[UUID, list[PipelineItem]] = defaultdict(list)
    for item in done:
        by_index[item.entry.index_id].append(item)
    recorded: set[UUID] = set()
    if done:
        with share_writing([group[0].entry.index for group in by_index.values()]):
            for group in by_index.values():
                _write_vectors(group)
            recorded = _record(done)
            for group in by_index.values():
                _undo_late_results([item for item in group if item.entry.pk not in recorded])
    _request_hashes([item for item in done if item.entry.pk in recorded])
    for item in items:
        _record_failure(item)
    if postponed := [item for item in items if item.postponed_by]:
        error = postponed[0].postponed_by
        log.warning("indexing_postponed", entries=len(postponed), error=error)
    return {item.entry.index_id for item in done if item.entry.pk in recorded}


def _write_vectors(items: list[PipelineItem]) -> None:
    """Write to Chroma; while it is down search is exact, and the index is repaired later."""
    index = items[0].entry.index
    vectors = np.stack([item.result for item in items if item.result is not None])
    written = write_vectors(index, [item.image for item in items], vectors)
    _delete_surplus(index, [item for item in items if not item.is_first], written)


def _delete_surplus(index: VectorIndex, items: list[PipelineItem], written: list[str]) -> None:
    """Delete vectors of garments that the photos had when they were written before."""
    possible = {
        vector_id
        for item in items
        for vector_id in make_vector_ids(item.image.pk, index.max_garments)
    }
    if surplus := possible - set(written):
        delete_vectors(index, surplus)


def _record(items: list[PipelineItem]) -> set[UUID]:
    results = [item.result for item in items]
    columns = (
        [item.entry.pk for item in items],
        [item.claim.version for item in items],
        [result.astype(np.float16).tobytes() for result in results if result is not None],
        [item.image.digest for item in items],
    )
    with connection.cursor() as cursor:
        cursor.execute(RECORD, columns)
        return {pk for (pk,) in cursor.fetchall()}


def _request_hashes(items: list[PipelineItem]) -> None:
    """Have newly embedded photos compared with the shop's others, by their live embeddings."""
    by_shop: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for item in items:
        if item.embedding is not None and item.entry.index.state == VectorIndex.State.LIVE:
            by_shop[item.image.shop_id].append(item.image.pk)
    for shop_id, image_ids in by_shop.items():
        PHOTO_HASHES.request(shop_id=shop_id, image_ids=image_ids)


def _undo_late_results(items: list[PipelineItem]) -> None:
    """Delete the late vectors of deleted images, and index changed images again."""
    if not items:
        return
    entries = IndexEntry.objects.filter(pk__in=[item.entry.pk for item in items])
    current = entries.exclude(index__state=VectorIndex.State.RETIRED)
    current.filter(state=IndexEntry.State.INDEXED).request()
    live = set(entries.exclude(state=IndexEntry.State.REMOVING).values_list("pk", flat=True))
    deleted = [item.image.pk for item in items if item.entry.pk not in live]
    _delete_vectors(items[0].entry.index, deleted)


def _record_failure(item: PipelineItem) -> None:
    entry = IndexEntry.objects.filter(pk=item.entry.pk, version=item.claim.version)
    if item.reason:
        entry.update(state=IndexEntry.State.FAILED, reason=item.reason)
        log.warning(
            "indexing_failed",
            shop=str(item.image.shop_id),
            image=str(item.image.pk),
            reason=item.reason,
        )
    elif item.must_retry:
        entry.retry(attempts=item.claim.attempts)
    elif item.postponed_by:
        entry.postpone()


def remove_entries(entries: list[IndexEntry]) -> None:
    """Remove the vectors, the files and the rows of deleted images, in this order.

    Can run twice. While Chroma is down the vectors stay until the next repair; they are in no
    answer, since search checks its candidates in Postgres.
    """
    by_index: defaultdict[VectorIndex, list[UUID]] = defaultdict(list)
    # Of every index: the rows of all go with the image.
    images = {entry.image_id for entry in entries}
    for entry in IndexEntry.objects.filter(image__in=images).select_related("index"):
        by_index[entry.index].append(entry.image_id)
    with share_writing(by_index.keys()):
        for index, image_ids in by_index.items():
            _delete_vectors(index, image_ids)
    for image in {entry.image for entry in entries}:
        try:
            _remove_image(image)
        except StorageUnavailable as error:
            # The row stays, and with it the entry that asks for the removal.
            log.warning(
                "files_not_removed",
                shop=str(image.shop_id),
                image=str(image.pk),
                error=error.__cause__,
            )


def _remove_image(image: Image) -> None:
    """Delete the files and the row of a deleted image; raises `StorageUnavailable`."""
    with transaction.atomic():
        # Locked: a worker that is making thumbnails then finds the row gone, and deletes its files.
        thumbnails = Thumbnails.objects.select_for_update().filter(image=image).first()
        names = thumbnails.files.values() if thumbnails else ()
        delete_files(image.photo.name, image.original.name, *names)
        Image.objects.filter(pk=image.pk, deleted_at__isnull=False).delete()


def _delete_vectors(index: VectorIndex, image_ids: list[UUID]) -> None:
    ids = [pk for image in image_ids for pk in make_vector_ids(image, index.max_garments)]
    delete_vectors(index, ids)


def record_garment_vectors(
    *, image_id: UUID, image_version: int, encoder: str, revision: str, vectors: Vectors
) -> None:
    """Replace the vectors (k, d) of the garments in an image's photo, and have them searched for.

    The main garment comes first. Can run twice. Does nothing if the image is deleted or has another
    photo by now. An index of another encoder or revision is not changed. Needs the shop's scope.
    """
    data = vectors[:MAX_GARMENTS].astype(np.float16)
    with transaction.atomic():
        images = Image.objects.live().select_for_update(no_key=True).filter(version=image_version)
        image: Image | None = images.filter(pk=image_id).first()
        if image is None:
            return
        fields = {"image_version": image_version, "count": len(data), "embeddings": data.tobytes()}
        if _store(image, encoder, revision, fields):
            _request_mirroring(image, encoder, revision, len(data))


def _store(image: Image, encoder: str, revision: str, fields: dict[str, Any]) -> bool:
    """Store the row of an image, or delete it if there are no garments; return if it changed."""
    rows = GarmentVectors.objects.filter(image=image, encoder=encoder, revision=revision)
    if not fields["count"]:
        return bool(rows.delete()[0])
    before = rows.values(*fields).first()
    if before and {**before, "embeddings": bytes(before["embeddings"])} == fields:
        return False
    rows.update_or_create(
        defaults=fields,
        create_defaults={
            **fields,
            "shop_id": image.shop_id,
            "image": image,
            "encoder": encoder,
            "revision": revision,
        },
    )
    return True


def _request_mirroring(image: Image, encoder: str, revision: str, count: int) -> None:
    indexes = VectorIndex.objects.filter(
        shop_id=image.shop_id, encoder=encoder, revision=revision
    ).exclude(state=VectorIndex.State.RETIRED)
    indexes.filter(max_garments__lt=count).update(max_garments=count)
    # A held image is indexed when it is cleared.
    if image.status != Image.Status.HELD:
        IndexEntry.objects.filter(image=image, index__in=indexes).request()
        ENTRIES.wake()
