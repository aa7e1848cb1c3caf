"""A vector store that does not answer is waited for once, and not by every search."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest
from django.conf import settings

from core.ml import vector_store
from core.ml.vector_store import VectorStore, VectorStoreUnavailable

VECTOR = np.array([1.0, 0.0], np.float32)


@pytest.fixture
def hung() -> Iterator[socket.socket]:
    """A server whose connections are never taken."""
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


def fail(store: VectorStore) -> None:
    with pytest.raises(VectorStoreUnavailable):
        store.query("any", VECTOR, count=1)


def test_after_a_failure_the_server_is_left_alone_for_a_while(hung, monkeypatch):
    store = VectorStore(f"http://127.0.0.1:{hung.getsockname()[1]}", timeout=0.2)
    fail(store)
    assert count_connections(hung) > 0
    for _ in range(3):
        fail(store)
    assert count_connections(hung) == 0
    monkeypatch.setattr(vector_store, "PAUSE_SECONDS", 0.0)
    store._paused_until = 0.0
    fail(store)
    fail(store)
    assert count_connections(hung) > 1


def test_a_server_that_is_back_is_asked_again(monkeypatch):
    store = VectorStore(settings.CHROMA_NODES["main"], timeout=5)
    good, store.address = store.address, "http://127.0.0.1:9"
    fail(store)
    store.address = good
    store.heartbeat()
    store.create("is-back")
    assert store.query("is-back", VECTOR, count=1).ids == []
    store.drop("is-back")
