"""Downloads reach public addresses only, and end: whatever the server at the other end does."""

import gzip
import itertools
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import downloads
from core.downloads import (
    Download,
    DownloadDelayed,
    DownloadRefused,
    check_address,
    download,
    is_public,
)
from core.tests.photo_servers import PhotoServer, Script, answer, running_photo_server, send

MIB = 1024**2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"


@pytest.fixture
def local(monkeypatch) -> None:
    """Let this machine count as public, on any port."""
    monkeypatch.setattr(downloads, "ALLOWED_PORTS", range(1, 65_536))
    monkeypatch.setattr(downloads, "is_public", lambda address: address == "127.0.0.1")


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """Names and their addresses, which the resolver of this process then knows."""
    known: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in known:
            return resolve(host, port, *args, **kwargs)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, port)) for at in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def fetch(url: str, *, max_bytes: int = MIB, seconds: float = 20) -> Download:
    return download(url, max_bytes=max_bytes, seconds=seconds)


def fetch_from(script: Script, **options) -> Download:
    with running_photo_server(script) as server:
        return fetch(server.url(), **options)


# --- Addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "photo.jpg",
        "//shop.example/a.jpg",
        "ftp://shop.example/a.jpg",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "data:image/png;base64,AAAA",
        "http:///a.jpg",
        "http://user@shop.example/a.jpg",
        "http://user:password@shop.example/a.jpg",
        "http://:@shop.example/",
        "http://shop.example:22/a.jpg",
        "http://shop.example:6379/",
        "https://shop.example:99999/",
        "http://shop.example/\r\nHost: other",
        "http://shop.example/" + "a" * 2_000,
        "http://shop.example/" + "ä" * 1_000,
    ],
)
def test_refuses_other_addresses(url):
    with pytest.raises(DownloadRefused) as refusal:
        check_address(url)
    assert refusal.value.code == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/a.jpg",
        "http://shop.example:80/a.jpg?size=2",
        "https://bücher.example/ä ö.jpg",
        "HTTPS://SHOP.EXAMPLE/A.JPG",
    ],
)
def test_accepts_web_addresses(url):
    assert check_address(url).host


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.7"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        *("2002:7f00:1::1", "2001:0:53aa::1", "2001:db8::1"),
    ],
)
def test_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_address_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"],
)
def test_reaches_nothing_on_this_machine_by_any_spelling(monkeypatch, host):
    monkeypatch.setattr(downloads, "ALLOWED_PORTS", range(1, 65_536))
    with running_photo_server(answer(b"secret")) as server:
        with pytest.raises((DownloadRefused, DownloadDelayed)):
            fetch(f"http://{host}:{server.port}/")
        assert server.heads == []


def test_refuses_a_name_if_any_of_its_addresses_is_private(local, names):
    names["shop.example"] = ["127.0.0.1", "10.0.0.1"]
    with running_photo_server(answer(b"photo")) as server:
        with pytest.raises(DownloadRefused):
            fetch(server.url(host="shop.example"))
        assert server.heads == []


def test_connects_to_the_address_that_was_checked(local, names, monkeypatch):
    """A name that resolves to something else a moment later gains nothing."""
    names["shop.example"] = ["127.0.0.1"]
    resolve, count = socket.getaddrinfo, itertools.count(1)

    def resolve_once(host, *args, **kwargs):
        assert host != "shop.example" or next(count) == 1
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_once)
    with running_photo_server(answer(b"photo")) as server:
        assert fetch(server.url(host="shop.example")).data == b"photo"
    assert f"Host: shop.example:{server.port}".encode() in server.heads[0]


def test_an_unknown_name_is_tried_again_later(names):
    names["shop.example"] = []
    with pytest.raises(DownloadDelayed) as delay:
        fetch("http://shop.example/a.jpg")
    assert delay.value.code == "host_unknown"


# --- Answers --------------------------------------------------------------------------


@pytest.mark.usefixtures("local")
class TestAnswers:
    def test_returns_the_file_and_what_its_server_calls_it(self):
        day = "Sun, 29 Nov 2026 10:00:00 GMT"
        found = fetch_from(answer(b"photo", 'ETag: "v1"', f"Last-Modified: {day}"))
        assert found == Download(b"photo", '"v1"', day)

    def test_sends_no_cookies_nor_credentials_and_asks_for_no_compression(self):
        with running_photo_server(answer(b"photo")) as server:
            fetch(server.url("/a%20b.jpg?size=2"))
        head = server.heads[0].decode().lower()
        assert head.startswith("get /a%20b.jpg?size=2 http/1.1")
        assert "accept-encoding: identity" in head
        assert "cookie" not in head and "authorization" not in head

    def test_reads_an_answer_in_chunks(self):
        body = b"3\r\npho\r\n2\r\nto\r\n0\r\n\r\n"
        found = fetch_from(send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body))
        assert found.data == b"photo"

    def test_reads_an_answer_that_ends_with_the_connection(self):
        assert fetch_from(send(HEAD + b"\r\nphoto")).data == b"photo"

    @pytest.mark.parametrize("status", ["400", "401", "403", "404", "410", "204", "206", "300"])
    def test_other_statuses_are_final(self, status):
        with pytest.raises(DownloadRefused, match=status):
            fetch_from(answer(status=f"{status} No"))

    @pytest.mark.parametrize("status", ["408", "425", "429", "500", "502", "503", "504"])
    def test_a_busy_server_is_tried_again_later(self, status):
        with pytest.raises(DownloadDelayed, match=status) as delay:
            fetch_from(answer(b"", "Retry-After: 90", status=f"{status} Later"))
        assert (delay.value.code, delay.value.wait) == ("server_busy", 90)

    @pytest.mark.parametrize("text", ["soon", "-1", "1e9", "9" * 5_000, "²", ""])
    def test_ignores_a_strange_retry_after(self, text):
        data = f"HTTP/1.1 503 Busy\r\nRetry-After: {text}\r\nContent-Length: 0\r\n\r\n"
        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(send(data.encode("latin-1")))
        assert delay.value.wait is None

    def test_refuses_a_compressed_answer(self):
        bomb = gzip.compress(bytes(50 * MIB))
        with pytest.raises(DownloadRefused):
            fetch_from(answer(bomb, "Content-Encoding: gzip"))

    def test_refuses_a_file_that_says_it_is_too_large(self):
        with pytest.raises(DownloadRefused) as refusal:
            fetch_from(answer(b"", length=MIB + 1))
        assert refusal.value.code == "photo_too_large"

    @pytest.mark.parametrize("header", [b"", b"Transfer-Encoding: chunked\r\n"])
    def test_refuses_a_file_that_turns_out_too_large(self, header):
        parts = [b"10000\r\n" + bytes(0x10000) + b"\r\n" if header else bytes(0x10000)] * 40
        with pytest.raises(DownloadRefused) as refusal:
            fetch_from(send(HEAD + header + b"\r\n", *parts))
        assert refusal.value.code == "photo_too_large"

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x00\xff" * 100,
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nphoto",
            b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nphoto",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nphoto",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nphoto",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npho",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000,
        ],
    )
    def test_broken_http_is_tried_again_later(self, data):
        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(send(data))
        assert delay.value.code in {"connection_lost", "unreachable"}

    def test_a_server_that_is_not_there_is_tried_again_later(self):
        with running_photo_server(answer()) as server:
            pass
        with pytest.raises(DownloadDelayed) as delay:
            fetch(server.url())
        assert delay.value.code == "unreachable"

    @pytest.mark.parametrize(
        "parts",
        [
            [],  # accepts and says nothing
            [b"HTTP/1.1 200 OK\r\nX: "] + [b"y"] * 1_000,
            [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 1_000,
            [HEAD + b"Content-Length: 1000\r\n\r\n"] + [b"y"] * 1_000,
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n"] + [b"1\r\ny\r\n"] * 1_000,
        ],
    )
    def test_a_slow_server_ends_with_the_time(self, parts):
        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(
                send(*parts, b"", pause=lambda: time.sleep(0.05)) if parts else _silence,
                seconds=0.5,
            )
        assert delay.value.code == "timed_out"


def _silence(stream: socket.socket, head: bytes) -> None:
    stream.recv(1)


# --- Redirects ------------------------------------------------------------------------


def redirects(*targets: str) -> Script:
    """Return a script that redirects to each target in turn, then sends a photo."""
    left = list(targets)

    def script(stream: socket.socket, head: bytes) -> None:
        location = left.pop(0) if left else ""
        reply = answer(b"", f"Location: {location}", status="302 Found")
        (reply if location else answer(b"photo"))(stream, head)

    return script


@pytest.mark.usefixtures("local")
def test_follows_three_redirects_and_no_fourth():
    assert fetch_from(redirects("/b.jpg", "c.jpg", "?d")).data == b"photo"
    with pytest.raises(DownloadRefused) as refusal:
        fetch_from(redirects("/b", "/c", "/d", "/e"))
    assert refusal.value.code == "too_many_redirects"


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://user:password@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
    ],
)
def test_refuses_a_redirect_to_what_is_not_public(target):
    with pytest.raises(DownloadRefused) as refusal:
        fetch_from(redirects(target))
    assert refusal.value.code == "address_refused"


# --- TLS ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Path:
    """The certificate and key of shop.example, which signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "shop.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path


@pytest.fixture
def secure_server(authority, local, names) -> Iterator[PhotoServer]:
    names |= {"shop.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority)
    with running_photo_server(answer(b"photo"), tls=tls) as server:
        yield server


def test_checks_the_certificate_of_the_name_and_not_of_the_address(
    secure_server, authority, monkeypatch
):
    trusting = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting(cafile=authority))
    assert fetch(secure_server.url(host="shop.example")).data == b"photo"
    with pytest.raises(DownloadRefused) as refusal:
        fetch(secure_server.url(host="other.example"))
    assert refusal.value.code == "certificate_invalid"


def test_refuses_a_certificate_of_nobody(secure_server):
    with pytest.raises(DownloadRefused) as refusal:
        fetch(secure_server.url(host="shop.example"))
    assert refusal.value.code == "certificate_invalid"
    assert secure_server.heads == []
