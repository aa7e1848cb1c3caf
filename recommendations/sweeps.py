"""Periodic tasks: count, compute affinity, delete what nobody needs; and the task of replays."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.jobs.queues import SingleFlight, wake_waiting
from core.jobs.runner import run_at_low_priority
from core.tenancy import all_shops
from recommendations.affinity.refresh import refresh_all
from recommendations.analytics import rollup
from recommendations.demand import refresh
from recommendations.models.replays import REPLAYS
from recommendations.ranking.popularity import refresh_popularity
from recommendations.replays import jobs, requests

_replays = SingleFlight()


@shared_task
def roll_up_figures(**_: Any) -> None:
    """Count new prompts and events, then update the popularity of images."""
    rollup.roll_up()
    with all_shops():
        refresh_popularity()


@shared_task
def refresh_demand(**_: Any) -> None:
    """Compute the related searches and the suggested synonyms of all shops."""
    refresh.refresh_demand()


@shared_task
def delete_rare_prompts(**_: Any) -> None:
    """Delete the figures of rarely asked prompts of past days."""
    rollup.delete_rare_prompts(today=timezone.now().date())


@shared_task
def run_replays(**_: Any) -> None:
    """Run the replays of all shops; above the API, since it reads stored requests as that does."""
    # The parser of requests, which no other task needs.
    from recommendations.api.search.inputs import read_stored_query

    _replays.run(lambda: run_at_low_priority(lambda: jobs.run_all_replays(read_stored_query)))


@shared_task
def sweep_replays(**_: Any) -> None:
    """Find expired leases, lost wake-ups, and replays that were postponed."""
    wake_waiting((REPLAYS,))


@shared_task
def purge_replays(**_: Any) -> None:
    """Delete replays a month later, with their prompts."""
    requests.delete_old_replays()


@shared_task
def refresh_affinity(**_: Any) -> None:
    """Include the events since the last run in what is bought and liked together."""
    refresh_all()


@shared_task
def compute_affinity(**_: Any) -> None:
    """Compute what is bought and liked together, and collaborative vectors, from all events."""
    refresh_all(complete=True)
