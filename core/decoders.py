"""Decode untrusted photos in child processes, with limits for this whole process.

A light child process (`python -m decoder`) forks those that decode. The kernel limits the time and
memory of each for a photo, so a photo can neither take more than it should nor end this process.
"""

import atexit
import heapq
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from core.errors import Unavailable
from decoder import messages
from decoder.limits import COST_MESSAGE, MEMORY_MESSAGE, DecodingRefused, make_damage

log = structlog.get_logger(__name__)

BASE = Path(__file__).resolve().parent.parent
MEGABYTE = 1024**2
# Enough to count the parts of a file and to decode a small photo; others state what they need.
SMALL_BYTES, COUNTING_BYTES, COPIES = 32 * MEGABYTE, 16 * MEGABYTE, 3
# Enough for the usual photos of phones.
MEDIUM_BYTES = 112 * MEGABYTE
MIN_PLACES = 3
# How long the end of a process may be reported after its time is over.
GRACE_SECONDS = 2.0
ATTEMPTS = 2
# A process decodes this many photos, so that no photo has an effect on many others.
MAX_USES = 20
# Nothing of this process's own environment, which has secrets. Freed memory is returned at once.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class DecodersBusy(Unavailable):
    """Other photos take all places or the time is over; the client may try again."""

    code = "overloaded"
    message = "The server is decoding too many photos; try again in a moment."


class DecoderLost(Exception):
    """The process for a photo was ended from outside, so the photo may be tried again."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """What a decoder found: facts, and the bytes of a picture."""

    facts: dict[str, Any]
    picture: bytes


class Places:
    """Limits how many photos are decoded at the same time, and their memory together.

    Large photos do not hold up small ones: of those that wait, the one that needs the least memory
    is next; a large one leaves places and memory for a medium and a small one, a medium one for a
    small one.
    """

    def __init__(self, *, count: int, memory_bytes: int) -> None:
        self.max_bytes = memory_bytes - MEDIUM_BYTES
        self._free, self._free_bytes = count, memory_bytes
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._numbers = itertools.count()

    @contextmanager
    def hold(self, memory_bytes: int, *, until: float) -> Iterator[None]:
        """Wait for a place and hold it; raises `DecodersBusy` at `until`, of `time.monotonic`."""
        entry = memory_bytes, next(self._numbers)
        with self._changed:
            heapq.heappush(self._waiting, entry)
            try:
                while not self._is_next(entry):
                    if not self._changed.wait(until - time.monotonic()):
                        raise DecodersBusy
            finally:
                self._waiting.remove(entry)
                heapq.heapify(self._waiting)
                self._changed.notify_all()
            self._free, self._free_bytes = self._free - 1, self._free_bytes - memory_bytes
        try:
            yield
        finally:
            with self._changed:
                self._free, self._free_bytes = self._free + 1, self._free_bytes + memory_bytes
                self._changed.notify_all()

    def _is_next(self, entry: tuple[int, int]) -> bool:
        places, memory_bytes = _reserve(entry[0])
        return (
            self._waiting[0] == entry
            and self._free > places
            and self._free_bytes >= entry[0] + memory_bytes
        )


def _reserve(memory_bytes: int) -> tuple[int, int]:
    """Return the places and the memory that a photo leaves for smaller ones."""
    if memory_bytes > MEDIUM_BYTES:
        return 2, MEDIUM_BYTES
    return (1, SMALL_BYTES) if memory_bytes > SMALL_BYTES else (0, 0)


@dataclass(slots=True)
class DecoderLink:
    """The socket to a process that decodes one photo at a time."""

    socket: socket.socket
    uses: int = 0


class Decoder:
    """The processes that decode; they are started when needed, and again if they end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[DecoderLink] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def start(self) -> None:
        """Start the process unless it runs."""
        with self._lock:
            self._start()

    def stop(self) -> None:
        with self._lock:
            self._stop()

    @contextmanager
    def borrow(self) -> Iterator[DecoderLink]:
        """Lend a process, which is used again unless an error occurs or it is old."""
        with self._lock:
            link = self._idle.pop() if self._idle else self._fork()
        try:
            yield link
        except BaseException:
            link.socket.close()
            raise
        link.uses += 1
        with self._lock:
            if link.uses < MAX_USES:
                self._idle.append(link)
            else:
                link.socket.close()

    def forget_idle(self) -> None:
        """Use no idle process again: they may have ended too."""
        with self._lock:
            self._close_idle()

    def _fork(self) -> DecoderLink:
        local, remote = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with remote:
            try:
                socket.send_fds(self._start(), [b"f"], [remote.fileno()])
            except OSError:
                self._stop()
                socket.send_fds(self._start(), [b"f"], [remote.fileno()])
        return DecoderLink(local)

    def _start(self) -> socket.socket:
        if self._process is None or self._process.poll() is not None or self._requests is None:
            self._stop()
            self._requests, remote = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with remote:
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    [sys.executable, "-m", "decoder", str(remote.fileno())],
                    cwd=BASE,
                    env=ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[remote.fileno()],
                )
        return self._requests

    def _stop(self) -> None:
        """Close the sockets: the process then ends all others and itself."""
        self._close_idle()
        if self._requests is not None:
            self._requests.close()
        if self._process is not None:
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._requests = self._process = None

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().socket.close()


@cache
def get_decoder() -> Decoder:
    """Return this process's decoder."""
    decoder = Decoder()
    atexit.register(decoder.stop)
    return decoder


@cache
def get_places() -> Places:
    """Return this process's places for photos."""
    return Places(
        count=max(MIN_PLACES, settings.PHOTO_DECODERS or os.cpu_count() or 1),
        memory_bytes=settings.PHOTO_MEMORY_BYTES,
    )


def decode(photo: int, *, task: str, until: float, **options: Any) -> Decoding:
    """Have the photo in an open file decoded, at the latest `until`, of `time.monotonic`.

    Raises `DecodingRefused` if it is not accepted, and `DecodersBusy`.
    """
    grant = max(SMALL_BYTES, COUNTING_BYTES + COPIES * os.fstat(photo).st_size)
    request = {"task": task, "processor_seconds": settings.PHOTO_DECODE_SECONDS, **options}
    answer = _try(request, photo, grant, until)
    if isinstance(answer, int):
        if answer > get_places().max_bytes:
            raise DecodingRefused("photo_too_large", MEMORY_MESSAGE)
        answer = _try(request, photo, answer, until)
    if isinstance(answer, int):
        raise make_damage()  # the file was changed
    return answer


def _try(request: dict[str, Any], photo: int, grant: int, until: float) -> Decoding | int:
    """Return the answer with this much memory, or how much memory it needs."""
    for attempt in range(ATTEMPTS):
        with get_places().hold(grant, until=until - settings.PHOTO_DECODE_SECONDS / 2):
            seconds = max(0.001, until - time.monotonic())
            limits = {"memory_bytes": grant, "seconds": seconds}
            try:
                with get_decoder().borrow() as link:
                    link.socket.settimeout(seconds + GRACE_SECONDS)
                    socket.send_fds(
                        link.socket, [json.dumps({**request, **limits}).encode()], [photo]
                    )
                    return _receive(link.socket)
            except (DecoderLost, OSError) as error:
                get_decoder().forget_idle()
                log.warning("photo_decoder_lost", attempt=attempt, error=error)
    raise DecodersBusy


def _receive(link: socket.socket) -> Decoding | int:
    """Read messages until the answer is complete or the process has ended."""
    facts: dict[str, Any] | None = None
    parts: list[bytes] = []
    outcome: DecodingRefused | int | None = None
    while message := link.recv(messages.MAX_BYTES):
        kind, content = message[:1], message[1:]
        if kind in (messages.DONE, messages.ENDED):
            break
        if kind == messages.NEED:
            outcome = int(content)
        elif kind == messages.REFUSAL:
            outcome = DecodingRefused(**json.loads(content))
        elif kind == messages.FACTS:
            facts = json.loads(content)
        else:
            parts.append(content)
    else:
        raise DecoderLost("The decoder ended.")
    picture = b"".join(parts)
    if isinstance(outcome, DecodingRefused):
        raise outcome
    if outcome is not None:
        return outcome
    if facts is None or facts["bytes"] != len(picture):
        raise _explain_end(int(content or 0))
    return Decoding(facts, picture)


def _explain_end(code: int) -> Exception:
    """Return the error for a process that ended without an answer: a negative code is a signal."""
    log.warning("photo_decoder_ended", code=code)
    if code == -signal.SIGPROF:
        return DecodingRefused("photo_too_complex", COST_MESSAGE)
    if code == -signal.SIGALRM:
        return DecodersBusy()
    if code in (-signal.SIGKILL, -signal.SIGTERM):
        return DecoderLost(f"The process of a photo ended with {code}.")
    return make_damage()
