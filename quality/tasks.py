"""Tasks of photo quality: each is a wake-up, and finds its work in Postgres."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import celeryd_after_setup

from core.jobs.queues import SingleFlight
from core.jobs.runner import run_at_low_priority
from core.tenancy import shop_scope
from quality import policies

GPU_QUEUES = frozenset({"gpu", "gpu.interactive"})

_interactive, _bulk = SingleFlight(), SingleFlight()


@celeryd_after_setup.connect
def warm_up(instance: Any, **_: Any) -> None:
    """Load OpenCV and the fitted models before taking tasks: no client should wait for that."""
    if GPU_QUEUES.isdisjoint(instance.app.amqp.queues.consume_from):
        return
    from quality.jobs import assessments

    assessments.warm_up()


@shared_task
def run_interactive_jobs(**_: Any) -> None:
    """Make the comparisons and enhancements that clients wait for."""
    from quality.jobs import watched_jobs  # OpenCV, which the web process lacks

    def work() -> None:
        while watched_jobs.make_comparisons() + watched_jobs.make_enhancements():
            pass

    _interactive.run(work)


@shared_task
def run_bulk_jobs(**_: Any) -> None:
    """Make reports and the enhancements of batches."""
    from quality.jobs import assessments, watched_jobs  # OpenCV, which the web process lacks

    def work() -> None:
        while assessments.make_reports() + watched_jobs.make_batch_previews():
            pass

    _bulk.run(lambda: run_at_low_priority(work))


@shared_task(send_events=False)
def assess_photo(*, request_id: str, **_: Any) -> None:
    """Measure an uploaded photo whose figures a client waits for."""
    from quality.jobs.assessments import assess_upload  # OpenCV, which the web process lacks

    assess_upload(request_id)


@shared_task
def judge_reports(*, shop_id: str, **_: Any) -> None:
    """Judge a shop's reports by its current rules, without measuring photos again."""
    with shop_scope(UUID(shop_id)):
        policies.judge_reports()
