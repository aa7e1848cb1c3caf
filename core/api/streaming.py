"""Responses as server-sent events (WHATWG HTML, section 9.2)."""

import json
from collections.abc import AsyncIterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

MEDIA_TYPE = "text/event-stream"


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
    """Return a response that sends events immediately; its headers forbid proxies to buffer."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(events, status=status, content_type=MEDIA_TYPE, headers=headers)
