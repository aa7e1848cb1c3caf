"""The web server in a thread, and clients that talk to it byte by byte."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from core.web.server import make_server
from demo.services import HOST, free_port

TIMEOUT_SECONDS = 20


@contextmanager
def running_server(application: Any) -> Iterator[int]:
    """Run the web server with the limits of the settings; yield its port."""
    port = free_port()
    server = make_server(application, host=HOST, port=port)
    server.config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(TIMEOUT_SECONDS)
        assert not thread.is_alive()


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


class RawClient:
    """A connection on which a test sends what it likes."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.bind((address, 0))
        self.socket.connect((HOST, port))
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, data: bytes) -> RawAnswer:
        self.send(data)
        return self.read()

    def read(self) -> RawAnswer:
        """Return the next answer; fail if the server closes or resets instead."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip().decode("latin1"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return RawAnswer(status, headers, self._read_body(headers))

    def read_some(self, size: int) -> bytes:
        return self._file.read(size)

    def is_closed(self) -> bool:
        """Read until the server closes or resets; return false if it does not in time."""
        try:
            while self._file.read(65536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True

    def trickle(self, data: bytes, *, every: float = 0.02) -> None:
        """Send a byte at a time until the server stops to listen."""
        for byte in data:
            try:
                self.socket.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(every)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return self._file.read(int(headers["content-length"]))
        body = b""
        while size := int(self._file.readline(), 16):
            body += self._file.read(size)
            self._file.readline()
        self._file.readline()
        return body


def request(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
