"""ASGI middleware that limits concurrent requests and the size of bodies."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from core.api.problems import CONTENT_TYPE, make_problem

# The types of ASGI: https://asgi.readthedocs.io/en/latest/specs/main.html
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Liveness must respond when all slots are taken.
UNLIMITED_PATHS = ("/health/live",)


class LoadLimit:
    """Runs at most `max_running` requests; `max_waiting` more wait up to `max_wait_seconds`.

    Others get 503 with `Retry-After`, as a problem. An event stream needs no thread after it
    begins: up to `max_streams` of them release their slot, further ones hold it.
    """

    def __init__(
        self,
        app: Application,
        *,
        max_running: int,
        max_waiting: int,
        max_wait_seconds: float,
        max_streams: int = 0,
    ) -> None:
        self.app = app
        self.slots = asyncio.Semaphore(max_running)
        self.max_waiting = max_waiting
        self.max_wait_seconds = max_wait_seconds
        self.waiting = 0
        self.streams = asyncio.Semaphore(max_streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED_PATHS:
            await self.app(scope, receive, send)
        elif await self._enter():
            slot = _Slot(self)
            try:
                await self.app(scope, receive, slot.wrap(send))
            finally:
                slot.release()
        else:
            detail = "The server is overloaded; try again in a moment."
            body = make_problem(status=503, code="overloaded", detail=detail)
            await _send_problem(send, body, (b"retry-after", b"2"))

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


class _Slot:
    """A request's slot among the running requests, or among the streams after one begins."""

    def __init__(self, limit: LoadLimit) -> None:
        self._limit = limit
        self._held = limit.slots

    def wrap(self, send: Send) -> Send:
        """Return `send` such that the start of an event stream moves the request."""

        async def send_and_move(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_event_stream(message):
                await self._move_to_streams()
            await send(message)

        return send_and_move

    def release(self) -> None:
        self._held.release()

    async def _move_to_streams(self) -> None:
        if not self._limit.streams.locked():
            await self._limit.streams.acquire()
            self._held.release()
            self._held = self._limit.streams


class BodyLimit:
    """Limits bodies to `max_bytes`, so that no client can fill the disk.

    A longer body gets 413 immediately if its length is stated, otherwise when it exceeds the limit.
    """

    def __init__(self, app: Application, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif int(dict(scope["headers"]).get(b"content-length", b"0")) > self.max_bytes:
            await self._refuse(send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        received, has_response = 0, False

        async def receive_and_count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # Django drops the request of a disconnected client and sends no response.
            return message if received <= self.max_bytes else {"type": "http.disconnect"}

        async def send_and_note(message: Message) -> None:
            nonlocal has_response
            has_response = True
            await send(message)

        await self.app(scope, receive_and_count, send_and_note)
        if received > self.max_bytes and not has_response:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        detail = f"A request has at most {self.max_bytes // 1024**2} MB; send less at a time."
        body = make_problem(status=413, code="request_too_large", detail=detail)
        await _send_problem(send, body, (b"connection", b"close"))


def _is_event_stream(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/event-stream") for kind in kinds)


async def _send_problem(send: Send, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    data = json.dumps(body).encode()
    start = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(data)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": body["status"], "headers": start})
    await send({"type": "http.response.body", "body": data})
