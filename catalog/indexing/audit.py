"""The nightly audit: a collection holds what Postgres holds, and returns every vector for itself.

An approximate graph can lose the way to a few of its vectors: about one in 4,000 as it is
configured here. More means that it is damaged.
"""

from collections.abc import Iterator

import numpy as np
import structlog

from catalog.indexing.indexes import decode_embedding, rebuild_index, repair_index
from catalog.models import IndexEntry, VectorIndex
from core.ml.vector_store import get_vector_store

log = structlog.get_logger(__name__)

TOLERATED = 0.005  # of the vectors
NEIGHBOURS = 10
SAME = 0.999  # so similar is a copy, which may stand in for the vector itself
CHUNK = 250


def audit_index(index: VectorIndex) -> None:
    """Mend an index, and build its collection anew if it keeps vectors to itself.

    Raises `VectorStoreUnavailable` and `CollectionUnusable`.
    """
    if not repair_index(index):
        return
    total, lost = 0, 0
    for ids, vectors in _chunks(index):
        total, lost = total + len(ids), lost + _count_lost(index, ids, vectors)
    log.info("index_audited", index=str(index.pk), vectors=total, lost=lost)
    if lost > TOLERATED * total:
        rebuild_index(index)


def _chunks(index: VectorIndex) -> Iterator[tuple[list[str], np.ndarray]]:
    entries = IndexEntry.objects.filter(index=index, state=IndexEntry.State.INDEXED).embedded()
    rows = entries.order_by("pk").values_list("image_id", "embedding")
    for start in range(0, rows.count(), CHUNK):
        chunk = list(rows[start : start + CHUNK])
        if chunk:
            yield (
                [str(pk) for pk, _ in chunk],
                np.stack([decode_embedding(embedding) for _, embedding in chunk]),
            )


def _count_lost(index: VectorIndex, ids: list[str], vectors: np.ndarray) -> int:
    found = get_vector_store(index.node).query_many(index.collection, vectors, count=NEIGHBOURS)
    return sum(
        pk not in neighbours.ids and not (neighbours.similarities >= SAME).any()
        for pk, neighbours in zip(ids, found, strict=True)
    )
