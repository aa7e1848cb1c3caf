"""Download files from addresses that strangers name, without reaching anything private.

A connection is opened to an address that was resolved and checked for it, so a name that resolves
to another address a moment later gains nothing. Redirects are checked like the first address.
"""

import io
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, BinaryIO

import httpcore
import httpx

from core.downloads.addresses import DownloadRefused, check_address, refuse_address
from core.downloads.hosts import DownloadDelayed, resolve

MAX_REDIRECTS = 3
CONNECT_TIMEOUT_SECONDS = 5
REDIRECTS = {301, 302, 303, 307, 308}
NOT_MODIFIED = 304
# Statuses of a server that may answer later; with the first two, it asks for fewer requests.
BUSY = {429, 503}
DELAYS = BUSY | {408, 425, 500, 502, 504}
HEADERS = {
    "User-Agent": "Atelier",
    # A compressed answer of a few kilobytes may have gigabytes.
    "Accept-Encoding": "identity",
}
# Others are not stored, and so not sent back (RFC 9110, sections 8.8.2 and 8.8.3).
ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,900}"')
DATE = re.compile(r"[A-Za-z0-9,: +-]{1,100}")


@dataclass(frozen=True, slots=True)
class Validators:
    """The headers by which a server recognises a version of a file, or empty texts."""

    etag: str = ""
    last_modified: str = ""

    def as_conditions(self) -> dict[str, str]:
        """Return the headers that ask for the file only if it has changed."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Download:
    """A file, with the headers by which its server recognises it."""

    data: bytes
    validators: Validators


def download(
    url: str, *, max_bytes: int, seconds: float, known: Validators | None = None
) -> Download | None:
    """Return the photo at a public address; see `download_into`."""
    file = io.BytesIO()
    validators = download_into(
        file,
        url,
        max_bytes=max_bytes,
        seconds=seconds,
        accept="image/*",
        subject="photo",
        known=known,
    )
    return None if validators is None else Download(file.getvalue(), validators)


def download_into(
    file: BinaryIO,
    url: str,
    *,
    max_bytes: int,
    seconds: float,
    accept: str,
    subject: str,
    known: Validators | None = None,
) -> Validators | None:
    """Write what a public address has to a file; raise `DownloadRefused` or `DownloadDelayed`.

    None if the server answers that it is still what `known` names. `subject` begins the code of
    what is too large.
    """
    until = time.monotonic() + seconds
    address = check_address(url)
    conditions = known.as_conditions() if known else {}
    for _ in range(MAX_REDIRECTS + 1):
        with _request(address, {**HEADERS, "Accept": accept, **conditions}, until) as response:
            if response.status == NOT_MODIFIED and conditions:
                return None
            if response.status not in REDIRECTS:
                return _read(response, file, max_bytes, subject)
            location = _header(response, "location")
        address = _follow(address, location)
    message = f"The server redirects more than {MAX_REDIRECTS} times."
    raise DownloadRefused(message, code="too_many_redirects")


def _follow(address: httpx.URL, location: str) -> httpx.URL:
    """Return the address that a redirect names; raise `DownloadRefused`."""
    try:
        target = check_address(str(address.join(location)))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise refuse_address("The server redirects to something else.") from error
    if (address.scheme, target.scheme) == ("https", "http"):
        raise refuse_address("The server redirects from https to http.")
    return target


@cache
def get_tls() -> ssl.SSLContext:
    """Return the settings of TLS; reading the certificates of all authorities takes a while."""
    return ssl.create_default_context()


@contextmanager
def _request(
    address: httpx.URL, headers: Mapping[str, str], until: float
) -> Iterator[httpcore.Response]:
    target = httpcore.URL(
        scheme=address.raw_scheme,
        host=address.raw_host,
        port=address.port,
        target=address.raw_path,
    )
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    with (
        _translate_errors(),
        httpcore.ConnectionPool(
            ssl_context=get_tls(), network_backend=_PublicNetwork(until)
        ) as pool,
        pool.stream("GET", target, headers=encoded) as response,
    ):
        yield response


def _read(response: httpcore.Response, file: BinaryIO, max_bytes: int, subject: str) -> Validators:
    status = response.status
    if status in DELAYS:
        wait = _read_wait(response)
        reason = "server_busy" if status in BUSY else "server_failed"
        raise DownloadDelayed(reason, f"The server answered {status}.", wait=wait)
    if status != 200:
        raise DownloadRefused(f"The server answered {status}.", code="not_available")
    if _header(response, "content-encoding") not in {"", "identity"}:
        raise DownloadRefused("The server sends a compressed answer.", code="not_available")
    too_large = DownloadRefused(
        f"The file has more than {max_bytes // 1024**2} MB.", code=f"{subject}_too_large"
    )
    if (_read_number(response, "content-length") or 0) > max_bytes:
        raise too_large
    size = 0
    for part in response.iter_stream():
        size += len(part)
        if size > max_bytes:
            raise too_large
        file.write(part)
    etag, date = _header(response, "etag"), _header(response, "last-modified")
    return Validators(etag if ETAG.fullmatch(etag) else "", date if DATE.fullmatch(date) else "")


def _header(response: httpcore.Response, name: str) -> str:
    """Return the first header of this name, or ""."""
    wanted = name.encode()
    found = (value for key, value in response.headers if key.lower() == wanted)
    return next(found, b"").decode("latin-1").strip()


def _read_number(response: httpcore.Response, name: str) -> int | None:
    text = _header(response, name)
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _read_wait(response: httpcore.Response) -> int | None:
    """Return for how many seconds the server asks to wait, as a number or until a date."""
    seconds = _read_number(response, "retry-after")
    if seconds is None:
        try:
            until = parsedate_to_datetime(_header(response, "retry-after"))
            seconds = max(0, round(until.timestamp() - time.time()))
        except (ValueError, OverflowError):
            return None
    return seconds


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
        for address in resolve(host, seconds=self._deadline.remaining()):
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
