"""The size of request bodies is limited, with or without a stated length."""

import asyncio
import json
from typing import Any

import pytest

from core.web.bodies import Body, BodyLimit, BodyStore, Pace
from core.web.exchange import BODY

LIMIT = 3 * 1024**2
MEGABYTE = b"x" * 1024**2
PACE = Pace(seconds=60, bytes_per_second=1024, max_seconds=60)


class Application:
    """Returns the length of the body."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body: Body = scope["extensions"][BODY]
        with body:
            length = len(body.file.read())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(length).encode()})


class Client:
    """Sends megabytes, and collects the answer."""

    def __init__(self, chunks: int, *headers: tuple[bytes, bytes], stops_at: int = 0) -> None:
        """`stops_at`: the number of chunks left at which no more arrive until the gate opens."""
        self.left = chunks
        self.stops_at = stops_at
        self.headers = headers
        self.sent: list[Any] = []
        self.gate = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self.left == self.stops_at:
            await self.gate.wait()
        self.left -= 1
        return {"type": "http.request", "body": MEGABYTE, "more_body": self.left > 0}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def exchange(self, limit: BodyLimit) -> tuple[int, dict[bytes, bytes], bytes]:
        """Return status, headers and body."""
        await limit({"type": "http", "path": "/", "headers": self.headers}, self.receive, self.send)
        start, body = self.sent
        return start["status"], dict(start["headers"]), body["body"]


def make_limit(pace: Pace = PACE, *, max_total: int = LIMIT) -> BodyLimit:
    return BodyLimit(
        Application(), store=BodyStore(max_bytes=max_total), max_bytes=LIMIT, pace=pace
    )


def send_request(
    chunks: int, *headers: tuple[bytes, bytes]
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send megabytes in chunks; return status, headers and body."""

    async def run() -> tuple[int, dict[bytes, bytes], bytes]:
        limit = make_limit()
        answer = await Client(chunks, *headers).exchange(limit)
        assert (limit.rule.store.bytes, limit.rule.store.unfinished) == (0, set())
        return answer

    return asyncio.run(run())


def test_accepts_a_body_of_exactly_the_limit():
    assert send_request(3) == (200, {}, str(LIMIT).encode())


@pytest.mark.parametrize("headers", [(), ((b"content-length", str(LIMIT + 1).encode()),)])
def test_refuses_a_longer_body_with_or_without_a_stated_length(headers):
    status, response_headers, body = send_request(9, *headers)
    problem = json.loads(body)
    assert status == problem["status"] == 413
    assert problem["code"] == "request_too_large"
    assert response_headers[b"content-type"] == b"application/problem+json"
    assert response_headers[b"connection"] == b"close"


def test_refuses_a_body_that_stops_arriving():
    async def run() -> None:
        limit = make_limit(Pace(seconds=0.01, bytes_per_second=1024**3, max_seconds=60))
        client = Client(2, stops_at=1)
        status, headers, body = await client.exchange(limit)
        assert status == json.loads(body)["status"] == 408
        assert json.loads(body)["code"] == "request_too_slow"
        assert headers[b"connection"] == b"close"
        assert limit.rule.store.bytes == 0

    asyncio.run(run())


def test_the_time_for_a_body_grows_with_what_arrived_up_to_a_maximum():
    pace = Pace(seconds=20, bytes_per_second=1000, max_seconds=60)
    assert [pace.allowed_seconds(received) for received in (0, 10_000, 10**9)] == [20, 30, 60]


def test_the_body_that_takes_most_space_and_time_gives_way_to_another():
    async def run() -> None:
        limit = make_limit(max_total=3 * 1024**2)
        slow, finished, late = Client(3, stops_at=1), Client(1), Client(2)
        holding = asyncio.create_task(slow.exchange(limit))
        while limit.rule.store.bytes < 2 * 1024**2:
            await asyncio.sleep(0.01)
        assert (await finished.exchange(limit))[0] == 200
        assert (await late.exchange(limit))[0] == 200
        status, headers, body = await holding
        assert (status, json.loads(body)["code"]) == (503, "overloaded")
        assert int(headers[b"retry-after"]) > 0
        assert limit.rule.store.bytes == 0

    asyncio.run(run())


def test_a_body_is_refused_if_no_unfinished_one_is_left_to_give_way():
    async def run() -> None:
        limit = make_limit(max_total=1024**2)
        status, _, body = await Client(2).exchange(limit)
        assert (status, json.loads(body)["code"]) == (503, "overloaded")
        assert limit.rule.store.bytes == 0

    asyncio.run(run())


def test_a_large_body_is_stored_in_a_file_and_a_small_one_in_memory():
    async def run() -> None:
        store = BodyStore(max_bytes=LIMIT)
        for data, is_in_file in ((b"x" * 1000, False), (MEGABYTE, True)):
            with Body(store) as body:
                await body.write(data)
                assert body.file._rolled == body.is_in_file == is_in_file

    asyncio.run(run())
