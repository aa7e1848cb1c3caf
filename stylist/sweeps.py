"""Periodic tasks of the stylist: find work without a wake-up, and delete old files and rows."""

from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.queues import wake_waiting
from core.storage import StorageUnavailable, delete_files
from core.tenancy import all_shops
from stylist.models import Conversation, DoomedFile, Outfit
from stylist.tagging.queues import IMAGES, WARDROBE, request_missing_facts

log = structlog.get_logger(__name__)

CHUNK = 1_000


@shared_task
def sweep_stylist(**_: Any) -> None:
    """Find expired leases, lost wake-ups, and files whose rows are deleted."""
    wake_waiting((WARDROBE, IMAGES))
    delete_pending_files()


@shared_task
def request_missing_tags(**_: Any) -> None:
    """Request the tags and facts of images that should have them and were never requested."""
    IMAGES.request_missing()
    request_missing_facts()


def delete_pending_files() -> int:
    """Delete files whose rows are deleted, until none is left or storage is down; count them."""
    count = 0
    while doomed := list(DoomedFile.objects.order_by("pk")[:CHUNK]):
        try:
            delete_files(*(row.name for row in doomed))
        except StorageUnavailable as error:
            log.warning("files_not_removed", error=error.message)
            break
        DoomedFile.objects.filter(pk__in=[row.pk for row in doomed]).delete()
        count += len(doomed)
    return count


@shared_task
def purge_stylist(**_: Any) -> None:
    """Delete conversations, and outfits without feedback, past their retention time."""
    before = timezone.now() - settings.CONVERSATION_RETENTION
    with all_shops():
        _delete(Conversation.objects.filter(updated_at__lt=before))
        _delete(Outfit.objects.filter(created_at__lt=before, feedback=None))


def _delete(rows: QuerySet[Any]) -> None:
    """Delete rows in chunks: Django reads dependent rows before it deletes them."""
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        rows.filter(pk__in=ids).delete()
