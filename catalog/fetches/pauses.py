"""Hosts that are not asked for a while, since they want fewer requests or do not answer.

Each shop has pauses of its own: what a host answers to one has no effect on another.
"""

import threading
import time
from collections import Counter
from uuid import UUID

from core.downloads.hosts import DownloadDelayed

HostKey = tuple[UUID, str]
"""A shop and the host that it names."""

# A host that has not answered so many times in a row is not asked again for a while.
MAX_FAILURES = 3
PAUSE_SECONDS = 30
MAX_PAUSE_SECONDS = 300
# Failures that say something about a host, and not only about one photo.
NO_ANSWER = {"timed_out", "unreachable", "connection_lost", "host_unknown"}
BUSY = "server_busy"
MAX_HOSTS = 10_000


class Pauses:
    """The pauses of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pauses: dict[HostKey, tuple[float, DownloadDelayed]] = {}
        self._failures: Counter[HostKey] = Counter()

    def find(self, key: HostKey) -> tuple[float, DownloadDelayed] | None:
        """Return the seconds left of a host's pause, and its reason."""
        with self._lock:
            until, reason = self._pauses.get(key, (0.0, None))
            left = until - time.monotonic()
            return (left, reason) if reason and left > 0 else None

    def record_answer(self, key: HostKey) -> None:
        """Forget the failures before an answer."""
        with self._lock:
            self._failures.pop(key, None)

    def record_failure(self, key: HostKey, error: DownloadDelayed) -> None:
        """Begin a pause if the server asks for it, or after the last of `MAX_FAILURES`."""
        with self._lock:
            if error.code in NO_ANSWER:
                self._failures[key] += 1
            if error.code == BUSY or self._failures[key] >= MAX_FAILURES:
                self._begin(key, error)

    def clear(self) -> None:
        with self._lock:
            self._pauses.clear()
            self._failures.clear()

    def _begin(self, key: HostKey, error: DownloadDelayed) -> None:
        now = time.monotonic()
        self._pauses = {key: pause for key, pause in self._pauses.items() if pause[0] > now}
        if len(self._failures) > MAX_HOSTS or len(self._pauses) > MAX_HOSTS:
            self._failures.clear()
            self._pauses.clear()
        self._failures.pop(key, None)
        seconds = min(max(error.wait or 0, PAUSE_SECONDS), MAX_PAUSE_SECONDS)
        self._pauses[key] = (now + seconds, error)


PAUSES = Pauses()
