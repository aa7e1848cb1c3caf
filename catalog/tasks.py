"""Tasks of the vector index: each is a wake-up, and finds its work in Postgres."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import Q

from catalog.fetches.jobs import fetch_waiting
from catalog.imports.jobs import import_waiting
from catalog.indexing import audit, indexes, repair, retirement, switches
from catalog.indexing.indexes import ENTRIES
from catalog.models import VectorIndex
from catalog.products import search_copy, word_counts
from core.errors import Unavailable
from core.jobs.queues import SingleFlight, wake
from core.jobs.runner import run_at_low_priority
from core.tenancy import all_shops, shop_scope

log = structlog.get_logger(__name__)

_indexing, _switching = SingleFlight(), SingleFlight()
_thumbnails, _fetches, _imports = SingleFlight(), SingleFlight(), SingleFlight()
_duplicates, _documents = SingleFlight(), SingleFlight()


@shared_task
def index_images(**_: Any) -> None:
    """Index all waiting images of all shops, then calibrate and repair indexes that need it."""
    # The web process imports this module, and must not import torch.
    from catalog.indexing.calibration import calibrate_indexes
    from catalog.indexing.pipeline import index_waiting
    from core.ml.batching import unload_encoders

    def index() -> None:
        touched = {*index_waiting(), *indexes.find_uncalibrated_indexes()}
        calibrate_indexes(switches.drop_stale(touched))

    _indexing.run(index)
    unload_encoders(keep=switches.find_checkpoints_in_use())
    wake_repairs()
    if switches.has_switches():
        wake(advance_switches.name)


@shared_task
def make_thumbnails(**_: Any) -> None:
    """Make the thumbnails of all new photos of all shops."""
    # The web process imports this module, and decodes no photo.
    from catalog.thumbnails.jobs import make_all_thumbnails

    _thumbnails.run(make_all_thumbnails)


@shared_task
def find_duplicates(**_: Any) -> None:
    """Hash the photos that all shops have newly embedded, and find their near-duplicates."""
    # The web process imports this module, and decodes no photo.
    from catalog.duplicates.jobs import find_all_duplicates

    _duplicates.run(lambda: run_at_low_priority(find_all_duplicates))


@shared_task
def fetch_photos(**_: Any) -> None:
    """Fetch the photos that all shops have sent as links."""
    _fetches.run(fetch_waiting)


@shared_task
def run_imports(**_: Any) -> None:
    """Run the imports that all shops have requested, one after the other."""
    _imports.run(import_waiting)


@shared_task
def write_missing_documents(**_: Any) -> None:
    """Write the documents of the search by words that are not there."""
    with all_shops():
        _documents.run(search_copy.write_missing)


@shared_task
def write_outdated_documents(**_: Any) -> None:
    """Write the documents of the search by words that differ from the texts of their products."""
    with all_shops():
        _documents.run(search_copy.write_outdated)


@shared_task
def count_words(*, shop_id: str, **_: Any) -> None:
    """Count the words of a shop's products, for spelling and suggestions."""
    with shop_scope(UUID(shop_id)):
        word_counts.count_words(UUID(shop_id))


@shared_task
def advance_switches(**_: Any) -> None:
    """Start the switches to other checkpoints that are needed, and take the next step of each."""
    # The web process imports this module, and must not import torch.
    from catalog.indexing.trial import run_trial

    _switching.run(partial(switches.advance_switches, run_trial))
    if ENTRIES.has_waiting():
        wake(index_images.name)


@shared_task
def remove_index(*, index_id: str, **_: Any) -> None:
    """Remove a retired index; the sweep retries while Chroma is down."""
    _run_or_postpone(index_id, retirement.remove_index, "removal_postponed")


def wake_repairs() -> None:
    """Have every incomplete index repaired, and every rebuild continued."""
    with all_shops():
        live = VectorIndex.objects.filter(state=VectorIndex.State.LIVE)
        # An index on a node that is not in the settings waits: the operator moves it.
        incomplete = Q(is_complete=False, node__in=settings.CHROMA_NODES)
        waiting = live.filter(incomplete | ~Q(next_collection=""))
        for pk in waiting.values_list("pk", flat=True):
            wake(repair_index.name, index_id=str(pk))


@shared_task
def repair_index(*, index_id: str, **_: Any) -> None:
    """Make a collection equal to Postgres again; the sweep retries while Chroma is down."""
    _run_or_postpone(index_id, repair.repair_index, "repair_postponed")


@shared_task
def drop_former_collection(*, index_id: str, **_: Any) -> None:
    """Drop a collection that a rebuild replaced; the sweep retries while Chroma is down."""
    _run_or_postpone(index_id, repair.drop_former, "removal_postponed")


@shared_task
def audit_index(*, index_id: str, **_: Any) -> None:
    """Compare a collection with Postgres, search for each of its vectors, and repair it."""

    def audit_and_mend(index: VectorIndex) -> None:
        audit.mend_index(index, audit.audit_index(index))

    _run_or_postpone(
        index_id, audit_and_mend, "audit_postponed", when_postponed=audit.release_claim
    )


def _run_or_postpone(
    index_id: str,
    work: Callable[[VectorIndex], object],
    event: str,
    *,
    when_postponed: Callable[[VectorIndex], None] | None = None,
) -> None:
    """Do work on an index that still exists; log `event` if Chroma is down."""
    with all_shops():
        for index in VectorIndex.objects.filter(pk=index_id):
            try:
                work(index)
            except Unavailable as error:
                log.warning(event, shop=str(index.shop_id), index=index_id, error=str(error))
                if when_postponed:
                    when_postponed(index)
