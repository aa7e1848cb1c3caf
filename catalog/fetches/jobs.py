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
from catalog.services import add_photo, create_image, update_image
from core.downloads.addresses import DownloadRefused
from core.downloads.hosts import DownloadDelayed
from core.downloads.http import Download, Validators, download
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
    """Fetch a photo, and make its image or replace the image's photo; can run twice.

    Nothing changes if the photo is still the one that was fetched last.
    """
    found = _download(row)
    if found is None:
        return {}
    with _decoding:
        photo = _open(found.data)
    with transaction.atomic():
        # In one transaction with the image, so that no second attempt makes a second image.
        current = row.if_current().select_for_update().first()
        if current is None or current.image_id != row.image_id:
            raise Overtaken
        row.if_current().update(
            image=_replace_photo(current, photo) if row.image_id else _make_image(row, photo),
            etag=found.validators.etag,
            last_modified=found.validators.last_modified,
            digest=photo.digest,
        )
    return {}


def find_host(row: PhotoFetch) -> str:
    """Return the host of a link."""
    return httpx.URL(row.url).raw_host.decode("ascii")


def _download(row: PhotoFetch) -> Download | None:
    """Return the photo's file, or None if it is unchanged, and record how its host behaves."""
    key = row.shop_id, find_host(row)
    if pause := PAUSES.find(key):
        seconds, reason = pause
        if reason.code == BUSY:
            raise Postponed(timedelta(seconds=seconds))
        raise _fail(row, reason)
    known = Validators(row.etag, row.last_modified) if row.image_id and row.digest else None
    # Other threads need it while this one waits for the server.
    connection.close()
    try:
        found = download(row.url, max_bytes=MAX_BYTES, seconds=FETCH_SECONDS, known=known)
    except DownloadDelayed as error:
        PAUSES.record_failure(key, error)
        raise _fail(row, error) from error
    except DownloadRefused:
        PAUSES.record_answer(key)
        raise
    PAUSES.record_answer(key)
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


def _replace_photo(row: PhotoFetch, photo: Photo) -> Image:
    """Replace the photo of an image, unless the link or the image had it already."""
    image: Image = Image.objects.get(pk=row.image_id)
    if photo.digest not in {row.digest, image.digest}:
        update_image(image=image, fields={}, photo=photo)
    Image.objects.filter(pk=row.image_id).exclude(source_url=row.url).update(source_url=row.url)
    return image


def _find_wait(row: PhotoFetch, error: DownloadDelayed) -> timedelta:
    wait: timedelta = FIRST_WAIT * WAIT_FACTOR ** (row.attempts - 1)
    asked = timedelta(seconds=min(error.wait or 0, MAX_WAIT.total_seconds()))
    return min(max(wait, asked), MAX_WAIT)
