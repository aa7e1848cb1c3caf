"""Overload is refused quickly: so many at once, so many in line, so much in one request."""

import asyncio
import json
from typing import Any

from core.api.problems import CONTENT_TYPE, problem

# Liveness must answer when everything else is busy.
NEVER_REFUSED = ("/health/live",)


class LoadLimit:
    """ASGI middleware: `running` requests at once, `waiting` more for at most `patience` s.

    Anything beyond answers 503 with `Retry-After`, in the API's one error shape. An answer that is
    streamed as events needs no thread any more once it begins: up to `streams` of them give their
    place to others, and any more keep it.
    """

    def __init__(
        self, app: Any, *, running: int, waiting: int, patience: float, streams: int = 0
    ) -> None:
        self.app = app
        self.slots = asyncio.Semaphore(running)
        self.limit = waiting
        self.waiting = 0
        self.patience = patience
        self.streams = asyncio.Semaphore(streams)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] in NEVER_REFUSED:
            await self.app(scope, receive, send)
        elif await self._enter():
            place = _Place(self)
            try:
                await self.app(scope, receive, place.watching(send))
            finally:
                place.leave()
        else:
            detail = "The server is at its limit; try again in a moment."
            body = problem(status=503, code="overloaded", detail=detail)
            await _send_problem(send, body, (b"retry-after", b"2"))

    async def _enter(self) -> bool:
        if self.slots.locked() and self.waiting >= self.limit:
            return False
        self.waiting += 1
        try:
            # Not `wait_for`: in Python 3.11 it takes the slot only later, so that a burst of
            # requests would see it free and all get in line.
            async with asyncio.timeout(self.patience):
                await self.slots.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1
        return True


class _Place:
    """One request's place among those that run, or, once it streams events, among the streams."""

    def __init__(self, limit: LoadLimit) -> None:
        self._limit = limit
        self._held = limit.slots

    def watching(self, send: Any) -> Any:
        async def watched(message: Any) -> None:
            if message["type"] == "http.response.start" and _is_event_stream(message):
                await self._move()
            await send(message)

        return watched

    def leave(self) -> None:
        self._held.release()

    async def _move(self) -> None:
        if not self._limit.streams.locked():
            await self._limit.streams.acquire()
            self._held.release()
            self._held = self._limit.streams


class BodyLimit:
    """ASGI middleware: bodies of at most `limit` bytes, so that nobody fills the disk.

    A longer one answers 413 at once where its length is told, else as soon as it is passed.
    """

    def __init__(self, app: Any, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _stated_length(scope) > self.limit:
            await self._refuse(send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Any, receive: Any, send: Any) -> None:
        received, is_answered = 0, False

        async def receive_counted() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # Django drops a request whose client left, and answers nothing.
            return message if received <= self.limit else {"type": "http.disconnect"}

        async def send_noted(message: Any) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        await self.app(scope, receive_counted, send_noted)
        if received > self.limit and not is_answered:
            await self._refuse(send)

    async def _refuse(self, send: Any) -> None:
        detail = f"A request has at most {self.limit // 1024**2} MB; send less at a time."
        body = problem(status=413, code="request_too_large", detail=detail)
        await _send_problem(send, body, (b"connection", b"close"))


def _is_event_stream(start: Any) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/event-stream") for kind in kinds)


def _stated_length(scope: Any) -> int:
    return int(dict(scope["headers"]).get(b"content-length", b"0"))


async def _send_problem(send: Any, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    data = json.dumps(body).encode()
    start = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(data)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": body["status"], "headers": start})
    await send({"type": "http.response.body", "body": data})
