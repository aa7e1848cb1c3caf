"""Periodic tasks of photo quality: find work without a wake-up, and delete old files and rows."""

from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.errors import Conflict
from core.jobs.queues import wake, wake_waiting
from core.storage import StorageUnavailable
from core.tenancy import all_shops
from quality.jobs import queues
from quality.models import Comparison, Enhancement
from quality.policies import find_unjudged_shops
from quality.services import discard

log = structlog.get_logger(__name__)

MAX_PURGED = 1_000


@shared_task
def sweep_quality(**_: Any) -> None:
    """Find expired leases, lost wake-ups, previews to apply, and jobs whose image is deleted."""
    wake_waiting((queues.COMPARISONS, queues.ENHANCEMENTS))
    with all_shops():
        has_ready = Enhancement.objects.ready().exists()
    if has_ready or queues.REPORTS.has_waiting() or queues.BATCH_ENHANCEMENTS.has_waiting():
        wake(queues.BULK)
    purge_orphans()


@shared_task
def request_missing_reports(**_: Any) -> None:
    """Request reports and judgements that should exist and were never requested."""
    queues.REPORTS.request_missing()
    for shop_id in find_unjudged_shops():
        wake(queues.JUDGE, shop_id=str(shop_id))


def purge_orphans() -> None:
    """Delete comparisons and enhancements whose images were deleted."""
    with all_shops():
        _remove(Enhancement.objects.filter(source__is_upload=False, source__image=None))
        lost = Q(first__is_upload=False, first__image=None)
        lost |= Q(second__is_upload=False, second__image=None)
        _remove(Comparison.objects.filter(lost))


@shared_task
def purge_old_jobs(**_: Any) -> None:
    """Delete comparisons, and enhancements that no image shows, past their retention time."""
    before = timezone.now() - settings.QUALITY_RETENTION
    with all_shops():
        _remove(Comparison.objects.filter(created_at__lt=before))
        _remove(
            Enhancement.objects.filter(created_at__lt=before).exclude(
                standing=Enhancement.Standing.APPLIED
            )
        )


def _remove(jobs: QuerySet[Any]) -> None:
    for job in jobs[:MAX_PURGED]:
        try:
            discard(job=job)
        except Conflict:
            continue  # it was applied after this query
        except StorageUnavailable as error:
            log.warning(
                "files_not_removed", shop=str(job.shop_id), job=str(job.pk), error=error.message
            )
            return
