"""How work on photos is done: claimed, run, and recorded where it still counts.

A kind of work is a function from its row to the fields of its result. It raises `DomainError` where
the photo is at fault, which fails the job with that message, and `Unavailable` where something is
away, which the job waits for.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F, FileField
from django.db.models.functions import Now

from core.errors import DomainError, Unavailable
from core.jobs.claims import Claim, Queue
from core.storage import delete_files
from core.tenancy import all_shops, shop_scope
from quality.models import Job

log = structlog.get_logger(__name__)

POSTPONED_FOR = timedelta(seconds=10)
BACKOFF = timedelta(seconds=2)
MOST_ATTEMPTS = 5

GONE = {
    "code": "photo_missing",
    "detail": "The photo is not in storage any more; send it again.",
}
LOST = {
    "code": "worker_lost",
    "detail": "The worker was lost each time it tried this photo; retry, or send another.",
}
BROKEN = {
    "code": "photo_failed",
    "detail": "Looking at this photo failed each time; retry, or send another.",
}


class Overtaken(Exception):
    """The job was asked for anew, or is gone: its result counts no more."""


Run = Callable[[Any], dict[str, Any]]


def run_waiting(
    queue: Queue,
    model: type[Job],
    run: Run,
    *,
    size: int,
    after: Callable[[], None] | None = None,
) -> int:
    """Work until nothing waits, `after` each so many; return how many jobs were looked at."""
    count = 0
    while claims := queue.claim(size=size, lease=settings.QUALITY_LEASE_SECONDS):
        for claim in claims:
            _run_one(claim, model, run)
        if after:
            after()
        count += len(claims)
    return count


def _run_one(claim: Claim, model: type[Job], run: Run) -> None:
    with all_shops():
        row = model.objects.filter(pk=claim.row_id, version=claim.version).first()
    if row is None:
        return
    bound = structlog.contextvars.bound_contextvars(shop=str(row.shop_id), job=str(row.pk))
    with bound, shop_scope(row.shop_id):
        if claim.attempts > MOST_ATTEMPTS:
            _fail(row, LOST)
            return
        try:
            _record(row, run(row))
        except Overtaken:
            log.info("job_overtaken")
        except Unavailable as error:
            log.warning("job_postponed", error=error.message)
            # Waiting for something that is away is no attempt.
            _due_in(row, POSTPONED_FOR, attempts=F("attempts") - 1)
        except DomainError as error:
            _fail(row, {"code": error.code, "detail": error.message})
        except FileNotFoundError:
            _fail(row, GONE)
        except Exception:
            log.exception("job_failed", attempts=claim.attempts)
            if claim.attempts >= MOST_ATTEMPTS:
                _fail(row, BROKEN)
            else:
                _due_in(row, BACKOFF * 2**claim.attempts)


def claimed(row: Job) -> Any:
    """Return the rows to change, if the job is still as it was claimed: one or none."""
    return type(row).objects.filter(pk=row.pk, version=row.version, state=Job.State.PENDING)


def note_progress(row: Job, stage: str, share: float) -> None:
    """Say how far a watched job has got; raises `Overtaken` when nobody wants it any more."""
    if not claimed(row).update(stage=stage, progress=share):
        raise Overtaken


def _record(row: Job, fields: dict[str, Any]) -> None:
    if claimed(row).update(state=Job.State.DONE, problem=None, updated_at=Now(), **fields):
        return
    files = [field.name for field in row._meta.fields if isinstance(field, FileField)]
    delete_files(*(fields[name] for name in files if fields.get(name)))
    raise Overtaken


def _fail(row: Job, problem: dict[str, str]) -> None:
    claimed(row).update(state=Job.State.FAILED, problem=problem, updated_at=Now())
    log.warning("job_given_up", code=problem["code"])


def _due_in(row: Job, wait: timedelta, **fields: Any) -> None:
    claimed(row).update(due_at=Now() + wait, **fields)
