"""Requests run in reused threads, and leave nothing for the next request."""

import asyncio
import hashlib
import inspect
import threading
from contextvars import ContextVar

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.db import connection, connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from core.web.bodies import BodyLimit, BodyStore, Pace
from core.web.handler import ThreadedHandler

leftover: ContextVar[str] = ContextVar("leftover", default="nothing")
seen: list[object] = []
ended = threading.Event()


def echo(request):
    seen.append((threading.current_thread().name, leftover.get()))
    leftover.set("something")
    return HttpResponse(request.body)


def count(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.append(connections["default"])
    return HttpResponse("1")


def fail(request):
    raise RuntimeError("failed")


def stream(request):
    async def parts():
        try:
            while True:
                yield b"tick\n"
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    return StreamingHttpResponse(parts())


CALLED_METHODS = {
    "load_middleware": ["self", "is_async"],
    "chunk_bytes": ["data"],
    "create_request": ["self", "scope", "body_file"],
    "get_response": ["self", "request"],
    "send_response": ["self", "response", "send"],
    "listen_for_disconnect": ["self", "receive"],
}
# SHA-256 of the source of `ASGIHandler.__call__` and `handle` in Django 5.2.
REPLACED_METHODS = "05b877cf417b0e5ea2767f2e5ad374d35b8fa26898f1970119629b2445e83b41"
ADVICE = "Django changed {}: see docs/decisions/0011-own-request-handler.md, 'At a Django upgrade'."

urlpatterns = [
    path("echo/", echo),
    path("count/", count),
    path("fail/", fail),
    path("stream/", stream),
]


@pytest.fixture
def handler(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    seen.clear()
    ended.clear()
    pace = Pace(seconds=5, bytes_per_second=1024, max_seconds=5)
    store = BodyStore(max_bytes=1024**2)
    return BodyLimit(ThreadedHandler(threads=2), store=store, max_bytes=1024**2, pace=pace)


def connect(handler, where: str) -> ApplicationCommunicator:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"/{where}",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    return ApplicationCommunicator(handler, scope)


async def send_request(handler, where: str, body: bytes = b"") -> tuple[int, bytes]:
    exchange = connect(handler, where)
    await exchange.send_input({"type": "http.request", "body": body})
    status = (await exchange.receive_output(5))["status"]
    content = (await exchange.receive_output(5))["body"]
    await exchange.wait(5)
    return status, content


def test_threads_are_reused_and_carry_nothing_to_the_next_request(handler):
    async def three():
        return [await send_request(handler, "echo/", b"%d" % number) for number in range(3)]

    assert asyncio.run(three()) == [(200, b"0"), (200, b"1"), (200, b"2")]
    names, contexts = zip(*seen, strict=True)
    assert set(contexts) == {"nothing"}
    assert {name[:8] for name in names} == {"request_"}
    assert len(set(names)) <= 2


@pytest.mark.django_db(transaction=True)
def test_database_connection_is_released_after_the_response(handler):
    assert asyncio.run(send_request(handler, "count/")) == (200, b"1")
    (used,) = seen
    assert used.connection is None


def test_failing_view_responds_500_and_the_next_request_is_served(handler, caplog):
    async def two():
        return await send_request(handler, "fail/"), await send_request(handler, "echo/", b"on")

    (failed, _), after = asyncio.run(two())
    assert failed == 500
    assert after == (200, b"on")


def test_stream_ends_when_the_client_disconnects(handler):
    async def disconnect():
        exchange = connect(handler, "stream/")
        await exchange.send_input({"type": "http.request", "body": b""})
        assert (await exchange.receive_output(5))["status"] == 200
        assert (await exchange.receive_output(5))["body"] == b"tick\n"
        await exchange.send_input({"type": "http.disconnect"})
        await exchange.wait(5)

    asyncio.run(disconnect())
    assert ended.wait(5)


@pytest.mark.parametrize("name", CALLED_METHODS)
def test_django_has_the_methods_that_the_handler_calls(name):
    method = getattr(ASGIHandler, name, None)
    assert method is not None, ADVICE.format(f"ASGIHandler.{name}, which no longer exists")
    parameters = list(inspect.signature(method).parameters)
    assert parameters == CALLED_METHODS[name], ADVICE.format(f"ASGIHandler.{name}")


def test_django_has_not_changed_the_methods_that_the_handler_replaces():
    methods = (ASGIHandler.__call__, ASGIHandler.handle)
    source = "".join(inspect.getsource(method) for method in methods)
    digest = hashlib.sha256(source.encode()).hexdigest()
    assert digest == REPLACED_METHODS, ADVICE.format("ASGIHandler.__call__ or handle")
