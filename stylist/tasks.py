"""Nudges: garments may wait to be tagged; Postgres says whether they do."""

from typing import Any

from celery import shared_task
from django.db import transaction

from core.jobs.wakeups import Turn, nudge, run_nicely
from stylist.tagging import queues


def nudge_tagging() -> None:
    """Tell the GPU worker, once this transaction commits, that a shopper added garments."""
    transaction.on_commit(lambda: nudge(tag_wardrobes), robust=True)


def nudge_tagging_images() -> None:
    """Tell the GPU worker, once this transaction commits, that images wait to be tagged."""
    transaction.on_commit(lambda: nudge(tag_images), robust=True)


_wardrobes, _images = Turn(), Turn()


@shared_task
def tag_wardrobes(**_: Any) -> None:
    """Tag what shoppers have added."""
    from stylist.tagging import jobs  # OpenCV and torch, which the web process lacks

    _wardrobes.take(jobs.tag_wardrobes)


@shared_task
def tag_images(**_: Any) -> None:
    """Tag the catalogues' images, after all else."""
    from stylist.tagging import jobs  # OpenCV and torch, which the web process lacks

    _images.take(lambda: run_nicely(jobs.tag_images))


@shared_task
def sweep_stylist(**_: Any) -> None:
    """Find what nobody was told of: expired leases, lost nudges, doomed files."""
    from stylist import sweeps

    if queues.WARDROBE.has_waiting():
        nudge(tag_wardrobes)
    if queues.IMAGES.has_waiting():
        nudge(tag_images)
    sweeps.remove_doomed()


@shared_task
def find_untagged_images(**_: Any) -> None:
    """Ask for the tags of images that nobody told of."""
    from stylist import sweeps

    sweeps.request_missing_tags()


@shared_task
def purge_stylist(**_: Any) -> None:
    """Forget conversations, and outfits nobody has spoken of, that are older than they are kept."""
    from stylist import sweeps

    sweeps.purge_old()
