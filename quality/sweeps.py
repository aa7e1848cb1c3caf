"""What the sweeps find: images without a report, and photos that are to go."""

from datetime import datetime
from typing import Any

import structlog
from django.db.models import Q, QuerySet

from core.errors import Conflict
from core.storage import StorageUnavailable
from core.tenancy import all_shops, shop_scope
from quality.models import Comparison, Enhancement, Report
from quality.of_images import images_without
from quality.services import discard, request_reports

log = structlog.get_logger(__name__)

AT_ONCE = 1_000
REQUESTED_AT_ONCE = 10_000  # more than a worker gets through until the next look


def request_missing_reports() -> int:
    """Have live images measured of whose photo there is no report; return how many there are."""
    by_shop = images_without(Report, limit=REQUESTED_AT_ONCE)
    for shop_id, image_ids in by_shop.items():
        with shop_scope(shop_id):
            request_reports(shop_id=shop_id, image_ids=image_ids)
    return sum(map(len, by_shop.values()))


def has_ready() -> bool:
    """Say whether previews of a batch wait to be applied."""
    with all_shops():
        return bool(Enhancement.objects.ready().exists())


def purge_gone() -> None:
    """Remove what was made of images that were deleted."""
    with all_shops():
        _remove(Enhancement.objects.filter(source__is_upload=False, source__image=None))
        lost = Q(first__is_upload=False, first__image=None)
        lost |= Q(second__is_upload=False, second__image=None)
        _remove(Comparison.objects.filter(lost))


def purge_old(*, before: datetime) -> None:
    """Remove comparisons and unapplied enhancements that were asked for before a moment."""
    with all_shops():
        _remove(Comparison.objects.filter(created_at__lt=before))
        _remove(
            Enhancement.objects.filter(created_at__lt=before).exclude(
                standing=Enhancement.Standing.APPLIED
            )
        )


def _remove(jobs: QuerySet[Any]) -> None:
    for job in jobs[:AT_ONCE]:
        try:
            discard(job=job)
        except Conflict:
            continue  # applied since it was found
        except StorageUnavailable as error:
            log.warning("files_not_removed", job=str(job.pk), error=error.message)
            return
