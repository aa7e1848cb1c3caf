"""Periodic tasks of the catalogue: find work without a wake-up, and audit collections."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import connection
from django.utils import timezone

from catalog.duplicates.queues import request_uncompared
from catalog.imports import requests
from catalog.indexing.audit import claim_due
from catalog.indexing.indexes import ENTRIES, find_uncalibrated_indexes
from catalog.indexing.nodes import report_missing_nodes
from catalog.indexing.repair import find_former
from catalog.indexing.retirement import find_removable
from catalog.indexing.switches import has_switches, may_need_switches
from catalog.models import PhotoFetch
from catalog.models.duplicates import PHOTO_HASHES
from catalog.models.fetches import FETCHES
from catalog.models.imports import IMPORTS
from catalog.models.thumbnails import THUMBNAILS
from catalog.products.word_counts import find_due_shops
from catalog.tasks import (
    advance_switches,
    audit_index,
    count_words,
    drop_former_collection,
    remove_index,
    wake_repairs,
    write_missing_documents,
    write_outdated_documents,
)
from core.jobs.queues import wake, wake_waiting
from core.tenancy import all_shops

MAX_ADOPTED = 1_000
AUDITS = 20  # that one run of the sweep requests

FAILED_FETCH_RETENTION = timedelta(days=30)
IMPORT_RETENTION = timedelta(days=90)


@shared_task
def sweep_index(**_: Any) -> None:
    """Wake indexing, calibration, repairs and switches where they are needed."""
    report_missing_nodes()
    if ENTRIES.has_waiting() or find_uncalibrated_indexes():
        wake(ENTRIES.task)
    wake_repairs()
    if has_switches() or may_need_switches():
        wake(advance_switches.name)
    for pk in find_removable():
        wake(remove_index.name, index_id=str(pk))
    for pk in find_former():
        wake(drop_former_collection.name, index_id=str(pk))


@shared_task
def sweep_photos(**_: Any) -> None:
    """Find expired leases, lost wake-ups, and attempts that are due."""
    wake_waiting((THUMBNAILS, FETCHES, IMPORTS, PHOTO_HASHES))


@shared_task
def request_missing_thumbnails(**_: Any) -> None:
    """Request the thumbnails of images that should have them and were never requested."""
    THUMBNAILS.request_missing()


@shared_task
def request_missing_hashes(**_: Any) -> None:
    """Request the comparison of photos that were never compared by the live embeddings."""
    request_uncompared()


@shared_task
def adopt_images(**_: Any) -> None:
    """Give products to images that the release before added while it still served."""
    with all_shops(), connection.cursor() as cursor:
        cursor.execute("SELECT adopt_images(%s)", [MAX_ADOPTED])


@shared_task
def purge_failed_fetches(**_: Any) -> None:
    """Delete links whose photo could not be fetched, a month later."""
    before = timezone.now() - FAILED_FETCH_RETENTION
    with all_shops():
        PhotoFetch.objects.filter(state=PhotoFetch.State.FAILED, updated_at__lt=before).delete()


@shared_task
def start_due_imports(**_: Any) -> None:
    """Import the feeds whose time has come."""
    requests.start_due_imports()


@shared_task
def purge_imports(**_: Any) -> None:
    """Delete imports that ended three months ago, with their problems and files."""
    requests.delete_old_imports(ended_before=timezone.now() - IMPORT_RETENTION)


@shared_task
def request_missing_documents(**_: Any) -> None:
    """Have documents written for products and images that the search by words does not find."""
    wake(write_missing_documents.name)


@shared_task
def request_outdated_documents(**_: Any) -> None:
    """Have documents written again that differ from the texts of their products."""
    wake(write_outdated_documents.name)


@shared_task
def request_word_counts(**_: Any) -> None:
    """Have the words of the products counted where they may have changed."""
    for pk in find_due_shops():
        wake(count_words.name, shop_id=str(pk))


@shared_task
def audit_indexes(**_: Any) -> None:
    """Have a few indexes audited; runs several times a night, until each was its turn."""
    for pk in claim_due(count=AUDITS):
        wake(audit_index.name, index_id=str(pk))
