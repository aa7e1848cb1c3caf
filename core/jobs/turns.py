"""Run jobs that wait for other servers: many at the same time, in turns that are fair to shops.

A shop may hold as many places as are free, so it never holds more than half of them. However many
jobs it has, and however slow they are, another shop's job begins at once. The same holds for the
places that each host has.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings

from core.jobs.models import Job
from core.jobs.queues import Claim, Queue
from core.jobs.runner import Run, run_and_disconnect, run_one
from core.log_context import keep_log_context
from core.tenancy import all_shops

# How often new jobs are looked for while others wait or run.
CLAIM_SECONDS = 0.25
# The share of its lease for which a job may wait for a place.
WAITING_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A claimed job, and the host that it asks; `claimed_at` is a time of the monotonic clock."""

    claim: Claim
    shop_id: UUID
    host: str
    claimed_at: float


class Shares:
    """Places of which each shop may hold as many as are free."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._held: Counter[UUID] = Counter()

    def may_take(self, shop_id: UUID) -> bool:
        return self._held[shop_id] < self._free

    def take(self, shop_id: UUID) -> None:
        self._free -= 1
        self._held[shop_id] += 1

    def give_back(self, shop_id: UUID) -> None:
        self._free += 1
        self._held[shop_id] -= 1
        if not self._held[shop_id]:
            del self._held[shop_id]

    def count(self, shop_id: UUID) -> int:
        """Return how many places a shop holds."""
        return self._held[shop_id]

    @property
    def is_unused(self) -> bool:
        return not self._held


class Turns:
    """Jobs that wait for a place, and the places of those that run."""

    def __init__(self, *, places: int, host_places: int) -> None:
        self._host_places = host_places
        self._places = Shares(places)
        self._hosts: dict[str, Shares] = {}
        self._waiting: dict[UUID, deque[WaitingJob]] = {}

    @property
    def shops(self) -> list[UUID]:
        """The shops that have jobs here."""
        return list(self._waiting)

    def add(self, job: WaitingJob) -> None:
        self._waiting.setdefault(job.shop_id, deque()).append(job)

    def take(self) -> WaitingJob | None:
        """Return a job that may run now, of the shop that has the fewest running, if any may."""
        for shop_id in sorted(self._waiting, key=self._places.count):
            if not self._places.may_take(shop_id):
                return None
            for job in self._waiting[shop_id]:
                host = self._hosts.get(job.host) or Shares(self._host_places)
                if host.may_take(shop_id):
                    self._hosts[job.host] = host
                    host.take(shop_id)
                    self._places.take(shop_id)
                    self._remove(job)
                    return job
        return None

    def end(self, job: WaitingJob) -> None:
        """Free the place of a job that has run."""
        self._places.give_back(job.shop_id)
        host = self._hosts[job.host]
        host.give_back(job.shop_id)
        if host.is_unused:
            del self._hosts[job.host]

    def remove_older(self, claimed_before: float) -> list[WaitingJob]:
        """Remove and return the jobs that have waited for too long."""
        waiting = [job for jobs in self._waiting.values() for job in jobs]
        old = [job for job in waiting if job.claimed_at < claimed_before]
        for job in old:
            self._remove(job)
        return old

    def _remove(self, job: WaitingJob) -> None:
        jobs = self._waiting[job.shop_id]
        jobs.remove(job)
        if not jobs:
            del self._waiting[job.shop_id]


def run_in_turns(
    queue: Queue, run: Run, *, places: int, host_places: int, find_host: Callable[[Any], str]
) -> int:
    """Run jobs until none waits; return how many were claimed.

    At most `places` run at the same time, and `host_places` of them with the same host.
    """
    turns = Turns(places=places, host_places=host_places)
    running: dict[Future[None], WaitingJob] = {}
    count, next_claim_at = 0, 0.0
    with ThreadPoolExecutor(places, "turn") as threads:
        while True:
            if not turns.shops or time.monotonic() >= next_claim_at:
                count += _claim(queue, turns, find_host, size=places)
                next_claim_at = time.monotonic() + CLAIM_SECONDS
            while job := turns.take():
                running[threads.submit(_in_thread(queue, job.claim, run))] = job
            if not running:
                return count
            ended, _ = wait(running, timeout=CLAIM_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                turns.end(running.pop(future))
                future.result()
            _postpone_old(queue, turns)


def _claim(queue: Queue, turns: Turns, find_host: Callable[[Any], str], *, size: int) -> int:
    """Claim jobs of the shops that have none here; return how many."""
    claims = queue.claim(size=size, lease=settings.QUALITY_LEASE_SECONDS, without=turns.shops)
    with all_shops():
        rows: dict[UUID, Any] = queue.model._default_manager.in_bulk([c.row_id for c in claims])
    for claim in claims:
        if row := rows.get(claim.row_id):
            turns.add(WaitingJob(claim, row.shop_id, find_host(row), time.monotonic()))
    return len(claims)


def _in_thread(queue: Queue, claim: Claim, run: Run) -> Callable[[], None]:
    return keep_log_context(partial(run_and_disconnect, partial(run_one, queue, claim, run)))


def _postpone_old(queue: Queue, turns: Turns) -> None:
    """Return the jobs that have waited for a place so long that their lease may end."""
    before = time.monotonic() - WAITING_SHARE * settings.QUALITY_LEASE_SECONDS
    for job in turns.remove_older(before):
        rows: Any = queue.model._default_manager
        claimed = {"pk": job.claim.row_id, "version": job.claim.version}
        with all_shops():
            rows.filter(**claimed, state=Job.State.PENDING).postpone()
