"""Answers that are told while they are made: server-sent events (WHATWG HTML, 9.2)."""

import json
from collections.abc import AsyncIterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

MEDIA_TYPE = "text/event-stream"


class EventStreamRenderer(JSONRenderer):
    """Lets a caller accept events; what goes wrong before the first is a problem like any other."""

    media_type = MEDIA_TYPE
    format = "events"


def wants_events(request: Request) -> bool:
    """Say whether the caller prefers to be told how far the answer has got."""
    return request.accepted_media_type == MEDIA_TYPE


def event(name: str, data: Any) -> bytes:
    """Return one event with JSON as its data."""
    return f"event: {name}\ndata: {json.dumps(data, cls=JSONEncoder)}\n\n".encode()


def stream_events(events: AsyncIterator[bytes], *, status: int = 200) -> StreamingHttpResponse:
    """Return an answer that sends events as they come, past proxies that would collect them."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(events, status=status, content_type=MEDIA_TYPE, headers=headers)
