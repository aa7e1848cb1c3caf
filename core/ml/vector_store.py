"""Where vectors are searched: a shop's Chroma collection, or exactly when Chroma is away.

Vectors are float32 with norm 1, similarities are cosines (-1 to 1, higher is nearer). The
collections mirror Postgres and can be rebuilt from it at any time, so every failure here is
either `VectorStoreUnavailable` (wait) or `CollectionUnusable` (rebuild).
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
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from django.conf import settings
from numpy.typing import NDArray

from core.errors import Unavailable

Vectors = NDArray[np.float32]
# What Chroma takes in one call is more; a few hundred is where it is fastest.
CALL_SIZE = 250
PAGE_SIZE = 5_000
# After a failure a server is left alone for so long: a search must not wait for it each time.
PAUSE_SECONDS = 5.0
# On catalogue-like vectors the default graph (M 16, ef 100) misses several in a thousand.
# A large sync_threshold makes a server killed while writing replay its log instead of
# finding an index it cannot open.
COLLECTION_CONFIGURATION = {
    "hnsw": {
        "space": "cosine",
        "max_neighbors": 32,
        "ef_construction": 200,
        "ef_search": 200,
        "sync_threshold": 1_000_000,
    }
}


class VectorStoreUnavailable(Unavailable):
    """The Chroma server is away, or answers with an error of its own."""

    code = "vector_store_unavailable"


class CollectionUnusable(Exception):
    """The server answers, but the collection is missing or broken: it has to be rebuilt."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids and their cosine similarities, the nearest first."""

    ids: list[str]
    similarities: Vectors


class VectorStore:
    """One Chroma server. Methods may be called from several threads.

    Every method raises `VectorStoreUnavailable`, and those that read or write a collection
    `CollectionUnusable`. For a while after a failure only one call finds out whether the
    server is back, and the others raise at once.
    """

    def __init__(self, address: str, *, timeout: float) -> None:
        self.address = address
        self.timeout = timeout
        self._client: Any = None
        self._collections: dict[str, Collection] = {}
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def create(self, name: str) -> None:
        """Make an empty collection; one that exists is kept."""
        with self._translating():
            self._connect().get_or_create_collection(
                name, configuration=COLLECTION_CONFIGURATION, embedding_function=None
            )

    def drop(self, name: str) -> None:
        """Remove a collection; one that does not exist is no error."""
        self._collections.pop(name, None)
        try:
            with self._translating():
                self._connect().delete_collection(name)
        except CollectionUnusable:
            return

    def upsert(
        self, name: str, ids: Sequence[str], vectors: Vectors, facets: Sequence[dict[str, Any]]
    ) -> None:
        """Write vectors (n, d) with their facets; doing it twice changes nothing."""
        with self._collection(name) as collection:
            for start in range(0, len(ids), CALL_SIZE):
                part = slice(start, start + CALL_SIZE)
                collection.upsert(
                    ids=list(ids[part]), embeddings=vectors[part], metadatas=list(facets[part])
                )

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Remove vectors; those that are not there are no error."""
        with self._collection(name) as collection:
            for start in range(0, len(ids), CALL_SIZE):
                collection.delete(ids=list(ids[start : start + CALL_SIZE]))

    def query(
        self, name: str, vector: Vectors, *, count: int, where: dict[str, Any] | None = None
    ) -> Neighbours:
        """Return up to `count` neighbours of one vector (d,), narrowed by facets."""
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

    def ids(self, name: str) -> set[str]:
        """Return the ids of every vector in the collection."""
        found: set[str] = set()
        with self._collection(name) as collection:
            while page := collection.get(limit=PAGE_SIZE, offset=len(found), include=[])["ids"]:
                found.update(page)
        return found

    def heartbeat(self) -> None:
        """Raise `VectorStoreUnavailable` when the server does not answer now."""
        self._paused_until = 0.0
        with self._translating():
            self._connect().heartbeat()

    def _connect(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self.address, self.timeout)
            return self._client

    @contextmanager
    def _collection(self, name: str) -> Iterator[Collection]:
        with self._translating(name):
            collection = self._collections.get(name)
            if collection is None:
                collection = self._connect().get_collection(name, embedding_function=None)
                self._collections[name] = collection
            yield collection

    @contextmanager
    def _translating(self, name: str = "") -> Iterator[None]:
        message = "The vector store is away; try again shortly."
        if self._is_paused():
            raise VectorStoreUnavailable(message)
        try:
            yield
            self._paused_until = 0.0
        except ChromaError as error:
            # A handle kept from before the collection was recreated answers "not found".
            self._collections.pop(name, None)
            self._paused_until = 0.0
            raise CollectionUnusable(f"{name}: {error}") from error
        except (httpx.HTTPError, ValueError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            raise VectorStoreUnavailable(message) from error

    def _is_paused(self) -> bool:
        """Return whether to leave the server alone; once the pause is over, one caller goes on."""
        with self._lock:
            now = time.monotonic()
            if now < self._paused_until:
                return True
            if self._paused_until:
                self._paused_until = now + self.timeout
            return False


def _client(address: str, timeout: float) -> Any:
    parts = urlsplit(address)
    limits = httpx.Timeout(timeout, connect=min(timeout, 2.0))
    # The client asks who it is before its waiting can be bounded, and waits for ever by default.
    httpx.get(f"{address}/api/v2/heartbeat", timeout=limits).raise_for_status()
    client: Any = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        settings=Settings(anonymized_telemetry=False),
    )
    client._server._session.timeout = limits  # which it has no public way to set
    return client


@cache
def vector_store(node: str) -> VectorStore:
    """Return this process's store for a node named in `settings.CHROMA_NODES`."""
    return VectorStore(settings.CHROMA_NODES[node], timeout=settings.CHROMA_TIMEOUT_SECONDS)


def nearest(vector: Vectors, ids: Sequence[str], vectors: NDArray[Any], count: int) -> Neighbours:
    """Return the exact `count` nearest of `vectors` (n, d), of 16 or 32 bits, to `vector` (d,)."""
    if not len(ids):
        return Neighbours([], np.empty(0, np.float32))
    similarities = vectors.astype(np.float32, copy=False) @ vector
    count = min(count, len(ids))
    best = np.argpartition(-similarities, count - 1)[:count]
    best = best[np.argsort(-similarities[best], kind="stable")]
    return Neighbours([ids[i] for i in best], similarities[best])
