"""Run jobs: claim, work, and record the result while it is still wanted.

The work on a job is a function from its row to the fields of its result. It raises `DomainError`
when the photo cannot be processed, which fails the job with that message, `AttemptFailed` when
another attempt may succeed, and `Unavailable` when a dependency is down or `Postponed` when it is
too early, which postpone the job without counting an attempt.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import FileField
from django.db.models.functions import Now

from core.errors import DomainError, Unavailable
from core.jobs.models import Job
from core.jobs.queues import Claim, Queue
from core.log_context import keep_log_context
from core.storage import delete_files
from core.tenancy import all_shops, shop_scope

log = structlog.get_logger(__name__)

# Queries and indexing come first: clients wait for them.
NICENESS = 10

# Codes and details of problems; each is about the subject of the queue.
FILE_MISSING = ("{}_missing", "The {} is not in storage any more; send it again.")
WORKER_LOST = (
    "worker_lost",
    "The worker was lost each time it tried this {}; retry, or send another.",
)
FILE_FAILED = ("{}_failed", "Looking at this {} failed each time; retry, or send another.")


class Overtaken(Exception):
    """The job was requested again or deleted: its result is no longer wanted."""


class AttemptFailed(Exception):
    """This attempt failed; the next one comes after `wait`, unless it was the last."""

    def __init__(self, code: str, detail: str, *, wait: timedelta) -> None:
        super().__init__(detail)
        self.problem = {"code": code, "detail": detail}
        self.wait = wait


class Postponed(Exception):
    """It is too early for this job: the next attempt comes after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Postponed for {wait}.")
        self.wait = wait


T = TypeVar("T")
Run = Callable[[Any], dict[str, Any]]


def run_waiting(
    queue: Queue, run: Run, *, size: int, after: Callable[[], None] | None = None
) -> int:
    """Run jobs until none waits, `size` at a time; return how many were claimed.

    `after` is called after each `size` jobs.
    """
    count = 0
    while claims := queue.claim(size=size, lease=settings.QUALITY_LEASE_SECONDS):
        for claim in claims:
            run_one(queue, claim, run)
        if after:
            after()
        count += len(claims)
    return count


def run_one(queue: Queue, claim: Claim, run: Run) -> None:
    """Run a claimed job, and record its result, unless it was requested again or deleted."""
    with all_shops():
        rows = queue.model._default_manager.filter(pk=claim.row_id, version=claim.version)
        row: Any = rows.first()
    if row is None:
        return
    bound = structlog.contextvars.bound_contextvars(shop=str(row.shop_id), job=str(row.pk))
    with bound, shop_scope(row.shop_id):
        if claim.is_lost:
            _fail(row, _describe(WORKER_LOST, queue))
            return
        try:
            _record(row, run(row))
        except Overtaken:
            log.info("job_overtaken")
        except Unavailable as error:
            log.warning("job_postponed", error=error.message)
            _pending(row).postpone()
        except Postponed as error:
            _pending(row).postpone(wait=error.wait)
        except AttemptFailed as error:
            log.warning("attempt_failed", attempts=claim.attempts, code=error.problem["code"])
            if claim.is_last:
                _fail(row, error.problem)
            else:
                _pending(row).retry(attempts=claim.attempts, wait=error.wait, problem=error.problem)
        except DomainError as error:
            _fail(row, {"code": error.code, "detail": error.message})
        except FileNotFoundError:
            _fail(row, _describe(FILE_MISSING, queue))
        except Exception:
            log.exception("job_failed", attempts=claim.attempts)
            if claim.is_last:
                _fail(row, _describe(FILE_FAILED, queue))
            else:
                _pending(row).retry(attempts=claim.attempts)


def _describe(problem: tuple[str, str], queue: Queue) -> dict[str, str]:
    code, detail = (text.format(queue.subject) for text in problem)
    return {"code": code, "detail": detail}


def note_progress(row: Job, stage: str, share: float) -> None:
    """Store how much of a watched job is done, 0 to 1; raises `Overtaken` if it is not wanted."""
    if not _pending(row).update(stage=stage, progress=share):
        raise Overtaken


def _pending(row: Job) -> Any:
    """Return the row as a queryset, empty unless it is as it was claimed."""
    return row.if_current().filter(state=Job.State.PENDING)


def _record(row: Job, fields: dict[str, Any]) -> None:
    """Store a result, and delete files that it takes away; or delete its own if it is late."""
    files = [field.name for field in row._meta.fields if isinstance(field, FileField)]
    if not _pending(row).update(state=Job.State.DONE, problem=None, updated_at=Now(), **fields):
        delete_files(*(fields[name] for name in files if fields.get(name)))
        raise Overtaken
    delete_files(*(getattr(row, name).name for name in files if fields.get(name) == ""))


def _fail(row: Job, problem: dict[str, str]) -> None:
    _pending(row).update(state=Job.State.FAILED, problem=problem, updated_at=Now())
    log.warning("job_given_up", code=problem["code"])


def run_at_low_priority(work: Callable[[], object]) -> None:
    """Run work that no client waits for, so that other work gets the processors first."""
    # In its own thread: only root may raise a thread's priority again.
    with ThreadPoolExecutor(1, "low-priority", initializer=_lower_priority) as thread:
        thread.submit(keep_log_context(run_and_disconnect), work).result()


def _lower_priority() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def run_and_disconnect(work: Callable[[], T]) -> T:
    """Run work in another thread, and return its database connection to the pool."""
    try:
        return work()
    finally:
        connection.close()
