"""Slow and greedy clients without credentials: they are ended, and nobody else waits for them."""

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import path
from prometheus_client import REGISTRY

from core.tests.live import wait_for
from core.tests.servers import RawClient, request, running_server
from core.web.bodies import BodyLimit, BodyStore, Pace
from core.web.handler import ThreadedHandler
from core.web.load_limits import LoadLimit

MEGABYTE = 1024**2
LARGE = 24 * MEGABYTE
opened: list = []
ran: list[str] = []


def ok(request):
    ran.append(request.path)
    return HttpResponse(b"%d" % len(request.body))


def large(request):
    ran.append(request.path)
    return HttpResponse(bytes(LARGE))


def file(request):
    opened.append(Path(request.GET["name"]).open("rb"))  # noqa: SIM115 - the response closes it
    return FileResponse(opened[-1])


def events(request):
    async def endless():
        while True:
            yield b"data: " + b"x" * 10_000 + b"\n\n"
            await asyncio.sleep(0)

    return StreamingHttpResponse(endless(), content_type="text/event-stream")


urlpatterns = [
    path("", ok),
    path("health/live", ok),
    path("large", large),
    path("file", file),
    path("events", events),
]


def open_connections() -> float | None:
    return REGISTRY.get_sample_value("atelier_connections")


class Service:
    """The server with two slots, over the views of this module."""

    def __init__(self) -> None:
        self.load = LoadLimit(
            ThreadedHandler(threads=2),
            max_running=2,
            max_waiting=0,
            max_wait_seconds=0.1,
            max_streams=20,
            max_streams_per_client=20,
        )
        self.store = BodyStore(max_bytes=64 * MEGABYTE)
        pace = Pace(seconds=1, bytes_per_second=MEGABYTE, max_seconds=60)
        self.application = BodyLimit(self.load, store=self.store, max_bytes=8 * MEGABYTE, pace=pace)
        self.port = 0

    def answers(self) -> bool:
        """Return whether a good client gets its answer, and liveness is reported."""
        with RawClient(self.port, address="127.9.9.9") as client:
            return (
                client.ask(request("/health/live")).status
                == 200
                == client.ask(request("/", method="POST", body=b"x" * 100_000)).status
            )


@pytest.fixture
def limits(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    settings.WEB_HEAD_SECONDS = 1
    settings.WEB_SEND_SECONDS = 1
    settings.WEB_MIN_BYTES_PER_SECOND = MEGABYTE
    settings.WEB_IDLE_SECONDS = 2
    settings.WEB_CONNECTIONS_PER_CLIENT = 50
    opened.clear()
    ran.clear()
    return settings


@pytest.fixture
def service(limits):
    service = Service()
    with running_server(service.application) as service.port:
        yield service


BEGINNINGS = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "half a request line": b"GET /",
    "half a header": b"GET / HTTP/1.1\r\nHost: loc",
    "all but the last line": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_request_that_never_arrives_ends(service, name):
    clients = [RawClient(service.port) for _ in range(20)]
    for client in clients:
        client.send(BEGINNINGS[name])
    assert service.answers()
    assert all(client.is_closed() for client in clients)


def test_headers_byte_by_byte_end_with_a_problem(service):
    with RawClient(service.port) as client:
        client.trickle(b"GET / HTTP/1.1\r\nX: " + b"y" * 200)
        answer = client.read()
        assert answer.status == 408
        assert json.loads(answer.body)["code"] == "request_too_slow"
        assert client.is_closed()


def test_headers_byte_by_byte_end_on_a_connection_that_was_used_before(service):
    with RawClient(service.port) as client:
        assert client.ask(request("/")).status == 200
        client.trickle(b"\r\n" * 100)
        assert client.read().status == 408
        assert client.is_closed()


@pytest.mark.parametrize("kind", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_bodies_that_stop_take_no_slot_and_end_with_a_problem(service, kind):
    clients = [RawClient(service.port) for _ in range(20)]
    for client in clients:
        client.send(request("/", kind, method="POST") + b"5\r\nabcde\r\n")
    assert service.answers()
    for client in clients:
        answer = client.read()
        assert answer.status == 408
        assert json.loads(answer.body)["code"] == "request_too_slow"
        assert client.is_closed()
    assert service.store.bytes == 0


def test_a_body_byte_by_byte_ends_with_a_problem(service):
    with RawClient(service.port) as client:
        client.send(request("/", "Content-Length: 1000", method="POST"))
        client.trickle(b"y" * 200)
        assert client.read().status == 408


def test_a_slow_but_steady_body_is_accepted(service):
    with RawClient(service.port) as client:
        client.send(request("/", f"Content-Length: {4 * MEGABYTE}", method="POST"))
        for _ in range(16):
            client.send(bytes(MEGABYTE // 4))
            time.sleep(0.1)
        assert client.read().body == b"%d" % (4 * MEGABYTE)


@pytest.mark.parametrize("where", ["/large", "/file", "/events"])
def test_clients_that_do_not_read_take_no_slot_and_are_ended(service, where, tmp_path):
    (tmp_path / "large").write_bytes(bytes(LARGE))
    wanted = request(f"{where}?name={tmp_path}/large", "Accept: text/event-stream")
    clients = [RawClient(service.port, receive_buffer=4096) for _ in range(15)]
    for number, client in enumerate(clients):
        client.send(wanted * (3 if number % 2 else 1))
        # Only two requests may run at a time.
        wait_for(lambda: not service.load.slots.locked(), what="A free slot")
    # More than the good client's own connection: the others have not been ended yet.
    wait_for(lambda: service.answers() and (open_connections() or 0) > 1, what="An answer")
    # To look at a connection would be to read.
    wait_for(lambda: open_connections() == 0, what="The end of all connections")
    assert all(client.is_closed() for client in clients)
    assert all(file.closed for file in opened)
    assert not service.load.streams.clients


def test_a_client_that_reads_slowly_is_ended_and_one_that_reads_steadily_is_not(service):
    slow = RawClient(service.port, receive_buffer=4096)
    steady = RawClient(service.port, receive_buffer=4096)
    for client in (slow, steady):
        client.send(request("/large"))

    def read_slowly() -> None:
        try:
            while slow.read_some(1024):
                time.sleep(0.05)
        except OSError:
            pass

    reader = threading.Thread(target=read_slowly)
    reader.start()
    for _ in range(24):
        steady.read_some(MEGABYTE // 2)
        time.sleep(0.1)
    while steady.read_some(MEGABYTE):
        break
    reader.join(20)
    assert not reader.is_alive()
    assert steady.read_some(MEGABYTE)


def test_an_idle_connection_ends(service):
    with RawClient(service.port) as client:
        assert client.ask(request("/")).status == 200
        assert client.is_closed()


def test_connections_of_one_client_are_limited_and_the_idlest_gives_way(limits, service):
    crowd = [RawClient(service.port, address="127.5.5.5") for _ in range(51)]
    assert crowd[-1].ask(request("/")).status == 200
    assert crowd[0].is_closed()
    assert crowd[1].ask(request("/")).status == 200
    assert service.answers()


def test_connections_of_all_clients_are_limited_and_the_idlest_gives_way(limits):
    limits.WEB_CONNECTION_LIMIT = 20
    service = Service()
    with running_server(service.application) as service.port:
        crowd = [RawClient(service.port, address=f"127.6.0.{n}") for n in range(1, 40)]
        for client in crowd:
            client.socket.settimeout(5)
        assert service.answers()
        assert crowd[0].is_closed()


def test_connections_are_turned_away_while_all_others_are_being_answered(limits):
    limits.WEB_CONNECTION_LIMIT = 2
    gate, started = threading.Event(), []

    async def hold(scope, receive, send):
        started.append(scope)
        await asyncio.to_thread(gate.wait)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    with running_server(hold) as port:
        busy = [RawClient(port), RawClient(port)]
        for client in busy:
            client.send(request("/"))
        try:
            wait_for(lambda: len(started) == 2, what="The start of both requests")
            with RawClient(port) as late:
                assert late.read().status == 503
        finally:
            gate.set()
        assert [client.read().status for client in busy] == [200, 200]


def test_unread_answers_take_bounded_memory(limits):
    limits.WEB_UNSENT_LIMIT_BYTES = 3 * LARGE
    limits.WEB_SEND_SECONDS = 60
    service = Service()
    with running_server(service.application) as service.port:
        clients = []
        for _ in range(5):
            clients.append(RawClient(service.port, receive_buffer=4096))
            clients[-1].send(request("/large"))
            wait_for(lambda: not service.load.slots.locked(), what="A free slot")
        wait_for(lambda: open_connections() == 3, what="The end of the slowest")
        assert clients[0].is_closed()
        clients[-1].socket.settimeout(0.2)
        assert clients[-1].read_some(MEGABYTE)
        assert service.answers()


def test_a_pipelined_request_runs_only_after_the_answer_before_it_is_taken(service):
    with RawClient(service.port, receive_buffer=4096) as client:
        client.send(request("/large") + request("/", method="POST", body=b"abc"))
        wait_for(lambda: ran == ["/large"], what="The first request")
        assert service.answers()
        assert ran == ["/large", "/health/live", "/"]
        assert len(client.read().body) == LARGE
        assert client.read().body == b"3"
        assert ran == ["/large", "/health/live", "/", "/"]
