"""A vector store that does not respond delays one search, and not every search."""

import inspect
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import chromadb
import httpx
import numpy as np
import pytest
from django.conf import settings

from core.ml import vector_store
from core.ml.vector_store import VectorStore, VectorStoreUnavailable
from core.tests import plugin

VECTOR = np.array([1.0, 0.0], np.float32)
ADVICE = "chromadb changed: see docs/decisions/0012-chroma-time-outs.md, 'At a chromadb upgrade'."


@pytest.fixture
def hung_server() -> Iterator[socket.socket]:
    """A server that never accepts its connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        server.setblocking(False)
        yield server


def count_connections(server: socket.socket) -> int:
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def assert_unavailable(store: VectorStore) -> None:
    with pytest.raises(VectorStoreUnavailable):
        store.query("any", VECTOR, count=1)


def test_after_a_failure_no_calls_are_made_for_a_while(hung_server, monkeypatch):
    store = VectorStore(f"http://127.0.0.1:{hung_server.getsockname()[1]}", timeout=0.2)
    assert_unavailable(store)
    assert count_connections(hung_server) > 0
    for _ in range(3):
        assert_unavailable(store)
    assert count_connections(hung_server) == 0
    monkeypatch.setattr(vector_store, "PAUSE_SECONDS", 0.0)
    store._paused_until = 0.0
    assert_unavailable(store)
    assert_unavailable(store)
    assert count_connections(hung_server) > 1


def test_a_server_that_responds_again_is_used_again():
    store = VectorStore(settings.CHROMA_NODES["main"], timeout=5)
    address, store.address = store.address, "http://127.0.0.1:9"
    assert_unavailable(store)
    store.address = address
    store.heartbeat()
    store.create("is-back")
    assert store.query("is-back", VECTOR, count=1).ids == []
    store.drop("is-back")


@pytest.fixture
def store() -> Iterator[VectorStore]:
    store = VectorStore(settings.CHROMA_NODES["main"], timeout=0.5)
    store.create("time-outs")
    yield store
    store.heartbeat()
    store.drop("time-outs")


def test_the_client_has_our_time_outs(store):
    session = getattr(getattr(store._connect(), "_server", None), "_session", None)
    assert isinstance(session, httpx.Client), ADVICE
    assert session.timeout == httpx.Timeout(0.5), ADVICE


def test_the_client_has_no_public_setting_for_time_outs():
    parameters = inspect.signature(chromadb.HttpClient).parameters
    assert not [name for name in parameters if "timeout" in name], f"Use it. {ADVICE}"


def test_a_stopped_server_is_reported_in_time(store):
    store.query("time-outs", VECTOR, count=1)
    assert plugin._supervisor is not None
    chroma = plugin._supervisor.pid("chroma")
    with ThreadPoolExecutor(1) as pool:
        os.kill(chroma, signal.SIGSTOP)
        try:
            pool.submit(assert_unavailable, store).result(timeout=10)
        except TimeoutError:
            pytest.fail(ADVICE)
        finally:
            os.kill(chroma, signal.SIGCONT)
