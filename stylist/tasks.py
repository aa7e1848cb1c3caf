"""Tasks of the stylist: each is a wake-up, and finds its work in Postgres."""

from typing import Any

from celery import shared_task

from core.jobs.queues import SingleFlight
from core.jobs.runner import run_at_low_priority

_wardrobes, _images = SingleFlight(), SingleFlight()


@shared_task
def tag_wardrobes(**_: Any) -> None:
    """Tag the garments that shoppers have added."""
    from stylist.tagging import jobs  # OpenCV and torch, which the web process lacks

    _wardrobes.run(jobs.tag_wardrobes)


@shared_task
def tag_images(**_: Any) -> None:
    """Tag the images of the catalogues, at low priority."""
    from stylist.tagging import jobs  # OpenCV and torch, which the web process lacks

    _images.run(lambda: run_at_low_priority(jobs.tag_images))
