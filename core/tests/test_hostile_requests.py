"""Requests that no honest client sends get a 4xx problem: never a traceback, never a view."""

import json

import pytest

from core.tests.servers import RawClient, request, running_server
from core.web.bodies import BodyLimit, BodyStore, Pace
from core.web.exchange import BODY


async def echo(scope, receive, send):
    """Return the body, and the names of the headers in the log."""
    with scope["extensions"][BODY] as body:
        data = body.file.read()
    seen.append(scope)
    headers = [(b"content-length", b"%d" % len(data))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": data})


seen: list[dict] = []
PACE = Pace(seconds=5, bytes_per_second=1024, max_seconds=5)
POST = "POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
SOCKET = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"

HOSTILE = {
    "a WebSocket": (f"GET / HTTP/1.1\r\nHost: a\r\n{SOCKET}\r\n", 400),
    "a WebSocket in capitals": (f"GET / HTTP/1.1\r\nHost: a\r\n{SOCKET.upper()}\r\n", 400),
    "another protocol after a body": (
        f"{POST}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
        400,
    ),
    "HTTP/2 at once": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/2.0 in the request line": ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400),
    "HTTP/0.9": ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", 400),
    "HTTP/9.9": ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400),
    "TLS": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "CONNECT": ("CONNECT localhost:22 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "TRACE": ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "PROPFIND": ("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "an unknown method": ("EXPLODE / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an endless method": ("A" * 5000, 400),
    "no path": ("GET http://localhost HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a star": ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a NUL": ("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an encoded NUL": ("GET /media/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an encoded NUL in the query": ("GET /?q=%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "bytes above ASCII in the path": ("GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "a NUL in a header": ("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
    "a folded header": ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
    "a space before a colon": ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "bare line feeds": ("GET / HTTP/1.1\nHost: a\n\n", 400),
    "two lengths": (f"{POST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    "the same length twice": (f"{POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    "a list of lengths": (f"{POST}Content-Length: 3, 3\r\n\r\nabc", 400),
    "a negative length": (f"{POST}Content-Length: -3\r\n\r\nabc", 400),
    "an endless length": (f"{POST}Content-Length: {10**30}\r\n\r\nabc", 400),
    "length and chunks": (f"{POST}Content-Length: 3\r\n{CHUNKED}\r\n0\r\n\r\n", 400),
    "chunks and length": (f"{POST}{CHUNKED}Content-Length: 3\r\n\r\n0\r\n\r\n", 400),
    "an unknown encoding": (f"{POST}Transfer-Encoding: gzip\r\n\r\nabc", 400),
    "chunks inside another encoding": (
        f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunks in HTTP/1.0": (f"POST / HTTP/1.0\r\n{CHUNKED}\r\n0\r\n\r\n", 400),
    "a chunk without a length": (f"{POST}{CHUNKED}\r\nxyz\r\n", 400),
    "a chunk longer than its length": (f"{POST}{CHUNKED}\r\n1\r\nxyz\r\n", 400),
    "an unknown expectation": (f"{POST}Expect: a miracle\r\nContent-Length: 3\r\n\r\nabc", 417),
    "a long address": ("GET /" + "a" * 9000 + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "an endless address": ("GET /" + "a" * 200_000, 414),
    "many headers": ("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n" * 200 + "\r\n", 431),
    "a long header": ("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y" * 40_000 + "\r\n\r\n", 431),
    "an endless header": ("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y" * 200_000, 431),
    "an endless name of a header": ("GET / HTTP/1.1\r\nHost: a\r\n" + "y" * 200_000, 431),
    "many trailers": (f"{POST}{CHUNKED}\r\n0\r\n" + "X: y\r\n" * 200 + "\r\n", 431),
    "a long trailer": (f"{POST}{CHUNKED}\r\n0\r\nX: " + "y" * 40_000 + "\r\n\r\n", 431),
    "tiny chunks": (f"{POST}{CHUNKED}\r\n" + "1\r\nx\r\n" * 2000, 400),
}


@pytest.fixture(scope="module")
def port():
    app = BodyLimit(echo, store=BodyStore(max_bytes=10**6), max_bytes=10**5, pace=PACE)
    with running_server(app) as port:
        yield port


@pytest.fixture(autouse=True)
def _forget():
    seen.clear()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_gets_a_problem_and_the_connection_ends(port, name, caplog):
    data, status = HOSTILE[name]
    with RawClient(port) as client:
        answer = client.ask(data.encode("latin1"))
        assert answer.status == status, answer
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["connection"] == "close"
        problem = json.loads(answer.body)
        assert problem["status"] == status
        assert problem["code"] and problem["detail"]
        assert client.is_closed()
    assert not seen
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
    with RawClient(port) as client:
        assert client.ask(request("/")).status == 200


UNUSUAL = {
    "a full address": "GET http://localhost/a?b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a broken escape": "GET /%zz%1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an escape that is not UTF-8": "GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header that is not UTF-8": "GET / HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\n\r\n",
    "HTTP/1.0": "GET / HTTP/1.0\r\n\r\n",
    "HTTP/2 as an offer": (
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    ),
    "empty lines first": "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_but_valid_request_is_answered(port, name):
    with RawClient(port) as client:
        assert client.ask(UNUSUAL[name].encode("latin1")).status == 200


def test_trailers_are_not_headers(port):
    body = f"{POST}{CHUNKED}\r\n3\r\nabc\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    with RawClient(port) as client:
        assert client.ask(body.encode()).body == b"abc"
    assert b"x-forwarded-for" not in dict(seen[0]["headers"])


def test_expect_continue_is_answered_before_the_body_only_if_it_is_wanted(port):
    head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"
    with RawClient(port) as client:
        client.send(head.format(3).encode())
        assert client.read_some(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.ask(b"abc").body == b"abc"
    with RawClient(port) as client:
        assert client.ask(head.format(10**6).encode()).status == 413


def test_a_client_that_goes_on_sending_can_read_that_its_body_is_too_large(port):
    with RawClient(port) as client:
        client.send(request("/", "Content-Length: 3000000", method="POST"))
        client.send(b"x" * 3_000_000)
        answer = client.read()
        assert (answer.status, json.loads(answer.body)["code"]) == (413, "request_too_large")
        assert client.is_closed()


def test_pipelined_requests_are_answered_in_order_and_a_broken_one_after_them(port):
    with RawClient(port) as client:
        for number in range(5):
            client.send(request(f"/{number}", method="POST", body=b"%d" % number))
        client.send(b"nonsense\r\n\r\n")
        assert [client.read().body for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]
        assert client.read().status == 400
        assert client.is_closed()
    assert [scope["path"] for scope in seen] == ["/0", "/1", "/2", "/3", "/4"]


def test_the_number_of_pipelined_requests_is_limited(port):
    with RawClient(port) as client:
        client.send(request("/") * 5_000)
        answers = []
        while not answers or answers[-1].status == 200:
            answers.append(client.read())
        assert json.loads(answers[-1].body)["code"] == "too_many_pipelined_requests"
        assert 2 <= len(answers) <= 20
        assert client.is_closed()
