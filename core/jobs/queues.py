"""Queues of jobs in Postgres: claims under a lease, and wake-ups of the task that works on them.

    REPORTS = Queue(Report, task="quality.tasks.run_bulk_jobs")
    REPORTS.wake()                              # after the transaction that requested a report
    claims = REPORTS.claim(size=8, lease=120)   # in the worker

A claim takes a few rows of every waiting shop in turn. A row without a result can be claimed again
when its lease ends, so a worker that dies loses nothing. A wake-up may be lost as well: a sweep
calls `wake_waiting`.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError as BrokerUnavailable

from core.jobs.models import MAX_ATTEMPTS, QueueRow
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

# The first query is a loose index scan: it jumps from shop to shop on the partial index, so its
# cost grows with the number of waiting shops and not with their backlogs. The rows of each shop
# are numbered, and a batch takes all first rows, then all second rows, until it is full.
CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT shop_id FROM {table}
     WHERE {waiting} AND due_at <= statement_timestamp()
     ORDER BY shop_id LIMIT 1)
    UNION ALL
    SELECT (SELECT shop_id FROM {table}
            WHERE {waiting} AND due_at <= statement_timestamp()
              AND shop_id > waiting.shop_id
            ORDER BY shop_id LIMIT 1)
    FROM waiting WHERE waiting.shop_id IS NOT NULL
), turns AS (
    SELECT first.id, row_number() OVER (PARTITION BY waiting.shop_id ORDER BY first.id) AS turn
    FROM (SELECT shop_id FROM waiting
          WHERE shop_id IS NOT NULL AND shop_id <> ALL(%(without)s::uuid[])
          ORDER BY random() LIMIT %(size)s) AS waiting
    CROSS JOIN LATERAL (
        SELECT id FROM {table}
        WHERE shop_id = waiting.shop_id
          AND {waiting} AND due_at <= statement_timestamp()
        ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ) AS first
), claimed AS (
    SELECT id FROM turns ORDER BY turn, random() LIMIT %(size)s
)
UPDATE {table} AS work
SET due_at = statement_timestamp() + make_interval(secs => %(lease)s), attempts = attempts + 1
FROM claimed WHERE work.id = claimed.id
RETURNING work.id, work.version, work.attempts
"""
HAS_WAITING = """
SELECT EXISTS (SELECT 1 FROM {table} WHERE {waiting} AND due_at <= statement_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A row's state when it was claimed; `attempts` includes this one."""

    row_id: UUID
    version: int
    attempts: int

    @property
    def is_last(self) -> bool:
        """Whether the row fails for good when this attempt fails."""
        return self.attempts >= MAX_ATTEMPTS

    @property
    def is_lost(self) -> bool:
        """Whether the worker died in every attempt there was: the row fails untried."""
        return self.attempts > MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Queue:
    """The rows of a model that wait for work, and the name of the Celery task that does it.

    `waiting` is an SQL condition on the row; the model has a partial index on (shop, id) with the
    same condition. `subject` is what its jobs read, and is named in their problems.
    """

    model: type[QueueRow]
    task: str
    waiting: str = "state = 'pending'"
    subject: str = "photo"

    def claim(self, *, size: int, lease: float, without: Collection[UUID] = ()) -> list[Claim]:
        """Lease up to `size` waiting rows for `lease` seconds; makes one query.

        They are of all shops but those that `without` names.
        """
        options: dict[str, Any] = {"size": size, "lease": lease, "without": list(without)}
        with all_shops(), connection.cursor() as cursor:
            cursor.execute(self._sql(CLAIM), options)
            return [Claim(*row) for row in cursor.fetchall()]

    def has_waiting(self) -> bool:
        """Return whether any row of any shop could be claimed now."""
        with all_shops(), connection.cursor() as cursor:
            cursor.execute(self._sql(HAS_WAITING))
            (is_waiting,) = cursor.fetchone()
        return bool(is_waiting)

    def wake(self) -> None:
        """Wake a worker for this queue once the current transaction commits."""
        wake_on_commit(self.task)

    def _sql(self, query: str) -> str:
        return query.format(table=self.model._meta.db_table, waiting=self.waiting)


def wake(task: str, **arguments: Any) -> None:
    """Send a task by its name; when Redis is down this is logged, and a sweep finds the work."""
    try:
        current_app.send_task(task, kwargs=arguments)
    except BrokerUnavailable as error:
        log.warning("wake_up_not_sent", task=task, error=error)


def wake_on_commit(task: str, **arguments: Any) -> None:
    """Send a task once the current transaction commits."""
    transaction.on_commit(lambda: wake(task, **arguments), robust=True)


def wake_waiting(queues: Iterable[Queue]) -> None:
    """Wake each task whose queues have rows to claim: expired leases and lost wake-ups."""
    for task in dict.fromkeys(queue.task for queue in queues if queue.has_waiting()):
        wake(task)


class SingleFlight:
    """Run work once at a time in this process; a call during a run asks for one more run."""

    def __init__(self) -> None:
        self._is_running = threading.Lock()
        self._is_wanted = threading.Event()

    def run(self, work: Callable[[], object]) -> None:
        """Run `work` until no call has come since it began; return at once if it is running."""
        self._is_wanted.set()
        while self._is_wanted.is_set() and self._is_running.acquire(blocking=False):
            try:
                self._is_wanted.clear()
                work()
            finally:
                self._is_running.release()
