"""Requests run whole in threads that live on; nothing of one is there for the next."""

import asyncio
import threading
from contextvars import ContextVar

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection, connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from core.web.handler import ThreadedHandler

left_behind: ContextVar[str] = ContextVar("left_behind", default="nothing")
seen: list[object] = []
ended = threading.Event()


def tell(request):
    seen.append((threading.current_thread().name, left_behind.get()))
    left_behind.set("something")
    return HttpResponse(request.body)


def count(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.append(connections["default"])
    return HttpResponse("1")


def break_down(request):
    raise RuntimeError("broken")


def stream(request):
    async def parts():
        try:
            while True:
                yield b"tick\n"
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("tell/", tell),
    path("count/", count),
    path("break/", break_down),
    path("stream/", stream),
]


@pytest.fixture
def handler(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    seen.clear()
    ended.clear()
    return ThreadedHandler(threads=2)


def begin(handler, where: str) -> ApplicationCommunicator:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"/{where}",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    return ApplicationCommunicator(handler, scope)


async def ask(handler, where: str, body: bytes = b"") -> tuple[int, bytes]:
    exchange = begin(handler, where)
    await exchange.send_input({"type": "http.request", "body": body})
    status = (await exchange.receive_output(5))["status"]
    told = (await exchange.receive_output(5))["body"]
    await exchange.wait(5)
    return status, told


def test_threads_live_on_and_carry_nothing_from_one_request_to_the_next(handler):
    async def three():
        return [await ask(handler, "tell/", b"%d" % number) for number in range(3)]

    assert asyncio.run(three()) == [(200, b"0"), (200, b"1"), (200, b"2")]
    names, contexts = zip(*seen, strict=True)
    assert set(contexts) == {"nothing"}
    assert {name[:8] for name in names} == {"request_"}
    assert len(set(names)) <= 2


@pytest.mark.django_db(transaction=True)
def test_connection_is_given_back_when_the_answer_is_made(handler):
    assert asyncio.run(ask(handler, "count/")) == (200, b"1")
    (used,) = seen
    assert used.connection is None


def test_broken_view_answers_500_and_the_next_request_is_served(handler, caplog):
    async def two():
        return await ask(handler, "break/"), await ask(handler, "tell/", b"on")

    (broken, _), after = asyncio.run(two())
    assert broken == 500
    assert after == (200, b"on")


def test_stream_ends_when_its_reader_leaves(handler):
    async def leave():
        exchange = begin(handler, "stream/")
        await exchange.send_input({"type": "http.request", "body": b""})
        assert (await exchange.receive_output(5))["status"] == 200
        assert (await exchange.receive_output(5))["body"] == b"tick\n"
        await exchange.send_input({"type": "http.disconnect"})
        await exchange.wait(5)

    asyncio.run(leave())
    assert ended.wait(5)
