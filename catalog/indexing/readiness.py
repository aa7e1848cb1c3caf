"""Check that a second index finds all that the live index of its shop finds."""

from typing import Any

import structlog
from django.db.models import Exists, F, OuterRef, Q

from catalog.models import IndexEntry, VectorIndex

log = structlog.get_logger(__name__)

# Images that may fail in the new index. More means that the encoder or the storage is at fault.
MAX_FAILED_SHARE, MIN_FAILED = 0.01, 3


def has_all_images(index: VectorIndex) -> bool:
    """Return whether a second index finds all that the live one finds, and is calibrated."""
    index.refresh_from_db()
    if index.state != VectorIndex.State.BUILDING or find_untried(index).exists():
        return False
    embedded = IndexEntry.objects.filter(index=index).embedded().count()
    failed = _find_failed(index).count()
    if failed > max(MIN_FAILED, MAX_FAILED_SHARE * embedded) or failed > embedded:
        log.warning(
            "switch_blocked",
            shop=str(index.shop_id),
            index=str(index.pk),
            failed=failed,
            embedded=embedded,
        )
        return False
    return index.is_calibrated or not embedded


def may_be_switched(index: VectorIndex) -> bool:
    """Return whether a second index is ready, its collection is whole, and it had its trial."""
    if not has_all_images(index) or find_outdated(index).exists():
        return False
    has_images = IndexEntry.objects.filter(index=index).embedded().exists()
    return index.is_complete and (index.trial is not None or not has_images)


def find_untried(index: VectorIndex) -> Any:
    """Return entries of the live index whose images this one has neither embedded nor given up."""
    tried = Q(embedding__isnull=False) | Q(state=IndexEntry.State.FAILED)
    own = IndexEntry.objects.filter(tried, index=index, image=OuterRef("image"))
    return _find_live(index).filter(~Exists(own))


def find_outdated(index: VectorIndex) -> Any:
    """Return entries with the embedding of a former photo that nobody has requested again.

    A retired index has them, since it gets no requests.
    """
    entries = IndexEntry.objects.filter(index=index, state=IndexEntry.State.INDEXED)
    return entries.exclude(embedded_digest=F("image__digest"))


def _find_failed(index: VectorIndex) -> Any:
    """Return entries of the live index whose images this one could not embed."""
    failed = IndexEntry.objects.filter(
        index=index, image=OuterRef("image"), embedding=None, state=IndexEntry.State.FAILED
    )
    return _find_live(index).filter(Exists(failed))


def _find_live(index: VectorIndex) -> Any:
    """Return the entries with which the live index of the same shop answers."""
    entries = IndexEntry.objects.live().filter(shop_id=index.shop_id, image__deleted_at=None)
    return entries.embedded()
