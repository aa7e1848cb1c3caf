"""Download files from addresses that strangers name, without reaching anything private.

A connection is opened to an address that was resolved and checked for it, so a name that resolves
to another address a moment later gains nothing. Redirects are checked like the first address.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from core.errors import DomainError

MAX_ADDRESS_LENGTH = 2_000
MAX_REDIRECTS = 3
CONNECT_TIMEOUT_SECONDS = 5
PORTS = {"http": 80, "https": 443}
ALLOWED_PORTS = frozenset(PORTS.values())
REDIRECTS = {301, 302, 303, 307, 308}
# Statuses of a server that may answer later.
DELAYS = {408, 425, 429, 500, 502, 503, 504}
HEADERS: dict[str | bytes, str | bytes] = {
    "User-Agent": "Atelier",
    "Accept": "image/*",
    # A compressed answer of a few kilobytes may have gigabytes.
    "Accept-Encoding": "identity",
}
# They carry an IPv4 address: of a translator, or of a tunnel's end.
EMBEDDING_NETWORKS = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "2001::/32"))
)
# Of protocols; `is_global` knows only parts of it.
RESERVED_IPV4 = ipaddress.IPv4Network("192.0.0.0/24")
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")

# Names are resolved in threads, since the system's resolver knows no deadline.
_resolvers = ThreadPoolExecutor(8, "resolve")


class DownloadRefused(DomainError):
    """Another attempt would fail as well: for the address, or by the server's answer."""

    code = "download_refused"


class DownloadDelayed(Exception):
    """Another attempt may succeed, after `wait` seconds if the server names a time."""

    def __init__(self, code: str, message: str, *, wait: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Download:
    """A file, with the headers by which its server recognises it."""

    data: bytes
    etag: str
    last_modified: str


def check_address(url: str) -> httpx.URL:
    """Return an address that may be tried; raise `DownloadRefused`. Resolves no name."""
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _refuse_address("It is not one.") from error
    # Other letters than those of ASCII have become longer.
    if len(str(address)) > MAX_ADDRESS_LENGTH:
        raise _refuse_address(f"It has more than {MAX_ADDRESS_LENGTH} characters.")
    if address.scheme not in PORTS or not address.host:
        raise _refuse_address("It has to begin with https:// or http:// and a host.")
    if address.userinfo:
        raise _refuse_address("It may contain no user and password.")
    if (address.port or PORTS[address.scheme]) not in ALLOWED_PORTS:
        raise _refuse_address("It may name no port other than 80 and 443.")
    return address


def download(url: str, *, max_bytes: int, seconds: float) -> Download:
    """Return the file at a public address; raise `DownloadRefused` or `DownloadDelayed`."""
    until = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        address = check_address(url)
        with _request(address, until) as response:
            if response.status not in REDIRECTS:
                return _read(response, max_bytes)
            location = _header(response, "location")
        try:
            url = str(address.join(location))
        except (httpx.InvalidURL, UnicodeError) as error:
            raise _refuse_address("The server redirects to something else.") from error
    message = f"The server redirects more than {MAX_REDIRECTS} times."
    raise DownloadRefused(message, code="too_many_redirects")


def is_public(text: str) -> bool:
    """Return whether an IP address may belong to anybody on the internet."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in PUBLIC_IPV6 or any(address in network for network in EMBEDDING_NETWORKS)
    ):
        return False
    if isinstance(address, ipaddress.IPv4Address) and address in RESERVED_IPV4:
        return False
    return address.is_global and not address.is_multicast


@contextmanager
def _request(address: httpx.URL, until: float) -> Iterator[httpcore.Response]:
    target = httpcore.URL(
        scheme=address.raw_scheme,
        host=address.raw_host,
        port=address.port,
        target=address.raw_path,
    )
    with (
        _translate_errors(),
        httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_PublicNetwork(until)
        ) as pool,
        pool.stream("GET", target, headers=HEADERS) as response,
    ):
        yield response


def _read(response: httpcore.Response, max_bytes: int) -> Download:
    status = response.status
    if status in DELAYS:
        wait = _read_number(response, "retry-after")
        raise DownloadDelayed("server_busy", f"The server answered {status}.", wait=wait)
    if status != 200:
        raise DownloadRefused(f"The server answered {status}.", code="not_available")
    if _header(response, "content-encoding") not in {"", "identity"}:
        raise DownloadRefused("The server sends a compressed answer.", code="not_available")
    too_large = DownloadRefused(
        f"The file has more than {max_bytes // 1024**2} MB.", code="photo_too_large"
    )
    if (_read_number(response, "content-length") or 0) > max_bytes:
        raise too_large
    data = bytearray()
    for part in response.iter_stream():
        data += part
        if len(data) > max_bytes:
            raise too_large
    return Download(bytes(data), _header(response, "etag"), _header(response, "last-modified"))


def _header(response: httpcore.Response, name: str) -> str:
    """Return the first header of this name, or ""."""
    wanted = name.encode()
    found = (value for key, value in response.headers if key.lower() == wanted)
    return next(found, b"").decode("latin-1").strip()


def _read_number(response: httpcore.Response, name: str) -> int | None:
    text = _header(response, name)
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise DownloadDelayed("timed_out", "The server did not answer in time.") from error
    except httpcore.ConnectError as error:
        # The pool raises the error of its connection `from None`.
        if isinstance(error.__context__, ssl.SSLCertVerificationError):
            message = "The server's certificate is not valid for this address."
            raise DownloadRefused(message, code="certificate_invalid") from error
        raise DownloadDelayed("unreachable", "The server cannot be reached.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise DownloadDelayed("connection_lost", "The server ended its answer early.") from error


def _refuse_address(reason: str) -> DownloadRefused:
    return DownloadRefused(f"This address is not accepted. {reason}", code="address_refused")


def _resolve(host: str, port: int, deadline: "_Deadline") -> list[str]:
    """Return the addresses of a host; raise `DownloadRefused` unless all of them are public."""
    resolving = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = resolving.result(deadline.remaining())
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("Resolving took too long.") from error
    except (OSError, UnicodeError) as error:
        raise DownloadDelayed("host_unknown", "The host's name is not known.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(map(is_public, addresses)):
        raise _refuse_address("It is not one of the public internet.")
    return addresses


class _Deadline:
    """The end of a download, at a time of the monotonic clock."""

    def __init__(self, until: float) -> None:
        self._until = until

    def remaining(self, at_most: float | None = None) -> float:
        """Return the seconds left; raise `httpcore.ReadTimeout` if there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The download took too long.")
        return left if at_most is None else min(left, at_most)


class _PublicNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only, and ends everything at the deadline."""

    def __init__(self, until: float) -> None:
        self._deadline = _Deadline(until)
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("The host has no address.")
        for address in _resolve(host, port, self._deadline):
            seconds = self._deadline.remaining(CONNECT_TIMEOUT_SECONDS)
            try:
                stream = self._network.connect_tcp(address, port, seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection on which each operation has the time that is left of the whole download.

    A server that sends a byte now and then would otherwise never exceed a time-out.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._deadline.remaining()
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
