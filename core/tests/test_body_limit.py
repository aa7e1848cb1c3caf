"""The size of request bodies is limited, with or without a stated length."""

import asyncio
import json
from typing import Any

import pytest

from core.web.load_limits import BodyLimit

LIMIT = 3 * 1024**2
MEGABYTE = b"x" * 1024**2


class Application:
    """Reads the whole body and returns its length; ends when the client disconnects."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        length, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            length, more = length + len(message["body"]), message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(length).encode()})


def send_request(
    chunks: int, *headers: tuple[bytes, bytes]
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send megabytes in chunks; return status, headers and body."""
    sent: list[Any] = []
    left = chunks

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": MEGABYTE, "more_body": left > 0}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": list(headers)}
    asyncio.run(BodyLimit(Application(), max_bytes=LIMIT)(scope, receive, send))
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


def test_accepts_a_body_of_exactly_the_limit():
    assert send_request(3) == (200, {}, str(LIMIT).encode())


@pytest.mark.parametrize("headers", [(), ((b"content-length", str(LIMIT + 1).encode()),)])
def test_refuses_a_longer_body_with_or_without_a_stated_length(headers):
    status, response_headers, body = send_request(9, *headers)
    problem = json.loads(body)
    assert status == problem["status"] == 413
    assert problem["code"] == "request_too_large"
    assert response_headers[b"content-type"] == b"application/problem+json"
