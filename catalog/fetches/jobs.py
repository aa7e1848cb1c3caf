"""Fetch the photos that shops name by link, and make images of them."""

import io
from datetime import timedelta
from typing import Any

import httpx
from django.db import transaction

from catalog.models import PhotoFetch
from catalog.models.fetches import FETCHES
from catalog.services import create_image
from core.downloads import DownloadDelayed, download
from core.jobs.runner import AttemptFailed, Overtaken, run_in_lanes
from core.photos import open_photo
from decoder.limits import MAX_BYTES

# The photos of one host are fetched one after the other; all of a claim within its lease.
CLAIMED = 4
FETCH_SECONDS = 20
FIRST_WAIT = timedelta(seconds=30)
# Each wait is four times the one before, or as long as the server asks for.
WAIT_FACTOR = 4
MAX_WAIT = timedelta(hours=1)
MAX_HEADER_LENGTH = 1_000


def fetch_waiting() -> int:
    """Fetch photos until none waits; return how many."""
    return run_in_lanes(FETCHES, fetch_photo, size=CLAIMED, find_lane=_find_host)


def fetch_photo(row: PhotoFetch) -> dict[str, Any]:
    """Fetch a photo and make its image; return the fields to store. Can run twice."""
    if row.image_id:
        return {}
    try:
        found = download(row.url, max_bytes=MAX_BYTES, seconds=FETCH_SECONDS)
    except DownloadDelayed as error:
        raise AttemptFailed(error.code, error.message, wait=_find_wait(row, error)) from error
    photo = open_photo(io.BytesIO(found.data))
    with transaction.atomic():
        # In one transaction with the image, so that no second attempt makes a second image.
        current = row.if_current().select_for_update().first()
        if current is None or current.image_id:
            raise Overtaken
        image = create_image(shop=row.shop, photo=photo, fields=row.read_fields())
        row.if_current().update(image=image)
    return {
        "etag": found.etag[:MAX_HEADER_LENGTH],
        "last_modified": found.last_modified[:MAX_HEADER_LENGTH],
    }


def _find_host(row: PhotoFetch) -> str:
    return httpx.URL(row.url).host


def _find_wait(row: PhotoFetch, error: DownloadDelayed) -> timedelta:
    wait: timedelta = FIRST_WAIT * WAIT_FACTOR ** (row.attempts - 1)
    asked = timedelta(seconds=min(error.wait or 0, MAX_WAIT.total_seconds()))
    return min(max(wait, asked), MAX_WAIT)
