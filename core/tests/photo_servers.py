"""A web server on this machine that answers as a test says, byte by byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from core.downloads import addresses

Script = Callable[[socket.socket, bytes], None]


class PhotoServer:
    """Runs `script` for each connection, with the head of the request; collects the heads."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.heads: list[bytes] = []
        self.most_at_once = 0
        self._open = 0
        self._lock = threading.Lock()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def url(self, path: str = "/photo.jpg", *, host: str = "127.0.0.1") -> str:
        return f"http{'s' if self._tls else ''}://{host}:{self.port}{path}"

    def accept_all(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        # The client may hang up at any time.
        with suppress(OSError), connection:
            connection.settimeout(20)
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else None
            with wrapped or connection as stream:
                head = b""
                while b"\r\n\r\n" not in head and (part := stream.recv(4096)):
                    head += part
                self.heads.append(head)
                self.script(stream, head)
        with self._lock:
            self._open -= 1


@contextmanager
def running_photo_server(
    script: Script, *, tls: ssl.SSLContext | None = None
) -> Iterator[PhotoServer]:
    server = PhotoServer(script, tls=tls)
    threading.Thread(target=server.accept_all, daemon=True).start()
    try:
        yield server
    finally:
        server.close()


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> Script:
    """Return a script that sends one answer; `length` is the length that it claims."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    data = "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode() + body
    return lambda stream, head: stream.sendall(data)


def send(*parts: bytes, pause: Callable[[], object] = lambda: None) -> Script:
    """Return a script that sends these bytes as they are, with a pause after each part."""

    def script(stream: socket.socket, head: bytes) -> None:
        for part in parts:
            stream.sendall(part)
            pause()

    return script


def allow_this_machine(monkeypatch: Any) -> None:
    """Let this machine count as public, on any port."""
    monkeypatch.setattr(addresses, "ALLOWED_PORTS", range(1, 65_536))
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
