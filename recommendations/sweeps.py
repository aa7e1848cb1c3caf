"""Periodic tasks: count what arrived, and delete figures that nobody needs."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.tenancy import all_shops
from recommendations.analytics import rollup
from recommendations.ranking.popularity import refresh_popularity


@shared_task
def roll_up_figures(**_: Any) -> None:
    """Count new prompts and events, then update the popularity of images."""
    rollup.roll_up()
    with all_shops():
        refresh_popularity()


@shared_task
def delete_rare_prompts(**_: Any) -> None:
    """Delete the figures of rarely asked prompts of past days."""
    rollup.delete_rare_prompts(today=timezone.now().date())
