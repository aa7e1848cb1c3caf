"""Start, confirm, cancel and resume imports, and start those of feeds that are due."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.models import Feed, ImportJob
from catalog.models.imports import IMPORTS, make_feed_key
from core.errors import Conflict
from core.storage import delete_files, save_stream
from core.tenancy import all_shops, shop_scope
from tenants.models import Shop

OPTIONS = ("format", "mapping", "default_currency", "vanished")
MINUTE = timedelta(minutes=1)


class ImportNotPossible(Conflict):
    """The state of the import does not allow this."""

    code = "import_state"


class ImportRunning(Conflict):
    """An import of the same feed is not finished yet."""

    code = "import_running"
    message = "An import of this feed runs or waits for you; cancel it, or let it end."


class FeedHasNoAddress(Conflict):
    """There is nothing to fetch."""

    code = "feed_has_no_address"
    message = "This feed has no address: send a file with POST imports/ and the name of the feed."


def start_import(
    *, shop: Shop, file: BinaryIO | None, url: str, feed: Feed | None, fields: dict[str, Any]
) -> ImportJob:
    """Store a file, or note an address, and have a worker import it; raise `ImportRunning`.

    A feed's options apply where `fields` have none.
    """
    options = {name: getattr(feed, name) for name in OPTIONS} if feed else {}
    job = ImportJob(shop=shop, feed=feed, url=url, **{**options, **fields})
    job.source = feed.name if feed else ""
    try:
        if file:
            job.file.name = save_stream(make_feed_key(shop.pk), file)
        with transaction.atomic():
            if feed:
                _refuse_second(feed)
            job.save(force_insert=True)
            IMPORTS.wake()
    except BaseException:
        delete_files(job.file.name)
        raise
    return job


def start_feed_import(*, feed: Feed, is_conditional: bool = False) -> ImportJob:
    """Have a worker import what a feed's address has; raise `ImportRunning`.

    If `is_conditional`, only if that is new.
    """
    if not feed.url:
        raise FeedHasNoAddress
    known = {"etag": feed.etag, "last_modified": feed.last_modified} if is_conditional else {}
    fields = {"is_conditional": is_conditional, **known}
    return start_import(shop=feed.shop, file=None, url=feed.url, feed=feed, fields=fields)


def _refuse_second(feed: Feed) -> None:
    Feed.objects.select_for_update().filter(pk=feed.pk).first()
    if ImportJob.objects.unfinished().filter(feed=feed, is_dry_run=False).exists():
        raise ImportRunning


def confirm_import(*, job: ImportJob) -> None:
    """Let products vanish that an import asks about; raise `ImportNotPossible`."""
    _move(job, {ImportJob.State.WAITING}, "It does not wait to be confirmed.", is_confirmed=True)


def resume_import(*, job: ImportJob) -> None:
    """Continue a failed or cancelled import where it was; raise `ImportNotPossible`."""
    ended = {ImportJob.State.FAILED, ImportJob.State.CANCELLED}
    if not (job.file or job.url):
        raise ImportNotPossible("Its file was deleted; send the file again.")
    with transaction.atomic():
        if job.feed and not job.is_dry_run:
            _refuse_second(job.feed)
        _move(job, ended, "Only a failed or cancelled import can be resumed.")


def _move(job: ImportJob, states: Collection[str], message: str, **fields: Any) -> None:
    """Have a worker continue a job that is in one of these states."""
    with transaction.atomic():
        rows = ImportJob.objects.filter(pk=job.pk, state__in=states)
        if not rows.restart(
            state=ImportJob.State.PENDING, problem=None, finished_at=None, **fields
        ):
            raise ImportNotPossible(message)
        IMPORTS.wake()


def cancel_import(*, job: ImportJob) -> None:
    """End an import before its next batch; raise `ImportNotPossible`. What is written stays."""
    rows = ImportJob.objects.unfinished().filter(pk=job.pk)
    fields = {"state": ImportJob.State.CANCELLED, "finished_at": Now(), "updated_at": Now()}
    if not rows.update(version=F("version") + 1, problem=None, **fields):
        raise ImportNotPossible("It has ended already.")


def start_due_imports() -> int:
    """Start an import of each feed that is due; return how many.

    One whose import still runs waits for its next time.
    """
    count = 0
    for feed_id, shop_id in _find_due():
        with shop_scope(shop_id), transaction.atomic():
            feed = (
                Feed.objects.select_related("shop")
                .select_for_update(of=("self",))
                .filter(pk=feed_id, next_due_at__lte=Now())
            )
            for row in feed:
                Feed.objects.filter(pk=row.pk).update(next_due_at=Now() + _interval(row))
                try:
                    start_feed_import(feed=row, is_conditional=True)
                except ImportRunning:
                    continue
                count += 1
    return count


def _find_due() -> list[tuple[UUID, UUID]]:
    with all_shops():
        due = Feed.objects.filter(next_due_at__lte=Now())
        return list(due.order_by("next_due_at").values_list("pk", "shop_id")[:1_000])


def _interval(feed: Feed) -> timedelta:
    return MINUTE * (feed.interval_minutes or 1)


def delete_old_imports(*, ended_before: datetime) -> int:
    """Delete imports that ended before a time, or wait since then; return how many."""
    running = Q(state=ImportJob.State.PENDING)
    count = 0
    with all_shops():
        jobs = ImportJob.objects.filter(updated_at__lt=ended_before).exclude(running)
        for job in jobs.only("file").iterator():
            delete_files(job.file.name)
            job.delete()
            count += 1
    return count
