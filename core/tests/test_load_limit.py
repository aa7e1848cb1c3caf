"""Overload: a limited number of requests run, some wait, the rest is refused immediately."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.web.load_limits import LoadLimit


class Application:
    """Holds every request until the gate opens, and records the largest number at once."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.running = 0
        self.max_running = 0
        self.served = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.running += 1
        self.max_running = max(self.max_running, self.running)
        try:
            if scope["path"] == "/error":
                raise RuntimeError
            await self.gate.wait()
            self.served += 1
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})
        finally:
            self.running -= 1


async def receive() -> dict[str, str]:
    return {"type": "http.request"}


async def send_request(
    limit: LoadLimit, path: str = "/", kind: str = "http", client: str = "192.0.2.1"
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"accept", b"text/event-stream")] if path == "/events" else []
    scope = {"type": kind, "path": path, "headers": headers, "client": (client, 1)}
    await limit(scope, receive, send)
    return sent


def status(sent: list[dict[str, Any]]) -> int:
    return int(sent[0]["status"])


async def settle() -> None:
    """Let all tasks run that can."""
    for _ in range(50):
        await asyncio.sleep(0)


def run(scenario: Callable[[Application], Awaitable[None]]) -> None:
    async def play() -> None:
        await scenario(Application())

    asyncio.run(play())


@pytest.mark.parametrize(("running", "waiting"), [(1, 0), (2, 3), (4, 4)])
def test_limits_running_and_waiting_requests_and_refuses_the_rest(running, waiting):
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=running, max_waiting=waiting, max_wait_seconds=60)
        requests = [asyncio.create_task(send_request(limit)) for _ in range(20)]
        await settle()
        assert app.running == running
        refused = [task for task in requests if task.done()]
        assert len(refused) == 20 - running - waiting
        assert {status(task.result()) for task in refused} == {503}
        app.gate.set()
        answers = await asyncio.gather(*requests)
        assert sorted(map(status, answers)).count(200) == running + waiting
        assert app.max_running == running

    run(scenario)


def test_refusal_is_a_problem_with_retry_after():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=0, max_wait_seconds=60)
        task = asyncio.create_task(send_request(limit))
        await settle()
        start, body = await send_request(limit)
        headers = dict(start["headers"])
        assert start["status"] == 503
        assert headers[b"content-type"] == b"application/problem+json"
        assert int(headers[b"retry-after"]) > 0
        assert int(headers[b"content-length"]) == len(body["body"])
        problem = json.loads(body["body"])
        assert problem.keys() == {"type", "title", "status", "code", "detail"}
        assert (problem["status"], problem["code"]) == (503, "overloaded")
        app.gate.set()
        assert status(await task) == 200

    run(scenario)


def test_refuses_a_request_that_waited_too_long():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=1, max_wait_seconds=0.01)
        first = asyncio.create_task(send_request(limit))
        await settle()
        assert status(await send_request(limit)) == 503
        assert app.running == 1
        assert limit.waiting == 0
        second = asyncio.create_task(send_request(limit))
        await settle()
        app.gate.set()
        assert status(await first) == status(await second) == 200

    run(scenario)


def test_slot_is_released_after_a_response_and_after_an_error():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=0, max_wait_seconds=60)
        app.gate.set()
        for _ in range(3):
            assert status(await send_request(limit)) == 200
            with pytest.raises(RuntimeError):
                await send_request(limit, "/error")
        assert app.served == 3

    run(scenario)


def test_a_client_that_disconnects_while_waiting_takes_no_slot():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=2, max_wait_seconds=60)
        first = asyncio.create_task(send_request(limit))
        await settle()
        leaving, patient = (
            asyncio.create_task(send_request(limit)),
            asyncio.create_task(send_request(limit)),
        )
        await settle()
        leaving.cancel()
        first.cancel()
        await settle()
        assert limit.waiting == 0
        app.gate.set()
        assert status(await patient) == 200
        assert status(await send_request(limit)) == 200

    run(scenario)


def test_liveness_responds_when_all_slots_are_taken():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=0, max_wait_seconds=60)
        task = asyncio.create_task(send_request(limit))
        await settle()
        live = [asyncio.create_task(send_request(limit, "/health/live")) for _ in range(5)]
        await settle()
        assert app.running == 6
        assert status(await send_request(limit, "/health/lively")) == 503
        assert status(await send_request(limit, "/health/ready")) == 503
        app.gate.set()
        assert {status(sent) for sent in await asyncio.gather(*live)} == {200}
        await task

    run(scenario)


def test_lifespan_messages_pass():
    async def scenario(app: Application) -> None:
        limit = LoadLimit(app, max_running=1, max_waiting=0, max_wait_seconds=60)
        task = asyncio.create_task(send_request(limit))
        await settle()
        lifespan = asyncio.create_task(send_request(limit, kind="lifespan"))
        await settle()
        assert app.running == 2
        app.gate.set()
        await asyncio.gather(task, lifespan)

    run(scenario)


class Streams:
    """Begins an event stream that lasts until the gate opens."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind = b"text/event-stream" if scope["path"] == "/events" else b"text/plain"
        headers = [(b"content-type", kind)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["path"] == "/events":
            await self.gate.wait()
        await send({"type": "http.response.body", "body": b"ok"})


def test_streams_release_their_slot_and_have_places_of_their_own():
    async def run() -> None:
        app = Streams()
        limit = LoadLimit(
            app,
            max_running=1,
            max_waiting=0,
            max_wait_seconds=60,
            max_streams=3,
            max_streams_per_client=2,
        )
        streams = []
        for _ in range(2):
            streams.append(asyncio.create_task(send_request(limit, "/events")))
            await settle()
            assert status(await send_request(limit)) == 200
        # One client has its share, another has not; then all places are taken.
        assert status(await send_request(limit, "/events")) == 429
        streams.append(asyncio.create_task(send_request(limit, "/events", client="2001:db8::1")))
        await settle()
        assert status(await send_request(limit, "/events", client="2001:db8:1::1")) == 503
        assert status(await send_request(limit)) == 200
        app.gate.set()
        assert [status(sent) for sent in await asyncio.gather(*streams)] == [200, 200, 200]
        assert status(await send_request(limit, "/events")) == 200
        assert not limit.streams.clients

    asyncio.run(run())


def test_a_response_releases_the_slot_before_it_is_sent():
    async def run() -> None:
        sending, gate = asyncio.Event(), asyncio.Event()

        async def send_slowly(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                sending.set()
                await gate.wait()

        app = Application()
        app.gate.set()
        limit = LoadLimit(app, max_running=1, max_waiting=0, max_wait_seconds=60)
        scope = {"type": "http", "path": "/", "headers": []}
        slow = asyncio.create_task(limit(scope, receive, send_slowly))
        await sending.wait()
        assert status(await send_request(limit)) == 200
        gate.set()
        await slow
        assert not limit.slots.locked()

    asyncio.run(run())
