"""HTTP/1.1 on one connection, with limits on what a client may send and how slowly it may act.

It extends uvicorn's protocol; see docs/decisions/0013-own-connection-limits.md before an upgrade.
"""

import asyncio
import socket
import time
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from core.web.access_log import log_refusal
from core.web.connections import ENDED, ConnectionLimits, Connections
from core.web.exchange import CLOSE, RETRY, encode_problem
from core.web.request_heads import RefusedRequest, RequestHead

# How long a connection discards what the client still sends, so that it can read the last answer:
# the kernel resets a connection that is closed with unread data.
LINGER_SECONDS = 2.0
# The kernel takes no more than this before the client does; beyond it, we see that it is slow.
KERNEL_UNSENT_BYTES = 128 * 1024
# Chunks of a chunked body: each costs far more than its bytes.
FREE_CHUNKS, MIN_CHUNK_BYTES = 1_000, 16


class MeteredTransport:
    """A transport that counts what is written, and lets its connection decide how to close."""

    def __init__(self, transport: asyncio.Transport, connection: "LimitedProtocol") -> None:
        self.inner = transport
        self.written = 0
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self.inner.write(data)

    def close(self) -> None:
        self._connection.close_in_order()


class LimitedProtocol(HttpToolsProtocol):
    """One connection.

    The *head* of a request is its first line and its headers; `BodyLimit` limits the body. At most
    one request of a connection runs, and only while its client takes the answers before it.
    """

    def __init__(self, *, connections: Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.address = ""
        self._all = connections
        self._limits: ConnectionLimits = connections.limits
        self._running: RequestResponseCycle | None = None
        self._refusal: RefusedRequest | None = None
        # Discards what the client sends.
        self._is_deaf = False
        self._lingers_until: float | None = None
        # What arrives next: a head, since when and how much of it.
        self._in_head = True
        self._head_since: float | None = time.monotonic()
        self._head_bytes = self._field_bytes = self._fields = 0
        self._chunks = self._body_bytes = 0
        self._sending_since: float | None = None
        self._sent_before = 0

    # --- The connection -------------------------------------------------------------------
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._meter = MeteredTransport(transport, self)
        super().connection_made(cast(asyncio.Transport, self._meter))
        self.address = self.client[0] if self.client else ""
        if (connected := transport.get_extra_info("socket")) is not None and self.client:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_UNSENT_BYTES)
        if not self._all.add(self):
            self._turn_away()

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.remove(self)
        self.pipeline.clear()
        # uvicorn tells only the newest request, which may still wait in the pipeline.
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def end(self, reason: str) -> None:
        """End the connection now, and drop what is unsent."""
        ENDED.labels(reason).inc()
        self._all.remove(self)
        self.pipeline.clear()  # uvloop resumes writing before it reports the loss
        self._meter.inner.abort()

    def _turn_away(self) -> None:
        """Refuse the connection, without waiting for its request."""
        self._is_deaf = True
        detail = "Too many connections; try again in a moment."
        refusal = RefusedRequest(detail, RETRY, status=503, code="overloaded")
        self._write_refusal(refusal)
        self._meter.inner.close()

    def shutdown(self) -> None:
        """End with the process: at once if no request runs, or after its answer."""
        if self._running is None and not self.unsent_bytes():
            self._meter.inner.abort()
        else:
            super().shutdown()

    def close_in_order(self) -> None:
        """Send what is unsent, then close; wait shortly if the client is still sending."""
        self.pipeline.clear()
        if self._meter.inner.is_closing():
            return
        is_sending = self._is_deaf or not self._in_head or self._head_bytes
        if is_sending and self._meter.inner.can_write_eof():
            if self._lingers_until is None:
                self._is_deaf = True
                self._lingers_until = time.monotonic() + LINGER_SECONDS
                self.flow.resume_reading()
                self._meter.inner.write_eof()
        else:
            self._meter.inner.close()

    def check(self, now: float) -> None:
        """End the connection if the client has not done its part in time."""
        unsent = self.unsent_bytes()
        if not unsent:
            self._sending_since = None
        elif self._sending_since is None:
            self._sending_since, self._sent_before = now, self._meter.written - unsent
        else:
            taken = self._meter.written - unsent - self._sent_before
            patience = self._limits.send_seconds + taken / self._limits.bytes_per_second
            if now > self._sending_since + patience:
                self.end("slow_reader")
                return
        if unsent or self._running or self.pipeline:
            if self._lingers_until is not None:
                self._lingers_until = now + LINGER_SECONDS
        elif self._lingers_until is not None:
            if now > self._lingers_until:
                self._meter.inner.abort()
        elif self._head_since is not None and now > self._head_since + self._limits.head_seconds:
            self._end_slow_head()

    def unsent_bytes(self) -> int:
        return self._meter.inner.get_write_buffer_size()

    def _end_slow_head(self) -> None:
        if not self._head_bytes:
            self.end("no_request")
            return
        seconds = f"{self._limits.head_seconds:g}"
        detail = f"The request's headers did not arrive within {seconds} seconds."
        self._refuse(RefusedRequest(detail, status=408, code="request_too_slow"))

    # --- Receiving ------------------------------------------------------------------------
    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._is_deaf:
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_since is None:
                self._head_since = time.monotonic()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._is_deaf = True  # what follows is another protocol
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, RefusedRequest):
                raise
            self._refuse(error.__context__)
        except httptools.HttpParserError as error:
            self._refuse(RefusedRequest(f"This is not valid HTTP/1.1: {error}."))
        else:
            if self._in_head and self._head_bytes > self._limits.head_bytes:
                self._refuse(_too_large_head(self._limits))

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= self._limits.pipelined:
            detail = f"At most {self._limits.pipelined} requests may wait for their answers."
            raise RefusedRequest(detail, code="too_many_pipelined_requests")
        super().on_message_begin()
        if self._head_since is None:
            self._head_since = time.monotonic()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self._limits.target_bytes:
            detail = f"The address has at most {self._limits.target_bytes} bytes."
            raise RefusedRequest(detail, status=414, code="address_too_long")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        self._field_bytes += len(name) + len(value) + len(b": \r\n")
        if (
            self._fields > self._limits.head_fields
            or self._field_bytes + len(self.url) > self._limits.head_bytes
        ):
            raise _too_large_head(self._limits)
        if self._in_head:  # otherwise a trailer, which nobody reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        version, method = self.parser.get_http_version(), self.parser.get_method().decode()
        head = RequestHead(method, version, self.url, self.headers)
        head.check()
        is_upgrade = self.parser.should_upgrade()
        if is_upgrade:
            head.check_upgrade()
        self._in_head = False
        self._chunks = self._body_bytes = 0
        if version == "1.0":
            self.expect_100_continue = False
        super().on_headers_complete()
        if is_upgrade:
            self.cycle.keep_alive = False

    def on_chunk_header(self) -> None:
        self._chunks += 1
        if self._chunks > FREE_CHUNKS + self._body_bytes / MIN_CHUNK_BYTES:
            raise RefusedRequest("The chunks of the body are too small.")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_since = True, None
        self._head_bytes = self._field_bytes = self._fields = 0
        self._note_turn()

    # --- Answering ------------------------------------------------------------------------
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self.unsent_bytes():
            # uvloop writes at the end of this turn, and only then knows whether the client is slow.
            self.pipeline.append((cycle, app))
            self.flow.pause_reading()
            self.loop.call_soon(self._start_next)
            return
        self._start(cycle, app)

    def _start_next(self) -> None:
        """Start the next request of the pipeline, if its client took the answer before it."""
        if self.pipeline and self._running is None and not self.flow.write_paused:
            self._start(*self.pipeline.pop())

    def _start(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)
        self._note_turn()

    def on_response_complete(self) -> None:
        is_whole = self._running is None or not self._running.more_body
        self._running = None
        if self._head_since is not None:
            self._head_since = time.monotonic()  # it could not arrive before
        if not is_whole:
            self.close_in_order()
        super().on_response_complete()
        if self.pipeline and self._running is None:
            self.flow.pause_reading()
        self._send_refusal_in_turn()
        self._note_turn()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._all.slow_down(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._all.speed_up(self)
        self._start_next()
        self._note_turn()

    def _note_turn(self) -> None:
        """Note whether the server or the client has to act."""
        if self._running is not None and not self._running.more_body and not self.flow.write_paused:
            self._all.work(self)
        else:
            self._all.wait(self)

    def _refuse(self, refusal: RefusedRequest) -> None:
        """Answer the request that is arriving with a problem, after the answers before it."""
        self._is_deaf = True
        self._unset_keepalive_if_required()
        if not self._in_head and not self._drop_arriving():
            self.end(refusal.code)
            return
        self._refusal = refusal
        self._send_refusal_in_turn()

    def _drop_arriving(self) -> bool:
        """Let the application forget the request that is arriving; false if it has answered."""
        if self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
        elif self._running is not self.cycle or self.cycle.response_started:
            return False
        else:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._running = None
        return True

    def _send_refusal_in_turn(self) -> None:
        if self._refusal is None or self._running is not None or self.pipeline:
            return
        if self._lingers_until is not None or self._meter.inner.is_closing():
            return  # the answer before was the last
        self._write_refusal(self._refusal)
        self._refusal = None
        self.close_in_order()

    def _write_refusal(self, refusal: RefusedRequest) -> None:
        ENDED.labels(refusal.code).inc()
        request_id = log_refusal(status=refusal.status, code=refusal.code)
        lines, body = encode_problem(
            *refusal.headers,
            CLOSE,
            request_id,
            status=refusal.status,
            code=refusal.code,
            detail=refusal.detail,
        )
        fields = [*self.server_state.default_headers, *lines]
        head = [STATUS_LINE[refusal.status], *(b"%s: %s\r\n" % field for field in fields), b"\r\n"]
        self._meter.write(b"".join([*head, body]))


def _too_large_head(limits: ConnectionLimits) -> RefusedRequest:
    detail = f"At most {limits.head_fields} headers, of {limits.head_bytes} bytes in total."
    return RefusedRequest(detail, status=431, code="headers_too_large")
