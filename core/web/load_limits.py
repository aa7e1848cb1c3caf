"""ASGI middleware that limits how many requests and event streams run at the same time."""

import asyncio
from collections import Counter

from core.api.throttling import client_network
from core.web.exchange import (
    RETRY,
    Application,
    Message,
    Receive,
    Scope,
    Send,
    send_problem,
)

# Liveness must respond when all slots are taken.
UNLIMITED_PATHS = ("/health/live",)
# Clients of the Model Context Protocol have to accept event streams, and get none.
STREAMLESS_PATHS = ("/mcp", "/mcp/")


class LoadLimit:
    """Runs at most `max_running` requests; `max_waiting` more wait up to `max_wait_seconds`.

    Others get 503 with `Retry-After`, as a problem. A request releases its slot when its response
    begins, because sending needs no thread. A request that accepts an event stream needs a place
    among `max_streams` as well, of which one client has at most `max_streams_per_client`.
    """

    def __init__(
        self,
        app: Application,
        *,
        max_running: int,
        max_waiting: int,
        max_wait_seconds: float,
        max_streams: int = 0,
        max_streams_per_client: int = 0,
    ) -> None:
        self.app = app
        self.slots = asyncio.Semaphore(max_running)
        self.max_waiting = max_waiting
        self.max_wait_seconds = max_wait_seconds
        self.waiting = 0
        self.streams = Streams(max_streams, max_streams_per_client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self.app(scope, receive, send)
        elif await self._enter():
            await self._run(scope, receive, send)
        else:
            detail = "The server is overloaded; try again in a moment."
            await send_problem(send, RETRY, status=503, code="overloaded", detail=detail)

    async def _enter(self) -> bool:
        if self.slots.locked() and self.waiting >= self.max_waiting:
            return False
        self.waiting += 1
        try:
            # Not `wait_for`: in Python 3.11 it takes the slot only later, so that every request of
            # a burst would see a free slot and start to wait.
            async with asyncio.timeout(self.max_wait_seconds):
                await self.slots.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1
        return True

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        slot = _Slot(self, scope)
        try:
            if slot.has_place:
                await self.app(scope, receive, slot.wrap(send))
            else:
                await self.streams.refuse(slot.client, send)
        finally:
            slot.release()
            slot.leave_streams()


class Streams:
    """The places of event streams, in total and for each client."""

    def __init__(self, max_total: int, max_per_client: int) -> None:
        self.max_total = max_total
        self.max_per_client = max_per_client
        self.clients: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """Take a place, if one is free for this client."""
        if self.clients.total() >= self.max_total or self.clients[client] >= self.max_per_client:
            return False
        self.clients[client] += 1
        return True

    def leave(self, client: str) -> None:
        self.clients[client] -= 1
        if not self.clients[client]:
            del self.clients[client]

    async def refuse(self, client: str, send: Send) -> None:
        if self.clients[client] >= self.max_per_client:
            detail = f"At most {self.max_per_client} streams at the same time; end one first."
            await send_problem(send, RETRY, status=429, code="too_many_streams", detail=detail)
        else:
            detail = "Too many streams are open; try again in a moment, or without a stream."
            await send_problem(send, RETRY, status=503, code="overloaded", detail=detail)


class _Slot:
    """A request's slot among the running requests, and its place among the streams."""

    def __init__(self, limit: LoadLimit, scope: Scope) -> None:
        self._slots, self._streams = limit.slots, limit.streams
        self._is_running = True
        self.client = client_network((scope.get("client") or ("",))[0])
        self._is_stream = _accepts_events(scope) and self._streams.enter(self.client)
        self.has_place = self._is_stream or not _accepts_events(scope)

    def wrap(self, send: Send) -> Send:
        """Return `send` such that the start of the response releases the slot."""

        async def send_and_release(message: Message) -> None:
            if message["type"] == "http.response.start":
                if not _is_event_stream(message):
                    self.leave_streams()
                # A stream that nobody announced has no place, and so holds its slot.
                if self._is_stream or not _is_event_stream(message):
                    self.release()
            await send(message)

        return send_and_release

    def release(self) -> None:
        if self._is_running:
            self._is_running = False
            self._slots.release()

    def leave_streams(self) -> None:
        if self._is_stream:
            self._is_stream = False
            self._streams.leave(self.client)


def _accepts_events(scope: Scope) -> bool:
    """Return whether the client asks for an event stream: `*/*` gets none."""
    if scope["path"] in STREAMLESS_PATHS:
        return False
    kinds = [value for name, value in scope.get("headers", ()) if name == b"accept"]
    return any(b"text/event-stream" in kind.lower() or b"text/*" in kind for kind in kinds)


def _is_event_stream(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/event-stream") for kind in kinds)
