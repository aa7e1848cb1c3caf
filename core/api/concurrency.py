"""Limit how many requests of one caller run at the same time in this process.

A process runs few requests at a time (`WEB_CONCURRENCY_LIMIT`). Without this, one visitor's photo
searches could take all places.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from rest_framework.exceptions import Throttled

RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Share:
    """At most `limit` requests of `name` run at the same time."""

    name: str
    limit: int


_running: Counter[str] = Counter()
_lock = Lock()


@contextmanager
def take_place(shares: Sequence[Share]) -> Iterator[None]:
    """Count a request as running; raises `Throttled` if one of its shares is used up."""
    names = [share.name for share in shares]
    with _lock:
        if any(_running[share.name] >= share.limit for share in shares):
            message = "Too many requests at the same time; wait for the earlier ones."
            raise Throttled(RETRY_SECONDS, message, code="too_many_at_once")
        _running.update(names)
    try:
        yield
    finally:
        with _lock:
            _running.subtract(names)
            for name in names:
                if not _running[name]:
                    del _running[name]
