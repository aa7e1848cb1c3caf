"""Overload is refused quickly instead of piling up: so many at once, so many in line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

# Liveness must answer when everything else is busy.
NEVER_REFUSED = ("/health/live",)


class LoadLimit:
    """ASGI middleware: `running` requests at once, `waiting` more for at most `patience` s.

    Anything beyond answers 503 with `Retry-After`, in the API's one error shape.
    """

    def __init__(self, app: Any, *, running: int, waiting: int, patience: float) -> None:
        self.app = app
        self.slots = asyncio.Semaphore(running)
        self.limit = waiting
        self.waiting = 0
        self.patience = patience

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] in NEVER_REFUSED:
            await self.app(scope, receive, send)
        elif await self._enter():
            try:
                await self.app(scope, receive, send)
            finally:
                self.slots.release()
        else:
            await _refuse(send)

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


async def _refuse(send: Any) -> None:
    body = json.dumps(
        {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "code": "overloaded",
            "detail": "The server is at its limit; try again in a moment.",
        }
    ).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"2"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
