"""Responses as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

MEDIA_TYPE = "text/event-stream"
# A comment, which clients ignore.
HEARTBEAT = b": heartbeat\n\n"


class EventStreamRenderer(JSONRenderer):
    """Lets a client accept events; an error before the first event is rendered as a problem."""

    media_type = MEDIA_TYPE
    format = "events"


def wants_events(request: Request) -> bool:
    """Return whether the client asked for events."""
    return request.accepted_media_type == MEDIA_TYPE


def encode_event(name: str, data: Any) -> bytes:
    """Return an event with JSON data."""
    return f"event: {name}\ndata: {json.dumps(data, cls=JSONEncoder)}\n\n".encode()


def stream_events(events: AsyncIterator[bytes], *, status: int = 200) -> StreamingHttpResponse:
    """Return a response that sends events immediately; its headers forbid proxies to buffer.

    While there are no events, heartbeats show proxies that the connection is in use, and show us a
    client that is gone.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = add_heartbeats(events, settings.WEB_HEARTBEAT_SECONDS)
    return StreamingHttpResponse(events, status=status, content_type=MEDIA_TYPE, headers=headers)


async def add_heartbeats(events: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Yield the events, and a comment whenever none came for so many seconds."""
    # One task iterates over all events: a generator must not move between tasks. The queue makes it
    # wait for a slow client.
    queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(1)
    producer = asyncio.create_task(_produce(events, queue))
    try:
        while event := await _next_event(queue, seconds):
            if isinstance(event, Exception):
                raise event
            yield event
    finally:
        producer.cancel()
        await asyncio.wait([producer])


async def _produce(
    events: AsyncIterator[bytes], queue: asyncio.Queue[bytes | Exception | None]
) -> None:
    try:
        async with aclosing(events) as source:  # type: ignore[type-var]
            async for event in source:
                if event:
                    await queue.put(event)
    except Exception as error:
        await queue.put(error)
    else:
        await queue.put(None)


async def _next_event(
    queue: asyncio.Queue[bytes | Exception | None], seconds: float
) -> bytes | Exception | None:
    try:
        async with asyncio.timeout(seconds):
            return await queue.get()
    except TimeoutError:
        return HEARTBEAT
