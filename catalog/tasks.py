"""Nudges: each says that there may be work, and finds out in Postgres whether there is."""

from typing import Any

import structlog
from celery import shared_task
from django.db import transaction

from catalog.indexing import audit, indexes
from catalog.models import VectorIndex
from core.errors import Unavailable
from core.jobs.wakeups import Turn, nudge
from core.ml.vector_store import CollectionUnusable
from core.tenancy import all_shops

log = structlog.get_logger(__name__)


def nudge_indexing() -> None:
    """Tell the GPU worker, once this transaction commits, that entries wait.

    A nudge that cannot be sent is no loss: the sweep finds the entries in Postgres.
    """
    transaction.on_commit(lambda: nudge(index_images), robust=True)


def nudge_rebuild(index: VectorIndex) -> None:
    """Have an index's collection built anew, once this transaction commits."""
    indexes.mark_incomplete(index)
    arguments = {"index_id": str(index.pk), "rebuild": True}
    transaction.on_commit(lambda: nudge(repair_index, **arguments), robust=True)


def _send_repairs() -> None:
    with all_shops():
        damaged = VectorIndex.objects.filter(is_complete=False, state=VectorIndex.State.LIVE)
        for pk in damaged.values_list("pk", flat=True):
            nudge(repair_index, index_id=str(pk))


_indexing = Turn()


@shared_task
def index_images(**_: Any) -> None:
    """Index what waits; a nudge that finds this process at it only asks for another look."""
    # The web process sends this task, and must not import torch.
    from catalog.indexing.calibration import calibrate_indexes
    from catalog.indexing.pipeline import index_waiting

    _indexing.take(lambda: calibrate_indexes({*index_waiting(), *indexes.unmeasured_indexes()}))
    _send_repairs()


@shared_task
def sweep_index(**_: Any) -> None:
    """Find what nobody was told of: expired leases, lost nudges, indexes to measure or repair."""
    from catalog.indexing.queue import has_waiting

    if has_waiting() or indexes.unmeasured_indexes():
        nudge(index_images)
    _send_repairs()


@shared_task
def repair_index(*, index_id: str, rebuild: bool = False, **_: Any) -> None:
    """Make one index's collection mirror Postgres again; the sweep retries while Chroma is away."""
    with all_shops():
        index = VectorIndex.objects.filter(pk=index_id).first()
        if index is None:
            return
        try:
            (indexes.rebuild_index if rebuild else indexes.repair_index)(index)
        except Unavailable as error:
            log.warning("repair_postponed", index=index_id, error=error.message)


@shared_task
def audit_indexes(**_: Any) -> None:
    """Have every live index compared with Postgres and asked for each of its vectors."""
    with all_shops():
        live = VectorIndex.objects.filter(state=VectorIndex.State.LIVE)
        for pk in live.values_list("pk", flat=True):
            nudge(audit_index, index_id=str(pk))


@shared_task
def audit_index(*, index_id: str, **_: Any) -> None:
    """Audit one index."""
    with all_shops():
        index = VectorIndex.objects.filter(pk=index_id).first()
        if index is None:
            return
        try:
            audit.audit_index(index)
        except (Unavailable, CollectionUnusable) as error:
            log.warning("audit_postponed", index=index_id, error=str(error))
            indexes.mark_incomplete(index)
