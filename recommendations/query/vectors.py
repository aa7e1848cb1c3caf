"""Vectors of what is asked: from the cache, or encoded by the GPU worker within a deadline.

The web process never holds a model: it asks the worker through `gpu.interactive`. Vectors are
float32 (d,) with norm 1.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from django.conf import settings

from catalog.models import VectorIndex
from core.errors import Unavailable
from core.jobs import rpc
from core.ml.vector_store import Vectors

# A request begins with what it is, and so does a reply: a vector's bytes, or a message.
TEXT, PHOTO = b"t", b"p"
VECTOR, FAILURE = b"v", b"f"
ENCODE = "recommendations.tasks.encode_query"


class EncoderBusy(Unavailable):
    """No worker gave the prompt's vector within the deadline."""

    code = "encoder_busy"


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A vector of something asked, and where it came from."""

    vector: Vectors
    source: Literal["cache", "encoder"]


def text_payload(text: str) -> bytes:
    """Return what is sent to have a text encoded; spaces do not matter."""
    return TEXT + " ".join(text.split()).encode()


def photo_payload(jpeg: bytes) -> bytes:
    """Return what is sent to have a photo encoded."""
    return PHOTO + jpeg


@dataclass(frozen=True, slots=True)
class Asked:
    """Vectors that are cached, by key, and the requests for those that the worker makes."""

    keys: list[str]
    cached: Mapping[str, bytes]
    requests: Mapping[str, str]
    until: float

    def receive(self) -> list[QueryVector]:
        """Wait for the vectors, one for each payload; raises `Unavailable` past the deadline."""
        answers = {key: _receive(request, self.until) for key, request in self.requests.items()}
        for key, data in answers.items():
            rpc.connection().set(key, data, ex=settings.QUERY_VECTOR_TTL_SECONDS)
        return [
            QueryVector(np.frombuffer(answers[key], np.float32), "encoder")
            if key in answers
            else QueryVector(np.frombuffer(self.cached[key], np.float32), "cache")
            for key in self.keys
        ]


def ask_vectors(*, index: VectorIndex, payloads: Sequence[bytes]) -> Asked:
    """Ask for a vector of each payload, and do not wait; raises `Unavailable`.

    Cached by shop, too: what one shop asks must not be told to another by timing. What is not
    known goes to the worker at once, so that it shares a forward pass.
    """
    until = time.monotonic() + settings.ENCODE_DEADLINE_SECONDS
    keys = [_cache_key(index, payload) for payload in payloads]
    known: Any = rpc.connection().mget(keys) if keys else []
    cached = {key: data for key, data in zip(keys, known, strict=True) if data is not None}
    missing = {key: data for key, data in zip(keys, payloads, strict=True) if key not in cached}
    requests = {key: _send(payload, index.encoder) for key, payload in missing.items()}
    return Asked(keys, cached, requests, until)


def take_request(request_id: str) -> tuple[bytes, bytes] | None:
    """Return kind and data of what a waiting caller asks; None when nobody waits any more."""
    payload = rpc.take_question(request_id)
    return None if payload is None else (payload[:1], payload[1:])


def reply(request_id: str, kind: bytes, data: bytes) -> None:
    """Hand a vector's bytes, or a message, to the caller who waits for it."""
    rpc.answer(request_id, kind + data)


def _send(payload: bytes, encoder: str) -> str:
    try:
        return rpc.call(ENCODE, payload, seconds=settings.ENCODE_DEADLINE_SECONDS, encoder=encoder)
    except rpc.WorkerBusy as error:
        raise EncoderBusy(error.message) from error


def _receive(request_id: str, until: float) -> bytes:
    try:
        answer = rpc.receive(request_id, until=until)
    except rpc.WorkerBusy as error:
        message = "No worker was free to read the prompt in time; try again shortly."
        raise EncoderBusy(message) from error
    kind, data = answer[:1], answer[1:]
    if kind == FAILURE:
        raise EncoderBusy(data.decode())
    return data


def _cache_key(index: VectorIndex, payload: bytes) -> str:
    digest = hashlib.sha256(payload).hexdigest()
    return f"atelier:vector:{index.shop_id}:{index.encoder}@{index.revision}:{digest}"
