"""The nightly audit: a collection equals Postgres, and a query with each vector finds it.

An approximate graph may miss a few of its vectors: about one in 4,000 with our configuration. If
more are missing, the graph is damaged.
"""

from collections.abc import Iterator

import numpy as np
import structlog

from catalog.indexing.indexes import decode_embedding, rebuild_index, repair_index
from catalog.models import IndexEntry, VectorIndex
from core.ml.vector_store import get_vector_store

log = structlog.get_logger(__name__)

MAX_LOST_SHARE = 0.005
NEIGHBOURS = 10
MIN_COPY_SIMILARITY = 0.999  # a copy of the same photo may be found instead
CHUNK = 250


def audit_index(index: VectorIndex) -> None:
    """Repair an index, and rebuild its collection if queries miss too many of its vectors.

    Raises `VectorStoreUnavailable` and `CollectionUnusable`.
    """
    if not repair_index(index):
        return
    total, lost = 0, 0
    for ids, vectors in _chunks(index):
        total, lost = total + len(ids), lost + _count_lost(index, ids, vectors)
    log.info("index_audited", index=str(index.pk), vectors=total, lost=lost)
    if lost > MAX_LOST_SHARE * total:
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
        pk not in neighbours.ids and not (neighbours.similarities >= MIN_COPY_SIMILARITY).any()
        for pk, neighbours in zip(ids, found, strict=True)
    )
