"""Downloads reach public addresses only, and end: whatever the server at the other end does."""

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import dns.name
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.downloads import addresses, hosts, http
from core.downloads.addresses import DownloadRefused, check_address, is_public
from core.downloads.hosts import DownloadDelayed
from core.downloads.http import Download, Validators, download
from core.tests.name_servers import SILENCE, NameServer, running_name_server
from core.tests.photo_servers import (
    PhotoServer,
    Script,
    allow_this_machine,
    answer,
    running_photo_server,
    send,
)

MIB = 1024**2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"


@pytest.fixture
def local(monkeypatch) -> None:
    allow_this_machine(monkeypatch)


@pytest.fixture
def names(monkeypatch) -> Iterator[NameServer]:
    with running_name_server(monkeypatch) as server:
        yield server


def fetch(
    url: str, *, max_bytes: int = MIB, seconds: float = 20, known: Validators | None = None
) -> Download | None:
    return download(url, max_bytes=max_bytes, seconds=seconds, known=known)


def fetch_from(script: Script, **options) -> Download | None:
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
        # credentials in disguise
        *(
            "http://a@b@shop.example/",
            "http://shop.example\\@evil.example/",
        ),
        # ports
        *("http://shop.example:0/", "http://shop.example:8080/", "http://shop.example:-80/"),
        # addresses that are not public
        *(
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/",
            "http://0.0.0.0/",
            "http://[::1]/",
        ),
        *("http://[::ffff:8.8.8.8]/", "http://[64:ff9b::808:808]/", "http://[fe80::1%25eth0]/"),
        "http://[2606:4700:4700::1111%25eth0]/",
        # other spellings of numbers
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/"),
        *("http://0x7f.0.0.1/", "http://127.0.0.0x1/", "http://127.0.0.1./", "http://1.2.3.4.5/"),
        *("http://127%2e0.0.1/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://①.②.③.④/"),
        # names of a private network, and what is no name
        *("http://localhost/", "http://postgres/", "http://redis:80/", "http://localhost./"),
        *(
            "http://shop.example./",
            "http://shop..example/",
            "http://.example/",
            "http://-a.example/",
        ),
        *(
            "http://xn--a.example/",
            "http://a.xn--\u00ff/",
            "http://sh op.example/",
            "http://*.example/",
        ),
        *("http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/"),
        *(
            "http://exam\u00adple.example/",
            "http://exa\u200bmple.example/",
            "http://[::1/",
            "http://]/",
        ),
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
        "https://my_bucket.cdn-1.example/a.jpg",
        "https://3.example/a.jpg",
        "https://shop.example:443/a.jpg",
        "http://xn--bcher-kva.example/",
        "http://shop.example/?@evil.example/#@evil.example",
        "http://93.184.216.34/a.jpg",
        "http://[2606:4700:4700::1111]/a.jpg",
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
        *("2002:7f00:1::1", "2002:808:808::1", "2001:0:53aa::1", "2001:db8::1", "3fff::1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "::8.8.8.8", "::ffff:0:8.8.8.8", "100::1"),
        *("192.88.99.1", "192.0.2.1", "198.51.100.1", "0.0.0.7", "5f00::1", "2001:20::1"),
        *("2606:4700::5efe:7f00:1", "2606:4700::200:5efe:808:808", "2606:4700:4700::1111%eth0"),
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
    monkeypatch.setattr(addresses, "ALLOWED_PORTS", range(1, 65_536))
    with running_photo_server(answer(b"secret")) as server:
        with pytest.raises(DownloadRefused):
            fetch(f"http://{host}:{server.port}/")
        assert server.heads == []


# --- Names ----------------------------------------------------------------------------


def test_refuses_a_name_if_any_of_its_addresses_is_private(local, names):
    names.known["shop.example"] = ["127.0.0.1", "10.0.0.1"]
    with running_photo_server(answer(b"photo")) as server:
        with pytest.raises(DownloadDelayed):
            fetch(server.url(host="shop.example"))
        assert server.heads == []


def test_connects_to_the_address_that_was_checked(local, names):
    """A name that resolves to something else a moment later gains nothing."""
    names.known["shop.example"] = ["127.0.0.1"]
    with running_photo_server(answer(b"photo")) as server:
        assert fetch(server.url(host="shop.example")).data == b"photo"
    assert f"Host: shop.example:{server.port}".encode() in server.heads[0]
    assert names.questions == [("shop.example", "A")]


def test_takes_addresses_of_ipv6_if_there_are_no_others(names, monkeypatch):
    monkeypatch.setattr(addresses, "is_public", lambda address: ":" in address)
    names.known["shop.example"] = ["2606:4700:4700::1111"]
    assert hosts.resolve("shop.example", seconds=5) == ["2606:4700:4700::1111"]


@pytest.mark.parametrize(
    "known", [None, [], ["10.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["::ffff:10.0.0.1"], SILENCE]
)
def test_nobody_learns_which_names_this_network_knows(names, monkeypatch, known):
    """A name that does not exist and one with a private address have the same answer."""
    monkeypatch.setattr(hosts, "RESOLVE_SECONDS", 0.2)
    if known is not None:
        names.known["db.corp.example"] = known
    with pytest.raises(DownloadDelayed) as delay:
        fetch("http://db.corp.example/a.jpg")
    expected = ("host_unknown", "The host is not known on the public internet.", None)
    assert (delay.value.code, delay.value.message, delay.value.wait) == expected


def test_adds_no_domain_of_this_network(names, local):
    names.known["shop.example"] = ["127.0.0.1"]
    hosts.get_resolver().search = [dns.name.from_text("corp.example")]
    names.known["db.internal.corp.example"] = ["127.0.0.1"]
    with pytest.raises(DownloadDelayed):
        fetch("http://db.internal/a.jpg")
    assert names.questions == [("db.internal", "A")]


def test_slow_names_delay_no_other_name(names, local):
    """A hundred names without an answer are waited for at the same time."""
    names.known["shop.example"] = ["127.0.0.1"]
    names.known |= {f"slow{number}.example": SILENCE for number in range(100)}
    waiting = [
        threading.Thread(target=_resolve_quietly, args=(f"slow{number}.example",))
        for number in range(100)
    ]
    for thread in waiting:
        thread.start()
    while len(names.questions) < 100:
        time.sleep(0.01)
    assert hosts.resolve("shop.example", seconds=5) == ["127.0.0.1"]
    assert all(thread.is_alive() for thread in waiting)
    for thread in waiting:
        thread.join()


def _resolve_quietly(name: str) -> None:
    with pytest.raises(DownloadDelayed):
        hosts.resolve(name, seconds=3)


# --- Answers --------------------------------------------------------------------------


@pytest.mark.usefixtures("local")
class TestAnswers:
    def test_returns_the_file_and_what_its_server_calls_it(self):
        day = "Sun, 29 Nov 2026 10:00:00 GMT"
        found = fetch_from(answer(b"photo", 'ETag: "v1"', f"Last-Modified: {day}"))
        assert found == Download(b"photo", Validators('"v1"', day))

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
        code = "server_busy" if status in {"429", "503"} else "server_failed"
        assert (delay.value.code, delay.value.wait) == (code, 90)

    @pytest.mark.parametrize(("minutes", "wait"), [(5, 300), (-5, 0)])
    def test_reads_a_date_to_wait_for(self, minutes, wait):
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(answer(b"", f"Retry-After: {date}", status="503 Later"))
        assert delay.value.wait is not None
        assert wait - 60 < delay.value.wait <= wait

    @pytest.mark.parametrize(
        "text", ["soon", "Mon, 99 Nov 2026 10:00:00 GMT", "-1", "1e9", "9" * 5_000, "²", ""]
    )
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

    @pytest.mark.parametrize("part", [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\npho"])
    def test_a_reset_connection_is_tried_again_later(self, part):
        def reset(stream: socket.socket, head: bytes) -> None:
            stream.sendall(part)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(reset)
        assert delay.value.code == "connection_lost"

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
        "http://localhost/",
        "http://xn--a.example/",
        "//[::ffff:127.0.0.1]/",
        "http://[",
        "http://127.0.0.1:0/",
    ],
)
def test_refuses_a_redirect_to_what_is_not_public(target):
    with pytest.raises(DownloadRefused) as refusal:
        fetch_from(redirects(target))
    assert refusal.value.code == "address_refused"


@pytest.mark.usefixtures("local")
def test_a_redirect_to_a_name_of_this_network_tells_nothing(names):
    names.known["db.corp.example"] = ["10.0.0.1"]
    codes = set()
    for name in ("db.corp.example", "unknown.corp.example"):
        with pytest.raises(DownloadDelayed) as delay:
            fetch_from(redirects(f"http://{name}/"))
        codes.add((delay.value.code, delay.value.message))
    assert len(codes) == 1


# --- Versions -------------------------------------------------------------------------


@pytest.mark.usefixtures("local")
class TestVersions:
    def test_asks_for_a_file_only_if_it_has_changed(self):
        day = "Sun, 29 Nov 2026 10:00:00 GMT"
        with running_photo_server(answer(status="304 Not Modified")) as server:
            assert fetch(server.url(), known=Validators('"v1"', day)) is None
        assert b'If-None-Match: "v1"\r\n' in server.heads[0]
        assert f"If-Modified-Since: {day}".encode() in server.heads[0]

    def test_returns_a_file_that_has_changed(self):
        found = fetch_from(answer(b"new", 'ETag: "v2"'), known=Validators('"v1"'))
        assert found == Download(b"new", Validators('"v2"'))

    @pytest.mark.parametrize("known", [None, Validators()])
    def test_an_answer_without_a_file_that_nobody_has_is_refused(self, known):
        with pytest.raises(DownloadRefused, match="304"):
            fetch_from(answer(status="304 Not Modified"), known=known)

    @pytest.mark.parametrize("etag", ["v1", '"a b"', '"' + "a" * 2_000 + '"', "W/", '"v1", "v2"'])
    def test_stores_no_etag_that_it_could_not_send_back(self, etag):
        found = fetch_from(answer(b"photo", f"ETag: {etag}", "Last-Modified: <yesterday>"))
        assert found.validators == Validators()


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
    names.known |= {"shop.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority)
    with running_photo_server(answer(b"photo"), tls=tls) as server:
        yield server


def test_checks_the_certificate_of_the_name_and_not_of_the_address(
    secure_server, authority, monkeypatch
):
    trusting = ssl.create_default_context(cafile=authority)
    monkeypatch.setattr(http, "get_tls", lambda: trusting)
    assert fetch(secure_server.url(host="shop.example")).data == b"photo"
    with pytest.raises(DownloadRefused) as refusal:
        fetch(secure_server.url(host="other.example"))
    assert refusal.value.code == "certificate_invalid"


def test_refuses_a_certificate_of_nobody(secure_server):
    with pytest.raises(DownloadRefused) as refusal:
        fetch(secure_server.url(host="shop.example"))
    assert refusal.value.code == "certificate_invalid"
    assert secure_server.heads == []


@pytest.mark.parametrize("target", ["http://shop.example/a.jpg", "//shop.example:{port}/b"])
def test_refuses_to_go_from_https_to_http(secure_server, authority, monkeypatch, target):
    trusting = ssl.create_default_context(cafile=authority)
    monkeypatch.setattr(http, "get_tls", lambda: trusting)
    secure_server.script = redirects(target.format(port=secure_server.port))
    url = secure_server.url(host="shop.example")
    if target.startswith("//"):
        assert fetch(url).data == b"photo"
    else:
        with pytest.raises(DownloadRefused, match="from https to http") as refusal:
            fetch(url)
        assert refusal.value.code == "address_refused"


def test_a_server_without_tls_is_tried_again_later(local, names):
    names.known["shop.example"] = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_in_plain_text() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer_in_plain_text, daemon=True).start()
        with pytest.raises(DownloadDelayed) as delay:
            fetch(f"https://shop.example:{listener.getsockname()[1]}/")
    assert delay.value.code == "unreachable"
