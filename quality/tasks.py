"""Nudges: photos may wait to be looked at; Postgres says whether they do."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import celeryd_after_setup
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.jobs.wakeups import Turn, nudge, run_nicely
from core.tenancy import shop_scope
from quality.jobs import queues

GPU_QUEUES = frozenset({"gpu", "gpu.interactive"})


@celeryd_after_setup.connect
def warm_up(instance: Any, **_: Any) -> None:
    """Load OpenCV and what was fitted before taking tasks: nobody is to wait for that."""
    if GPU_QUEUES.isdisjoint(instance.app.amqp.queues.consume_from):
        return
    from quality.jobs.warm_up import measure_anything

    measure_anything()


def nudge_requests() -> None:
    """Tell the GPU worker, once this transaction commits, that somebody waits."""
    transaction.on_commit(lambda: nudge(work_on_requests), robust=True)


def nudge_bulk() -> None:
    """Tell the GPU worker, once this transaction commits, that reports or batches wait."""
    transaction.on_commit(lambda: nudge(work_in_bulk), robust=True)


def nudge_judging(shop_id: UUID) -> None:
    """Have a shop's reports judged by its present rules, once this transaction commits."""
    transaction.on_commit(lambda: nudge(judge_anew, shop_id=str(shop_id)), robust=True)


_requests, _bulk = Turn(), Turn()


@shared_task
def work_on_requests(**_: Any) -> None:
    """Compare and enhance what somebody waits for."""
    from quality.jobs import comparisons, enhancements  # OpenCV, which the web process lacks

    def work() -> None:
        while comparisons.make_comparisons() + enhancements.make_enhancements():
            pass

    _requests.take(work)


@shared_task
def work_in_bulk(**_: Any) -> None:
    """Make reports and the enhancements of batches."""
    from quality.jobs import enhancements, reports  # OpenCV, which the web process lacks

    def work() -> None:
        while reports.make_reports() + enhancements.make_batched():
            pass

    _bulk.take(lambda: run_nicely(work))


@shared_task(send_events=False)
def assess_photo(*, request_id: str, **_: Any) -> None:
    """Measure a photo that a caller sent along and waits for."""
    from quality.jobs.uploads import assess_upload  # OpenCV, which the web process lacks

    assess_upload(request_id)


@shared_task
def judge_anew(*, shop_id: str, **_: Any) -> None:
    """Hold a shop's present rules against what was measured; no photo is looked at again."""
    from quality.reports.judgement import judge_reports

    with shop_scope(UUID(shop_id)):
        judge_reports()


@shared_task
def sweep_quality(**_: Any) -> None:
    """Find what nobody was told of: expired leases, lost nudges, photos whose image is gone."""
    from quality import sweeps

    if any(queue.has_waiting() for queue in queues.REQUESTED):
        nudge(work_on_requests)
    if any(queue.has_waiting() for queue in queues.IN_BULK) or sweeps.has_ready():
        nudge(work_in_bulk)
    sweeps.purge_gone()


@shared_task
def find_missing_reports(**_: Any) -> None:
    """Ask for the reports of images that nobody told of, and for judgements nobody came to."""
    from quality import sweeps
    from quality.reports import judgement

    sweeps.request_missing_reports()
    for shop_id in judgement.find_unjudged_shops():
        nudge(judge_anew, shop_id=str(shop_id))


@shared_task
def purge_quality(**_: Any) -> None:
    """Remove comparisons and unapplied enhancements that are older than they are kept."""
    from quality import sweeps

    sweeps.purge_old(before=timezone.now() - settings.QUALITY_RETENTION)
