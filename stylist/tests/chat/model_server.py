"""A fake OpenAI-compatible server over real HTTP: it answers as a test wants, well or badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Turn = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next turn of the script; the last one repeatedly."""

    protocol_version = "HTTP/1.1"
    server: FakeModel

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        request = json.loads(self.rfile.read(length))
        request["path"] = self.path
        request["headers"] = {name.lower(): value for name, value in self.headers.items()}
        turns, seen = self.server.turns, self.server.requests
        turn = turns[min(len(seen), len(turns) - 1)]
        seen.append(request)
        try:
            turn(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()
        self.close_connection = True

    def start(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        self.end_headers()

    def event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        body = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.raw(f"data: {json.dumps(body)}\n\n")

    def raw(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        pass


class FakeModel(ThreadingHTTPServer):
    """The server; `requests` has what it was sent, `left` is set when a client left."""

    daemon_threads = True

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.turns = turns
        self.requests: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.release = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def tool_results(self) -> list[dict[str, Any]]:
        """Return the results of tools in the last request."""
        last = self.requests[-1]["messages"]
        return [json.loads(each["content"]) for each in last if each["role"] == "tool"]


@contextmanager
def serving(*turns: Turn) -> Iterator[FakeModel]:
    server = FakeModel(turns)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def send_text(text: str, *, size: int = 7) -> Turn:
    """Stream a text in small chunks."""

    def turn(handler: Handler) -> None:
        handler.start()
        for start in range(0, len(text), size):
            handler.event({"content": text[start : start + size]})
        handler.event({}, "stop")
        handler.raw("data: [DONE]\n\n")

    return turn


def call_tools(*calls: tuple[str, Any], words: str = "") -> Turn:
    """Call tools, the arguments in two fragments as servers send them."""

    def turn(handler: Handler) -> None:
        handler.start()
        if words:
            handler.event({"content": words})
        for index, (name, arguments) in enumerate(calls):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            opening = {"name": name, "arguments": text[:3]}
            handler.event(
                {"tool_calls": [{"index": index, "id": f"c{index}", "function": opening}]}
            )
            rest = {"arguments": text[3:]}
            handler.event({"tool_calls": [{"index": index, "function": rest}]})
        handler.event({}, "tool_calls")
        handler.raw("data: [DONE]\n\n")

    return turn


def fail(status: int) -> Turn:
    def turn(handler: Handler) -> None:
        handler.start(status, "application/json")
        handler.raw('{"error": {"message": "no"}}')

    return turn


def send_raw(text: str, kind: str = "text/event-stream") -> Turn:
    def turn(handler: Handler) -> None:
        handler.start(200, kind)
        handler.raw(text)

    return turn


def stall(words: str = "") -> Turn:
    """Send the words, if any, then nothing until the test ends."""

    def turn(handler: Handler) -> None:
        handler.start()
        if words:
            handler.event({"content": words})
        handler.server.release.wait(20)

    return turn


def drip(text: str, *, pause: float) -> Turn:
    """Send a text again and again until the client leaves."""

    def turn(handler: Handler) -> None:
        handler.start()
        while not handler.server.release.is_set():
            handler.event({"content": text})
            time.sleep(pause)

    return turn
