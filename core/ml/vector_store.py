"""Vector search: in a Chroma collection, or exact.

Vectors are float32 with norm 1, similarities are cosines (-1 to 1, higher is nearer). Collections
are copies of rows in PostgreSQL and can be rebuilt at any time. So every failure here is either
`VectorStoreUnavailable` (try later) or `CollectionUnusable` (rebuild).
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from django.conf import settings
from numpy.typing import NDArray

from core.errors import Unavailable

Vectors = NDArray[np.float32]
# Chroma accepts more in one call, but is fastest with a few hundred.
CALL_SIZE = 250
PAGE_SIZE = 5_000
# Time without calls after a failure, so that not every search waits for the server.
PAUSE_SECONDS = 5.0
# The proxy refuses the token, or does not reach Chroma.
PROXY_ERRORS = frozenset({401, 403, 407, 429, 502, 503, 504})
# On vectors like ours the default graph (M 16, ef 100) misses several neighbours in a thousand.
# With a large sync_threshold, a server that was killed while writing replays its log; otherwise it
# may find an index that it cannot open.
COLLECTION_CONFIGURATION: CreateCollectionConfiguration = {
    "hnsw": {
        "space": "cosine",
        "max_neighbors": 32,
        "ef_construction": 200,
        "ef_search": 200,
        "sync_threshold": 1_000_000,
    }
}


class VectorStoreUnavailable(Unavailable):
    """A Chroma node does not respond, or reports an internal error.

    `message` is for clients of the API; only logs and commands name the node and the reason.
    """

    code = "vector_store_unavailable"
    message = "The vector store is not available; try again shortly."

    def __init__(self, node: str, reason: str) -> None:
        super().__init__()
        self.node = node
        self.reason = reason

    def __str__(self) -> str:
        return f"The vector store is not available: node {self.node}: {self.reason}"


class NodeMissing(VectorStoreUnavailable):
    """An index is on a node that is not in `settings.CHROMA_NODES` any more."""

    def __init__(self, node: str) -> None:
        super().__init__(
            node,
            "it is not in CHROMA_NODES; put it back, or move its indexes by "
            f"`manage.py move_index --from {node}`",
        )


class CollectionUnusable(Exception):
    """The server responds, but the collection is missing or broken and must be rebuilt."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids and their cosine similarities, nearest first."""

    ids: list[str]
    similarities: Vectors


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """What a collection holds of some ids: vectors (n, d), and the facets of each."""

    ids: list[str]
    vectors: Vectors
    facets: list[dict[str, Any]]


class VectorStore:
    """One Chroma server. Methods may be called from several threads.

    Every method raises `VectorStoreUnavailable`; methods that read or write a collection also
    raise `CollectionUnusable`. After a failure all calls raise immediately for `PAUSE_SECONDS`;
    then a single call tries whether the server responds again.
    """

    def __init__(self, address: str, *, node: str, timeout: float, token: str = "") -> None:
        """Set `token`, a bearer token, if a proxy in front of the server asks for one."""
        self.address = address
        self.node = node
        self._token = token
        self.timeout = timeout
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def create(self, name: str) -> None:
        """Create an empty collection unless it exists."""
        with self._translate_errors():
            self._connect().get_or_create_collection(
                name, configuration=COLLECTION_CONFIGURATION, embedding_function=None
            )

    def drop(self, name: str) -> None:
        """Delete a collection if it exists."""
        self._collections.pop(name, None)
        try:
            with self._translate_errors():
                self._connect().delete_collection(name)
        except CollectionUnusable:
            return

    def upsert(
        self, name: str, ids: Sequence[str], vectors: Vectors, facets: Sequence[dict[str, Any]]
    ) -> None:
        """Write vectors (n, d) with their facets; idempotent."""
        with self._collection(name) as collection:
            for start in range(0, len(ids), CALL_SIZE):
                part = slice(start, start + CALL_SIZE)
                collection.upsert(
                    ids=list(ids[part]), embeddings=vectors[part], metadatas=list(facets[part])
                )

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Delete vectors, ignoring unknown ids."""
        with self._collection(name) as collection:
            for start in range(0, len(ids), CALL_SIZE):
                collection.delete(ids=list(ids[start : start + CALL_SIZE]))

    def query(
        self, name: str, vector: Vectors, *, count: int, where: dict[str, Any] | None = None
    ) -> Neighbours:
        """Return up to `count` neighbours of one vector (d,), filtered by facets."""
        return self.query_many(name, vector[None], count=count, where=where)[0]

    def query_many(
        self, name: str, vectors: Vectors, *, count: int, where: dict[str, Any] | None = None
    ) -> list[Neighbours]:
        """Return up to `count` neighbours of each vector (n, d)."""
        with self._collection(name) as collection:
            answer = collection.query(
                query_embeddings=vectors, n_results=count, where=where, include=["distances"]
            )
        return [
            Neighbours(ids, 1.0 - np.asarray(distances, dtype=np.float32))
            for ids, distances in zip(answer["ids"], answer["distances"] or [], strict=True)
        ]

    def read(self, name: str, ids: Sequence[str]) -> StoredVectors:
        """Return the vectors with these ids, without those that the collection lacks."""
        with self._collection(name) as collection:
            found = collection.get(ids=list(ids), include=["embeddings", "metadatas"])
        vectors: Vectors = np.asarray(found["embeddings"], dtype=np.float32)
        facets = [dict(metadata or {}) for metadata in found["metadatas"] or []]
        return StoredVectors(found["ids"], vectors, facets)

    def ids(self, name: str) -> set[str]:
        """Return the ids of every vector in the collection."""
        found: set[str] = set()
        with self._collection(name) as collection:
            while page := collection.get(limit=PAGE_SIZE, offset=len(found), include=[])["ids"]:
                found.update(page)
        return found

    def heartbeat(self) -> None:
        """Raise `VectorStoreUnavailable` if the server does not respond now."""
        self._paused_until = 0.0
        with self._translate_errors():
            self._connect().heartbeat()

    def is_available(self) -> bool:
        """Return whether the server responds; false without a call in the pause after a failure."""
        try:
            with self._translate_errors():
                self._connect().heartbeat()
        except VectorStoreUnavailable:
            return False
        return True

    def _connect(self) -> ClientAPI:
        with self._lock:
            if self._client is None:
                self._client = _make_client(self.address, self.timeout, self._token)
            return self._client

    @contextmanager
    def _collection(self, name: str) -> Iterator[Collection]:
        with self._translate_errors(name):
            collection = self._collections.get(name)
            if collection is None:
                collection = self._connect().get_collection(name, embedding_function=None)
                self._collections[name] = collection
            yield collection

    @contextmanager
    def _translate_errors(self, name: str = "") -> Iterator[None]:
        if self._is_paused():
            raise VectorStoreUnavailable(self.node, "it did not respond a moment ago")
        try:
            yield
            self._paused_until = 0.0
        except ChromaError as error:
            # A handle from before the collection was recreated raises "not found".
            self._collections.pop(name, None)
            self._paused_until = 0.0
            raise CollectionUnusable(f"{name}: {error}") from error
        except (httpx.HTTPError, ValueError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            raise VectorStoreUnavailable(self.node, f"{type(error).__name__}: {error}") from error

    def _is_paused(self) -> bool:
        """Return if calls must wait; after the pause, only the first caller gets False."""
        with self._lock:
            now = time.monotonic()
            if now < self._paused_until:
                return True
            if self._paused_until:
                self._paused_until = now + self.timeout
            return False


def _make_client(address: str, timeout: float, token: str) -> ClientAPI:
    parts = urlsplit(address)
    limits = httpx.Timeout(timeout, connect=min(timeout, 2.0))
    # The constructor makes requests without a time-out: first check that the server responds.
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    httpx.get(f"{address}/api/v2/heartbeat", timeout=limits, headers=headers).raise_for_status()
    client = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        headers=headers,
        settings=Settings(anonymized_telemetry=False),
    )
    # The client waits for ever and has no setting for it: docs/decisions/0012-chroma-time-outs.md
    session: httpx.Client = client._server._session  # type: ignore[attr-defined]
    session.timeout = limits
    session.event_hooks["response"].append(_raise_for_proxy)
    return client


def _raise_for_proxy(response: httpx.Response) -> None:
    """Raise `httpx.HTTPStatusError` for answers of a proxy in front of Chroma.

    The client would raise a plain `Exception` for them.
    """
    if response.status_code in PROXY_ERRORS:
        response.raise_for_status()


@cache
def get_vector_store(node: str) -> VectorStore:
    """Return this process's store for a node in `settings.CHROMA_NODES`.

    Each has connections and a pause of its own. Raises `NodeMissing`.
    """
    if node not in settings.CHROMA_NODES:
        raise NodeMissing(node)
    return VectorStore(
        settings.CHROMA_NODES[node],
        node=node,
        timeout=settings.CHROMA_TIMEOUT_SECONDS,
        token=settings.CHROMA_NODE_TOKENS.get(node, settings.CHROMA_TOKEN),
    )


def search_exactly(
    vector: Vectors, ids: Sequence[str], vectors: NDArray[Any], count: int
) -> Neighbours:
    """Find the `count` nearest of `vectors` (n, d), float16 or float32, to `vector` (d,)."""
    if not len(ids):
        return Neighbours([], np.empty(0, np.float32))
    similarities = vectors.astype(np.float32, copy=False) @ vector
    count = min(count, len(ids))
    best = np.argpartition(-similarities, count - 1)[:count]
    best = best[np.argsort(-similarities[best], kind="stable")]
    return Neighbours([ids[i] for i in best], similarities[best])
