"""Bodies of requests, received whole before a request may run."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from core.web.exchange import BODY, CLOSE, RETRY, Application, Receive, Scope, Send, send_problem

# A longer body is written to a temporary file, in these threads: a busy disk makes writers wait.
MEMORY_BYTES = 256 * 1024
_disk_threads = ThreadPoolExecutor(2, thread_name_prefix="body")


@dataclass(frozen=True, slots=True)
class Pace:
    """The time in which a client must send: `seconds`, and more for what it has sent already.

    Every `bytes_per_second` received earn another second, up to `max_seconds` in all.
    """

    seconds: float
    bytes_per_second: float
    max_seconds: float

    def allowed_seconds(self, received: int) -> float:
        return min(self.seconds + received / self.bytes_per_second, self.max_seconds)


class RefusedBody(Exception):
    """The body is too long, too slow, or has no space; the client gets a problem."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class NoSpace(RefusedBody):
    def __init__(self) -> None:
        super().__init__(503, "overloaded", "The server is overloaded; try again in a moment.")


class BodyStore:
    """The bodies that the process holds, with at most `max_bytes` in total.

    When there is no space left, the unfinished body that has used most (bytes × seconds) gives way:
    an upload in progress costs little, a body that is large and lingers costs much.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.unfinished: set[Body] = set()

    def reserve(self, body: "Body", size: int) -> None:
        """Make space for more of a body. Raises `NoSpace`."""
        while self.bytes + size > self.max_bytes:
            costliest = max(self.unfinished, key=Body.cost, default=body)
            costliest.give_way()
            if costliest is body:
                raise NoSpace
        self.bytes += size


class Body:
    """One body: in memory while it is small, then in a file without a name."""

    def __init__(self, store: BodyStore, folder: str | None = None) -> None:
        self.file = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            max_size=MEMORY_BYTES, mode="w+b", dir=folder
        )
        self.size = 0
        self.is_in_file = False
        self.started_at = time.monotonic()
        self.has_space = True
        self._store = store
        self._timeout = asyncio.timeout(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def cost(self) -> float:
        return self.size * (time.monotonic() - self.started_at)

    async def write(self, data: bytes) -> None:
        """Append. Raises `NoSpace`."""
        self._store.reserve(self, len(data))
        self.size += len(data)
        if self.size <= MEMORY_BYTES:
            self.file.write(data)
            return
        self.is_in_file = True
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(_disk_threads, self.file.write, data)
        except (OSError, ValueError) as error:  # the disk is full, or the body gave way
            raise NoSpace from error

    def give_way(self) -> None:
        """Stop receiving; the client gets `NoSpace`."""
        self.has_space = False
        self.close()
        self._timeout.reschedule(asyncio.get_running_loop().time())

    def close(self) -> None:
        """Release the space; again does nothing."""
        self._store.unfinished.discard(self)
        self._store.bytes -= self.size
        self.size = 0
        if self.is_in_file:
            _disk_threads.submit(self.file.close)
        else:
            self.file.close()

    async def receive(self, receive: Receive, *, max_bytes: int, pace: Pace) -> bool:
        """Receive the whole body; return false if the client left. Raises `RefusedBody`."""
        started_at = asyncio.get_running_loop().time()
        self._store.unfinished.add(self)
        try:
            async with self._timeout:
                is_complete = False
                while not is_complete:
                    self._timeout.reschedule(started_at + pace.allowed_seconds(self.size))
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    if self.size + len(data := message.get("body", b"")) > max_bytes:
                        raise _too_large(max_bytes)
                    await self.write(data)
                    is_complete = not message.get("more_body", False)
        except TimeoutError:
            raise _too_slow(pace) if self.has_space else NoSpace() from None
        finally:
            self._store.unfinished.discard(self)
        self.file.seek(0)
        return True


@dataclass(frozen=True, slots=True)
class BodyRule:
    """How long a body may be, how fast it must arrive, and where it is stored.

    `folder` is for those that are too long for memory; None: the usual one.
    """

    store: BodyStore
    max_bytes: int
    pace: Pace
    folder: str | None = None


class BodyLimit:
    """Receives the body before the application runs, and puts it into the scope as a `Body`.

    A body has at most `max_bytes`, and must arrive at a certain pace. A longer body gets 413,
    immediately if its length is stated; a slower one 408; 503 if there is no space for bodies.
    `by_path` has the rules of paths with other ones.
    """

    def __init__(
        self,
        app: Application,
        *,
        store: BodyStore,
        max_bytes: int,
        pace: Pace,
        by_path: Mapping[str, BodyRule] | None = None,
    ) -> None:
        self.app = app
        self.rule = BodyRule(store, max_bytes, pace)
        self.by_path = by_path or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rule = self.by_path.get(scope["path"], self.rule)
        with Body(rule.store, rule.folder) as body:
            try:
                if int(dict(scope["headers"]).get(b"content-length", b"0")) > rule.max_bytes:
                    raise _too_large(rule.max_bytes)
                is_whole = await body.receive(receive, max_bytes=rule.max_bytes, pace=rule.pace)
            except RefusedBody as refusal:
                await _refuse(send, refusal)
                return
            if is_whole:
                scope.setdefault("extensions", {})[BODY] = body
                await self.app(scope, receive, send)


def _too_large(max_bytes: int) -> RefusedBody:
    detail = f"A request has at most {max_bytes // 1024**2} MB; send less at a time."
    return RefusedBody(413, "request_too_large", detail)


def _too_slow(pace: Pace) -> RefusedBody:
    detail = (
        f"The body arrived too slowly: send at least {pace.bytes_per_second:g} bytes a second, and "
        f"all of it within {pace.max_seconds:g} seconds."
    )
    return RefusedBody(408, "request_too_slow", detail)


async def _refuse(send: Send, refusal: RefusedBody) -> None:
    headers = [CLOSE, *([RETRY] if refusal.status == 503 else [])]
    await send_problem(
        send, *headers, status=refusal.status, code=refusal.code, detail=refusal.detail
    )
