"""What became of claimed entries goes to Chroma and Postgres, where it still holds.

Embeddings are float32 (d,), stored as float16 bytes.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np
import structlog
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from catalog.indexing.indexes import decode_embedding, mark_incomplete, write_vectors
from catalog.models import Image, IndexEntry, VectorIndex
from core.errors import Unavailable
from core.jobs.claims import Claim
from core.ml.encoder import Pixels
from core.ml.vector_store import CollectionUnusable, Vectors, VectorStoreUnavailable, vector_store

log = structlog.get_logger(__name__)

POSTPONED_FOR = timedelta(seconds=10)
BACKOFF = timedelta(seconds=2)

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
class Work:
    """A claimed entry on its way through the worker.

    It ends with an `embedding`, or given up with a `reason`, or to be retried, or
    postponed because something it needs is away.
    """

    claim: Claim
    entry: IndexEntry
    pixels: Pixels | None = None
    embedding: Vectors | None = None
    reason: str = ""
    must_retry: bool = False
    postponed_by: Unavailable | None = None

    @property
    def image(self) -> Image:
        return self.entry.image

    @property
    def is_removal(self) -> bool:
        return self.entry.state == IndexEntry.State.REMOVING

    @property
    def is_embedded(self) -> bool:
        """Whether the photo's embedding is known already: only facets have changed."""
        return bool(self.entry.embedding) and self.entry.embedded_digest == self.image.digest

    @property
    def result(self) -> Vectors | None:
        if self.embedding is None and not self.reason and self.is_embedded:
            return decode_embedding(self.entry.embedding)  # type: ignore[arg-type]
        return self.embedding


def record_works(works: list[Work]) -> set[UUID]:
    """Write vectors and states; return the indexes that got vectors.

    A result counts only where the entry is still as it was claimed: what a late one wrote
    to Chroma is taken back.
    """
    done = [work for work in works if work.result is not None]
    by_index: defaultdict[UUID, list[Work]] = defaultdict(list)
    for work in done:
        by_index[work.entry.index_id].append(work)
    for group in by_index.values():
        _write_vectors(group)
    counted = _record(done) if done else set()
    for group in by_index.values():
        _take_back([work for work in group if work.entry.pk not in counted])
    for work in works:
        _record_failure(work)
    if postponed := [work for work in works if work.postponed_by]:
        error = postponed[0].postponed_by
        log.warning("indexing_postponed", entries=len(postponed), error=str(error))
    return {work.entry.index_id for work in done if work.entry.pk in counted}


def _write_vectors(works: list[Work]) -> None:
    """Mirror to Chroma; if it is away the index is repaired later and searched exactly."""
    index = works[0].entry.index
    vectors = np.stack([work.result for work in works if work.result is not None])
    try:
        write_vectors(index, [work.image for work in works], vectors)
    except (VectorStoreUnavailable, CollectionUnusable) as error:
        log.warning("vectors_not_mirrored", index=str(index.pk), error=str(error))
        mark_incomplete(index)


def _record(works: list[Work]) -> set[UUID]:
    results = [work.result for work in works]
    columns = (
        [work.entry.pk for work in works],
        [work.claim.version for work in works],
        [result.astype(np.float16).tobytes() for result in results if result is not None],
        [work.image.digest for work in works],
    )
    with connection.cursor() as cursor:
        cursor.execute(RECORD, columns)
        return {pk for (pk,) in cursor.fetchall()}


def _take_back(works: list[Work]) -> None:
    """Undo late writes: remove the vectors of images that went, redo those that changed."""
    if not works:
        return
    index: VectorIndex = works[0].entry.index
    entries = IndexEntry.objects.filter(pk__in=[work.entry.pk for work in works])
    entries.filter(state=IndexEntry.State.INDEXED).request()
    kept = set(entries.exclude(state=IndexEntry.State.REMOVING).values_list("pk", flat=True))
    gone = [str(work.image.pk) for work in works if work.entry.pk not in kept]
    try:
        vector_store(index.node).delete(index.collection, gone)
    except (VectorStoreUnavailable, CollectionUnusable):
        mark_incomplete(index)


def _record_failure(work: Work) -> None:
    entry = IndexEntry.objects.filter(pk=work.entry.pk, version=work.claim.version)
    if work.reason:
        entry.update(state=IndexEntry.State.FAILED, reason=work.reason)
        log.warning("indexing_failed", image=str(work.image.pk), reason=work.reason)
    elif work.must_retry:
        wait = BACKOFF * 2**work.claim.attempts
        entry.update(due_at=Now() + wait)
    elif work.postponed_by:
        # Waiting for something that is away is no attempt.
        entry.update(due_at=Now() + POSTPONED_FOR, attempts=F("attempts") - 1)
