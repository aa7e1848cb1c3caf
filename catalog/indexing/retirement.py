"""Retire indexes, and remove them once no request reads them and they cannot be taken back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone

from catalog.indexing.repair import drop_former
from catalog.models import GarmentVectors, IndexEntry, VectorIndex
from core.ml.vector_store import get_vector_store
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

State = VectorIndex.State
# Requests that read the old index just before the switch have ended by then.
RETIREMENT = timedelta(minutes=1)
RESTORE_PERIOD = timedelta(days=7)
CHUNK = 5_000


def retire(index: VectorIndex, *, is_restorable: bool) -> None:
    """Retire an index that the caller has locked; a restorable one is stored for some days."""
    now = timezone.now()
    index.state, index.switched_at = State.RETIRED, now
    index.restorable_until = now + RESTORE_PERIOD if is_restorable else None
    index.save(update_fields=["state", "switched_at", "restorable_until"])
    if is_restorable:
        # Nothing waits in it: what is missing or old by then is requested when it is taken back.
        entries = IndexEntry.objects.filter(index=index).exclude(state=IndexEntry.State.REMOVING)
        entries.filter(embedding=None).delete()
        entries.exclude(state=IndexEntry.State.INDEXED).update(
            state=IndexEntry.State.INDEXED, reason=""
        )


def find_removable() -> list[UUID]:
    """Return retired indexes that no request reads any more, and nobody can take back."""
    with all_shops():
        old = _find_over().filter(switched_at__lt=timezone.now() - RETIREMENT)
        return list(old.values_list("pk", flat=True))


def is_over(index: VectorIndex) -> bool:
    """Return whether an index is retired and cannot be taken back: it is removed soon."""
    return bool(_find_over().filter(pk=index.pk).exists())


def remove_index(index: VectorIndex) -> None:
    """Remove a retired index: its collections, its entries, and the garments of its checkpoint.

    Does nothing if it was taken back. Entries of deleted images stay, and with them the index,
    until their files are removed. Raises `VectorStoreUnavailable`.
    """
    # Without a date, nobody takes it back from here on.
    if not _find_over().filter(pk=index.pk).update(restorable_until=None):
        return
    drop_former(index)
    for address in index.addresses:
        get_vector_store(address.node).drop(address.name)
    entries = IndexEntry.objects.filter(index=index).exclude(state=IndexEntry.State.REMOVING)
    while entries.filter(pk__in=list(entries.values_list("pk", flat=True)[:CHUNK])).delete()[0]:
        pass
    others = VectorIndex.objects.filter(shop_id=index.shop_id).exclude(state=State.RETIRED)
    if not others.filter(encoder=index.encoder, revision=index.revision).exists():
        GarmentVectors.objects.of(index).delete()
    if not IndexEntry.objects.filter(index=index).exists():
        index.delete()
        log.info("index_removed", shop=str(index.shop_id), index=str(index.pk))


def _find_over() -> Any:
    """Return retired indexes that cannot be taken back."""
    is_over = Q(restorable_until=None) | Q(restorable_until__lt=timezone.now())
    return VectorIndex.objects.filter(is_over, state=State.RETIRED)
