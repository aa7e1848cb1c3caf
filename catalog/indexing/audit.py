"""Audit a collection: every vector is compared with Postgres, and searched for by itself."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from catalog.indexing.drift import Changes, Drift, compare_ids, find_changes, read_copy, split
from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import lock_writing
from catalog.indexing.repair import rebuild_index, repair_index
from catalog.models import IndexEntry, VectorIndex
from core.ml.vector_store import CollectionUnusable, get_vector_store
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

PERIOD = timedelta(hours=20)  # an index is audited once a night
# An approximate graph may miss a few of its vectors: about one in 4,000 with our configuration. If
# more are lost or wrong, the collection is damaged.
MAX_SICK_SHARE = 0.005
NEIGHBOURS = 10
MIN_COPY_SIMILARITY = 0.999  # a copy of the same photo may be found instead


@dataclass(frozen=True, slots=True)
class IndexAudit:
    """What an audit found in a collection, as ids of vectors.

    `lost` vectors are in the collection, but no search finds them. `vectors` counts those that were
    compared. An unusable collection is missing or cannot be read.
    """

    vectors: int = 0
    drift: Drift = field(default_factory=lambda: Drift(frozenset(), frozenset()))
    changes: Changes = field(default_factory=Changes)
    lost: frozenset[str] = frozenset()
    is_usable: bool = True

    @property
    def is_sick(self) -> bool:
        """Whether so many vectors are wrong or lost that the collection must be rebuilt."""
        return len(self.lost | self.changes.vectors) > MAX_SICK_SHARE * self.vectors

    @property
    def needs_repair(self) -> bool:
        """Whether anything has to be written again."""
        return bool(self.drift or self.changes) or self.is_sick or not self.is_usable


def audit_index(index: VectorIndex) -> IndexAudit:
    """Compare a collection with Postgres and search for each vector; changes neither.

    Images may change at the same time. Raises `VectorStoreUnavailable`.
    """
    try:
        drift = compare_ids(index, index.address)
        changes = find_changes(index, index.address, drift.common)
        lost = _find_lost(index, drift.common - changes.vectors)
    except CollectionUnusable as error:
        log.warning(
            "collection_unusable", shop=str(index.shop_id), index=str(index.pk), error=error
        )
        return IndexAudit(is_usable=False)
    found = IndexAudit(len(drift.common), drift, changes, lost)
    log.info(
        "index_audited",
        shop=str(index.shop_id),
        index=str(index.pk),
        vectors=found.vectors,
        missing=len(drift.missing),
        extra=len(drift.extra),
        changed=len(changes.vectors),
        outdated=len(changes.facets),
        lost=len(lost),
    )
    return found


def mend_index(index: VectorIndex, audit: IndexAudit) -> bool:
    """Repair what an audit found; a damaged collection is rebuilt while it answers.

    Returns whether the collection equals Postgres now. Raises `VectorStoreUnavailable`.
    """
    if audit.is_sick:
        return rebuild_index(index)
    return repair_index(index) if audit.needs_repair else True


def claim_due(*, count: int) -> list[UUID]:
    """Return up to `count` indexes whose last audit is longest ago; others do not get them."""
    with all_shops(), transaction.atomic():
        last = Q(audited_at=None) | Q(audited_at__lt=timezone.now() - PERIOD)
        indexes = VectorIndex.objects.select_for_update(skip_locked=True).filter(last)
        current = indexes.exclude(state=VectorIndex.State.RETIRED).filter(is_complete=True)
        due = current.order_by(F("audited_at").asc(nulls_first=True), "pk")
        ids = list(due.values_list("pk", flat=True)[:count])
        VectorIndex.objects.filter(pk__in=ids).update(audited_at=timezone.now())
    return ids


def release_claim(index: VectorIndex) -> None:
    """Let an index be claimed again soon, since its audit did not end."""
    VectorIndex.objects.filter(pk=index.pk).update(audited_at=None)


def _find_lost(index: VectorIndex, vector_ids: frozenset[str]) -> frozenset[str]:
    """Return those of the vectors that a search for them does not find."""
    lost: set[str] = set()
    for part in split({find_image_id(pk) for pk in vector_ids}):
        found = _search(index, part)
        if found:
            # Perhaps a worker is between Chroma and Postgres.
            with lock_writing(index):
                found = _search(index, [find_image_id(pk) for pk in found])
        lost.update(found)
    return frozenset(lost & vector_ids)


def _search(index: VectorIndex, image_ids: list[str]) -> list[str]:
    copy = read_copy(index, image_ids, state=IndexEntry.State.INDEXED)
    if not copy.ids:
        return []
    store = get_vector_store(index.node)
    found = store.query_many(index.collection, copy.vectors, count=NEIGHBOURS)
    return [
        pk
        for pk, neighbours in zip(copy.ids, found, strict=True)
        if pk not in neighbours.ids and not (neighbours.similarities >= MIN_COPY_SIMILARITY).any()
    ]
