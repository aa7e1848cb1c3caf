"""Nudges: a task says that there may be work; Postgres knows whether there is.

One that cannot be sent is no loss, and one that finds its work under way returns at once.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import connection
from kombu.exceptions import OperationalError as BrokerUnavailable

log = structlog.get_logger(__name__)

# Of work that nobody waits for: prompts and embedding come before it.
NICENESS = 10


def nudge(task: Any, **arguments: Any) -> None:
    """Send a task; when the queue is away the sweep finds the work in Postgres."""
    try:
        task.apply_async(kwargs=arguments)
    except BrokerUnavailable as error:
        log.warning("nudge_not_sent", task=task.name, error=str(error))


class Turn:
    """One at work in this process; whoever comes meanwhile only asks for another look."""

    def __init__(self) -> None:
        self._at_work = threading.Lock()
        self._is_wanted = threading.Event()

    def take(self, work: Callable[[], object]) -> None:
        """Run `work` until nobody has asked for it since it began."""
        self._is_wanted.set()
        while self._is_wanted.is_set() and self._at_work.acquire(blocking=False):
            try:
                self._is_wanted.clear()
                work()
            finally:
                self._at_work.release()


def run_nicely(work: Callable[[], object]) -> None:
    """Run what nobody waits for, so that the processors serve the others first."""
    # In a thread of its own, since nobody but root can take niceness back.
    with ThreadPoolExecutor(1, "nice", initializer=_be_nice) as thread:
        thread.submit(_close_after, work).result()


def _be_nice() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _close_after(work: Callable[[], object]) -> None:
    """Give the thread's connection back to the pool."""
    try:
        work()
    finally:
        connection.close()
