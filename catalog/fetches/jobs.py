"""Fetch the photos that shops name by link, and make images of them."""

import io
import os
import re
import threading
from datetime import timedelta
from typing import Any

import httpx
from django.db import connection, transaction

from catalog.fetches.pauses import BUSY, PAUSES
from catalog.models import Image, PhotoFetch
from catalog.models.fetches import FETCHES
from catalog.services import add_photo, create_image
from core.downloads.addresses import DownloadRefused
from core.downloads.hosts import DownloadDelayed
from core.downloads.http import Download, download
from core.jobs.runner import AttemptFailed, Overtaken, Postponed
from core.jobs.turns import run_in_turns
from core.photos import Photo, PhotoRefused, open_photo
from decoder.limits import MAX_BYTES

# Photos that this process fetches at the same time, in all and of one host; each shop has at most
# half of them. Each may take `MAX_BYTES` of memory.
PLACES, HOST_PLACES = 16, 8
FETCH_SECONDS = 20
FIRST_WAIT = timedelta(seconds=30)
# Each wait is four times the one before, or as long as the server asks for.
WAIT_FACTOR = 4
MAX_WAIT = timedelta(hours=1)
PAGE = re.compile(rb"<!doctype html|<html|<head|<body", re.IGNORECASE)

# Photos wait here for a decoder, and not in `open_photo`, which gives up after a few seconds.
_decoding = threading.BoundedSemaphore(os.cpu_count() or 1)


class LinkedPhotoRefused(PhotoRefused):
    """What a link leads to is no photo, and nothing that looks like one."""


def fetch_waiting() -> int:
    """Fetch photos until none waits; return how many."""
    return run_in_turns(
        FETCHES, fetch_photo, places=PLACES, host_places=HOST_PLACES, find_host=find_host
    )


def fetch_photo(row: PhotoFetch) -> dict[str, Any]:
    """Fetch a photo and make its image; return the fields to store. Can run twice."""
    if row.image_id:
        return {}
    found = _download(row)
    with _decoding:
        photo = _open(found.data)
    with transaction.atomic():
        # In one transaction with the image, so that no second attempt makes a second image.
        current = row.if_current().select_for_update().first()
        if current is None or current.image_id:
            raise Overtaken
        image = _make_image(row, photo)
        row.if_current().update(image=image)
    return {"etag": found.validators.etag, "last_modified": found.validators.last_modified}


def find_host(row: PhotoFetch) -> str:
    """Return the host of a link."""
    return httpx.URL(row.url).raw_host.decode("ascii")


def _download(row: PhotoFetch) -> Download:
    """Return the photo's file, and record how its host behaves."""
    key = row.shop_id, find_host(row)
    if pause := PAUSES.find(key):
        seconds, reason = pause
        if reason.code == BUSY:
            raise Postponed(timedelta(seconds=seconds))
        raise _fail(row, reason)
    # Other threads need it while this one waits for the server.
    connection.close()
    try:
        found = download(row.url, max_bytes=MAX_BYTES, seconds=FETCH_SECONDS)
    except DownloadDelayed as error:
        PAUSES.record_failure(key, error)
        raise _fail(row, error) from error
    except DownloadRefused:
        PAUSES.record_answer(key)
        raise
    PAUSES.record_answer(key)
    if found is None:
        raise Overtaken
    return found


def _open(data: bytes) -> Photo:
    """Return the photo in a file; raise `PhotoRefused`, with the usual mistakes by their names."""
    if not data:
        raise LinkedPhotoRefused("The server sent an empty file.", code="photo_empty")
    try:
        return open_photo(io.BytesIO(data))
    except PhotoRefused as error:
        if PAGE.search(data[:1_000]):
            message = "The link leads to a web page; send the address of the photo itself."
            raise LinkedPhotoRefused(message, code="photo_is_page") from error
        raise


def _fail(row: PhotoFetch, error: DownloadDelayed) -> AttemptFailed:
    return AttemptFailed(error.code, error.message, wait=_find_wait(row, error))


def _make_image(row: PhotoFetch, photo: Photo) -> Image:
    if row.product is None:
        return create_image(
            shop=row.shop, photo=photo, fields={**row.read_fields(), "source_url": row.url}
        )
    return add_photo(product=row.product, photo=photo, source_url=row.url, **row.facts)


def _find_wait(row: PhotoFetch, error: DownloadDelayed) -> timedelta:
    wait: timedelta = FIRST_WAIT * WAIT_FACTOR ** (row.attempts - 1)
    asked = timedelta(seconds=min(error.wait or 0, MAX_WAIT.total_seconds()))
    return min(max(wait, asked), MAX_WAIT)
