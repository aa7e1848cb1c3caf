"""A fast HTTP client, so that the server is measured and not the client.

HTTP/1.1 over asyncio streams, with keep-alive, one request at a time on a connection. A request
costs the client about a tenth of a millisecond; httpx takes more than one.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

BOUNDARY = "atelier-benchmark"


@dataclass(frozen=True, slots=True)
class Address:
    """The server's port, and an API key of the shop."""

    port: int
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float


class UnexpectedStatus(RuntimeError):
    """The status is not a success; such a fast response must not be measured."""


def prompt_request(address: Address, prompt: str, *, count: int = 10) -> bytes:
    """Return the bytes of a request for recommendations."""
    body = json.dumps({"prompt": prompt, "number_of_images": count}).encode()
    return _request(address, "/api/v1/recommendations/", "application/json", body)


def upload_request(address: Address, name: str, photo: bytes) -> bytes:
    """Return the bytes of a multipart request that uploads a JPEG."""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = parts.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    return _request(address, "/api/v1/images/", f"multipart/form-data; boundary={BOUNDARY}", body)


def events_request(address: Address, events: Sequence[Mapping[str, object]]) -> bytes:
    """Return the bytes of a request with a batch of events."""
    body = json.dumps({"events": events}).encode()
    return _request(address, "/api/v1/events/", "application/json", body)


def outfits_request(address: Address, shopper: str, wish: Mapping[str, object]) -> bytes:
    """Return the bytes of a request for a shopper's outfits."""
    path = f"/api/v1/shoppers/{shopper}/outfits/"
    return _request(address, path, "application/json", json.dumps(wish).encode())


def get_request(address: Address, path: str) -> bytes:
    """Return the bytes of a request that reads."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{address.port}\r\n"
        f"Authorization: Api-Key {address.key}\r\n\r\n"
    )
    return head.encode()


def _request(address: Address, path: str, content_type: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{address.port}\r\n"
        f"Authorization: Api-Key {address.key}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """One keep-alive connection for consecutive requests."""

    def __init__(self, port: int) -> None:
        self._runner = asyncio.Runner()
        self._streams = self._runner.run(_open(port))

    def ask(self, request: bytes) -> Answer:
        return _require_success(self._runner.run(_exchange(*self._streams, request)))

    def close(self) -> None:
        self._streams[1].close()
        self._runner.close()


def send_all(
    port: int, requests: Iterable[bytes], *, clients: int, other_ports: Sequence[int] = ()
) -> tuple[list[Answer], float]:
    """Send requests over `clients` connections; return the answers and the total seconds.

    The connections are shared out among all ports. Raises `UnexpectedStatus`.
    """
    ports = cycle([port, *other_ports])
    return asyncio.run(_send_all(list(islice(ports, clients)), requests))


async def _send_all(ports: Sequence[int], requests: Iterable[bytes]) -> tuple[list[Answer], float]:
    waiting = iter(requests)
    answers: list[Answer] = []
    start = time.perf_counter()
    await asyncio.gather(*(_converse(port, waiting, answers) for port in ports))
    return answers, time.perf_counter() - start


async def _converse(port: int, waiting: Iterable[bytes], answers: list[Answer]) -> None:
    reader, writer = await _open(port)
    for request in waiting:  # the other connections take from the same iterator
        answer = await _exchange(reader, writer, request)
        answers.append(_require_success(answer))
    writer.close()


async def _open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Answer:
    start = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    return Answer(int(head.split(None, 2)[1]), body, time.perf_counter() - start)


def _require_success(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        raise UnexpectedStatus(f"The server answered {answer.status}: {answer.body[:300]!r}")
    return answer
