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
from django.core.exceptions import ImproperlyConfigured

from core.ml import vector_store
from core.ml.nodes import parse_node_tokens, parse_nodes
from core.ml.vector_store import (
    NodeMissing,
    VectorStore,
    VectorStoreUnavailable,
    get_vector_store,
)
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
    store = VectorStore(
        f"http://127.0.0.1:{hung_server.getsockname()[1]}", node="main", timeout=0.2
    )
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
    store = VectorStore(settings.CHROMA_NODES["main"], node="main", timeout=5)
    address, store.address = store.address, "http://127.0.0.1:9"
    assert_unavailable(store)
    store.address = address
    store.heartbeat()
    store.create("is-back")
    assert store.query("is-back", VECTOR, count=1).ids == []
    store.drop("is-back")


def test_a_node_that_hangs_does_not_pause_another(hung_server, settings):
    hung = f"http://127.0.0.1:{hung_server.getsockname()[1]}"
    settings.CHROMA_NODES = {**settings.CHROMA_NODES, "hung": hung}
    settings.CHROMA_TIMEOUT_SECONDS = 0.2
    get_vector_store.cache_clear()
    try:
        assert not get_vector_store("hung").is_available()
        count_connections(hung_server)
        assert not get_vector_store("hung").is_available()
        assert count_connections(hung_server) == 0
        assert get_vector_store("main").is_available()
    finally:
        get_vector_store.cache_clear()


def test_each_node_has_its_token_and_an_unknown_one_is_named(settings):
    settings.CHROMA_NODES = {"main": "http://127.0.0.1:9", "own": "http://127.0.0.1:9"}
    settings.CHROMA_TOKEN, settings.CHROMA_NODE_TOKENS = "of-all", {"own": "of-one"}
    get_vector_store.cache_clear()
    try:
        tokens = {name: get_vector_store(name)._token for name in settings.CHROMA_NODES}
        with pytest.raises(NodeMissing, match="node lost: it is not in CHROMA_NODES") as caught:
            get_vector_store("lost")
    finally:
        get_vector_store.cache_clear()
    assert tokens == {"main": "of-all", "own": "of-one"}
    assert "lost" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("main=http://chroma:8000", {"main": "http://chroma:8000"}),
        ("a=http://x:1/, b-2=https://y", {"a": "http://x:1", "b-2": "https://y"}),
        ("a=http://[::1]:8000,", {"a": "http://[::1]:8000"}),
    ],
)
def test_nodes_are_read_from_the_settings(text, nodes):
    assert parse_nodes(text) == nodes
    assert parse_node_tokens(f"{next(iter(nodes))}=a=b", nodes) == {next(iter(nodes)): "a=b"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no node"),
        ("http://chroma:8000", "not name=value"),
        ("main=", "not name=value"),
        ("main=chroma:8000", "no address of a server for 'main'"),
        ("main=http://chroma:port", "no address"),
        ("main=http://chroma:8000/path", "no address"),
        ("main=http://user:word@chroma:8000", "no address"),
        ("my node=http://chroma:8000", "'my node'"),
        (f"{'n' * 61}=http://chroma:8000", "up to 60"),
        ("main=http://a:1,main=http://b:1", "'main' twice"),
    ],
)
def test_wrong_nodes_are_refused(text, message):
    with pytest.raises(ImproperlyConfigured, match=message):
        parse_nodes(text)


def test_a_token_of_no_node_is_refused_without_showing_it():
    with pytest.raises(ImproperlyConfigured, match="third, which CHROMA_NODES lacks") as caught:
        parse_node_tokens("third=secret", {"main": "http://chroma:8000"})
    assert "secret" not in str(caught.value)


@pytest.fixture
def store() -> Iterator[VectorStore]:
    store = VectorStore(settings.CHROMA_NODES["main"], node="main", timeout=2)
    store.create("time-outs")
    yield store
    store.heartbeat()
    store.drop("time-outs")


def test_the_client_has_our_time_outs(store):
    session = getattr(getattr(store._connect(), "_server", None), "_session", None)
    assert isinstance(session, httpx.Client), ADVICE
    assert session.timeout == httpx.Timeout(2), ADVICE


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
            pool.submit(assert_unavailable, store).result(timeout=60)
        except TimeoutError:
            pytest.fail(ADVICE)
        finally:
            os.kill(chroma, signal.SIGCONT)
