"""Periodic tasks of the vector index: find work without a wake-up, and audit collections."""

from typing import Any

from celery import shared_task

from catalog.indexing.indexes import ENTRIES, find_uncalibrated_indexes
from catalog.indexing.switches import find_removable, has_switches, may_need_switches
from catalog.models import VectorIndex
from catalog.tasks import advance_switches, audit_index, remove_index, wake_repairs
from core.jobs.queues import wake
from core.tenancy import all_shops


@shared_task
def sweep_index(**_: Any) -> None:
    """Wake indexing, calibration, repairs and switches where they are needed."""
    if ENTRIES.has_waiting() or find_uncalibrated_indexes():
        wake(ENTRIES.task)
    wake_repairs()
    if has_switches() or may_need_switches():
        wake(advance_switches.name)
    for pk in find_removable():
        wake(remove_index.name, index_id=str(pk))


@shared_task
def audit_indexes(**_: Any) -> None:
    """Have every live index audited."""
    with all_shops():
        live = VectorIndex.objects.filter(state=VectorIndex.State.LIVE)
        for pk in live.values_list("pk", flat=True):
            wake(audit_index.name, index_id=str(pk))
