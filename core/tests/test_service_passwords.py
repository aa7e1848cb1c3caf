"""Redis and Chroma are used with passwords, over TLS, and through a proxy that checks a token."""

import datetime
import http.client
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from kombu import Connection

from core.ml.vector_store import VectorStore, VectorStoreUnavailable

ROOT = Path(settings.BASE_DIR)
TOKEN = "a-token-of-the-gate"
VECTORS = np.eye(3, dtype=np.float32)


class Gate(BaseHTTPRequestHandler):
    """Passes requests with the token to Chroma, as the proxy of the compose file does."""

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = self.server
        if self.headers.get("Authorization") != f"Bearer {server.token}":
            self.reply(401, b"Send the token of this server.")
        elif server.is_down:
            self.reply(502, b"")
        else:
            target = http.client.HTTPConnection(urlsplit(settings.CHROMA_NODES["main"]).netloc)
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            target.request(self.command, self.path, body, headers)
            response = target.getresponse()
            self.reply(response.status, response.read(), response.headers["Content-Type"])

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def reply(self, status: int, body: bytes, kind: str | None = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def gate() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Gate) as server:
        server.token, server.is_down = TOKEN, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def make_store(gate, token: str = TOKEN) -> VectorStore:
    return VectorStore(gate.url, node="main", timeout=5, token=token)


def test_uses_chroma_through_a_proxy_that_checks_the_token(gate):
    store = make_store(gate)
    store.create("behind-the-gate")
    store.upsert("behind-the-gate", ["a", "b", "c"], VECTORS, [{"kind": "x"}] * 3)
    assert store.query("behind-the-gate", VECTORS[1], count=1).ids == ["b"]
    assert store.ids("behind-the-gate") == {"a", "b", "c"}
    store.delete("behind-the-gate", ["a"])
    store.drop("behind-the-gate")


@pytest.mark.parametrize("token", ["", "another-token"])
def test_without_the_right_token_the_store_is_unavailable(gate, token):
    with pytest.raises(VectorStoreUnavailable):
        make_store(gate, token).heartbeat()


def test_a_changed_token_makes_the_store_unavailable_and_damages_nothing(gate):
    store = make_store(gate)
    store.create("with-a-token")
    store.query("with-a-token", VECTORS[0], count=1)
    gate.token = "a-new-token"
    # "Unusable" would delete the collection and build it again.
    with pytest.raises(VectorStoreUnavailable):
        store.query("with-a-token", VECTORS[0], count=1)
    gate.token = TOKEN
    store.heartbeat()
    store.drop("with-a-token")


def test_chroma_down_behind_its_proxy_is_unavailable(gate):
    store = make_store(gate)
    store.create("behind-the-gate")
    gate.is_down = True
    with pytest.raises(VectorStoreUnavailable):
        store.query("behind-the-gate", VECTORS[0], count=1)
    gate.is_down = False
    store.heartbeat()
    store.drop("behind-the-gate")


def test_redis_refuses_clients_without_the_password():
    address = urlsplit(settings.REDIS_URL)
    assert len(address.password) >= 32
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=address.hostname, port=address.port).ping()


def read_redis_url(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from core import settings; print(settings.REDIS_URL)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("password", ["simple", "p@ss:w/rd?#%41", "ünïcödé pass", "a+b&c=d"])
def test_the_password_of_redis_may_contain_any_character(password):
    url = read_redis_url(REDIS_URL="redis://redis:6379", REDIS_PASSWORD=password)
    address = urlsplit(url)
    assert (address.hostname, address.port) == ("redis", 6379)
    assert unquote(address.password) == password
    assert redis.ConnectionPool.from_url(url).connection_kwargs["password"] == password
    assert Connection(url).password == password


def test_a_password_in_the_address_comes_first():
    url = read_redis_url(REDIS_URL="rediss://user:own@redis:6379", REDIS_PASSWORD="other")
    assert url == "rediss://user:own@redis:6379"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a key and a certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + built.public_bytes(pem)
    )
    return file


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


@pytest.fixture
def encrypted_redis(certificate: Path) -> Iterator[str]:
    """Return the address of the tests' Redis behind a server that ends TLS."""
    address = urlsplit(settings.REDIS_URL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client = context.wrap_socket(listener.accept()[0], server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            server = socket.create_connection((address.hostname, address.port))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=copy, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]
    yield f"rediss://:{address.password}@localhost:{port}?ssl_ca_certs={certificate}"
    listener.close()


def test_redis_is_used_over_tls_by_cache_limits_and_queue(encrypted_redis):
    assert redis.Redis.from_url(encrypted_redis, db=1).ping()
    cache = RedisCache(encrypted_redis, {"OPTIONS": {"db": 1}})
    cache.set("tls-cache", "value", 60)
    assert cache.get("tls-cache") == "value"
    with Connection(encrypted_redis) as broker:
        queue = broker.SimpleQueue("tls-queue")
        queue.put({"task": 1})
        assert queue.get(timeout=5).payload == {"task": 1}
        queue.close()


def test_redis_with_an_unknown_certificate_is_refused(encrypted_redis):
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(encrypted_redis.partition("?")[0], db=1).ping()
