"""Run imports: get the file, read it, write it in batches, and handle what has vanished."""

import tempfile
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db.models.functions import Now

from catalog.feeds.read import read_feed
from catalog.feeds.recognition import FeedFormat
from catalog.imports.batches import BatchWriter
from catalog.imports.disappearance import SeenIds, find_vanished, handle_vanished, is_doubtful
from catalog.imports.leases import Lease, LeasedFile
from catalog.models import Feed, ImportJob
from catalog.models.imports import IMPORTS, VanishedAction, make_feed_key
from core.downloads.hosts import DownloadDelayed
from core.downloads.http import Validators, download_into
from core.jobs.runner import AttemptFailed, Overtaken, run_waiting
from core.storage import open_file, save_stream

MAX_FEED_BYTES = 512 * 1024 * 1024
DOWNLOAD_SECONDS = 600
RETRY_WAIT, MAX_WAIT = timedelta(minutes=1), timedelta(hours=1)
FEED_TYPES = "text/csv, text/tab-separated-values, application/xml, application/x-ndjson, */*;q=0.8"


def import_waiting() -> int:
    """Run imports until none waits; return how many."""
    return run_waiting(IMPORTS, run_import, size=1)


def run_import(job: ImportJob) -> dict[str, Any]:
    """Import a file from the job's checkpoint on; return the fields to store. Can run again.

    The file is deleted with the result. Raises `FeedUnreadable`, and `Overtaken` if the job was
    cancelled or waits for a person.
    """
    lease = Lease(job)
    done = {"stage": "", "finished_at": Now(), "file": ""}
    if not job.file and not _fetch_file(job, lease):
        return {**done, "is_unchanged": True}
    with open_file(str(job.file)) as file:
        lease.store(stage=ImportJob.Stage.READING)
        writer = BatchWriter(job, lease)
        stream = cast(BinaryIO, LeasedFile(file, lease))
        writer.write_all(
            read_feed(
                stream,
                format=FeedFormat(job.format) if job.format else None,
                mapping=job.mapping,
                default_currency=job.default_currency or job.shop.default_currency,
            )
        )
    _handle_vanished(job, writer.seen, lease)
    if job.feed_id and not job.is_dry_run:
        validators = {"etag": job.etag, "last_modified": job.last_modified}
        Feed.objects.filter(pk=job.feed_id, url=job.url).update(**validators)
    return done


def _fetch_file(job: ImportJob, lease: Lease) -> bool:
    """Store what the job's address has as its file; return whether it has something new."""
    known = Validators(job.etag, job.last_modified) if job.is_conditional else None
    lease.store(stage=ImportJob.Stage.FETCHING)
    with tempfile.TemporaryFile(dir=settings.FEED_FOLDER) as file:
        try:
            found = download_into(
                cast(BinaryIO, LeasedFile(file, lease)),
                job.url,
                max_bytes=MAX_FEED_BYTES,
                seconds=DOWNLOAD_SECONDS,
                accept=FEED_TYPES,
                subject="feed",
                known=known,
            )
        except DownloadDelayed as error:
            wait = timedelta(seconds=error.wait) if error.wait else RETRY_WAIT * job.attempts
            wait = min(wait, MAX_WAIT)
            raise AttemptFailed(error.code, error.message, wait=wait) from error
        if found is None:
            return False
        name = save_stream(make_feed_key(job.shop_id), file)
        lease.store(file=name, etag=found.etag, last_modified=found.last_modified)
    return True


def _handle_vanished(job: ImportJob, seen: SeenIds, lease: Lease) -> None:
    if job.vanished == VanishedAction.KEEP or not job.source:
        return
    lease.store(stage=ImportJob.Stage.VANISHING)
    vanished, total = find_vanished(job, seen)
    if job.is_dry_run:
        lease.store(vanished_count=len(vanished))
        return
    if not job.is_confirmed and is_doubtful(seen, vanished=len(vanished), total=total):
        detail = (
            f"{len(vanished):,} of {total:,} products are not in the feed any more, and"
            f" {seen.unknown_rows:,} of its rows could not be read. Confirm the import to go on, or"
            " cancel it: what the feed has is written already."
        )
        problem = {"code": "confirmation_needed", "detail": detail}
        lease.store(state=ImportJob.State.WAITING, problem=problem)
        raise Overtaken
    handle_vanished(job, vanished, lease)
