"""The parts of an exchange over ASGI that all our middleware uses."""

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
Headers = list[tuple[bytes, bytes]]

# The extension of a scope that holds the whole body of the request, as a `bodies.Body`.
BODY = "atelier.body"
CLOSE = (b"connection", b"close")
RETRY = (b"retry-after", b"2")


def encode_problem(
    *headers: tuple[bytes, bytes], status: int, code: str, detail: str
) -> tuple[Headers, bytes]:
    """Return the headers and the body of a problem."""
    body = json.dumps(make_problem(status=status, code=code, detail=detail)).encode()
    length = (b"content-length", b"%d" % len(body))
    return [(b"content-type", CONTENT_TYPE.encode()), length, *headers], body


async def send_problem(
    send: Send, *headers: tuple[bytes, bytes], status: int, code: str, detail: str
) -> None:
    """Answer with a problem."""
    lines, body = encode_problem(*headers, status=status, code=code, detail=detail)
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
