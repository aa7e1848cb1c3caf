"""A prompt's vector: from the cache, or encoded by the GPU worker within a deadline.

The web process never holds a model. It leaves the text in Redis under a random id, sends
that id through `gpu.interactive`, and waits for the vector on a list of its own. (Celery's
result backend shares one connection between the threads that wait; a list does not.)
Vectors are float32 (d,) with norm 1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import redis
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerUnavailable
from uuid_utils.compat import uuid4

from catalog.models import VectorIndex
from core.errors import Unavailable
from core.ml.vectors import Vectors

# A reply begins with what it is: the bytes of a vector, or a message.
VECTOR, FAILURE = b"v", b"f"
REPLY_TTL_SECONDS = 30


class EncoderBusy(Unavailable):
    """No worker gave the prompt's vector within the deadline."""

    code = "encoder_busy"


@dataclass(frozen=True, slots=True)
class PromptVector:
    """A prompt's vector, and where it came from."""

    vector: Vectors
    source: Literal["cache", "encoder"]


def find_prompt_vector(*, index: VectorIndex, text: str) -> PromptVector:
    """Return the vector of a text for one index; raises `Unavailable` past the deadline.

    Cached by shop, too: what one shop asks must not be told to another by timing.
    """
    text = " ".join(text.split())
    key = _cache_key(index, text)
    if known := _redis().get(key):
        return PromptVector(np.frombuffer(known, np.float32), "cache")  # type: ignore[arg-type]
    data = _ask_worker(text, index.encoder)
    _redis().set(key, data, ex=settings.QUERY_VECTOR_TTL_SECONDS)
    return PromptVector(np.frombuffer(data, np.float32), "encoder")


def take_request(request_id: str) -> str | None:
    """Return the text that a waiting caller left; None when nobody waits any more."""
    text = _redis().getdel(_request_key(request_id))
    return text.decode() if isinstance(text, bytes) else None


def reply(request_id: str, kind: bytes, data: bytes) -> None:
    """Hand a vector's bytes, or a message, to the caller who waits for it."""
    with _redis().pipeline(transaction=False) as pipeline:
        pipeline.rpush(_reply_key(request_id), kind + data)
        pipeline.expire(_reply_key(request_id), REPLY_TTL_SECONDS)
        pipeline.execute()


def _ask_worker(text: str, encoder: str) -> bytes:
    from recommendations.tasks import encode_prompt

    request_id, deadline = str(uuid4()), settings.ENCODE_DEADLINE_SECONDS
    _redis().set(_request_key(request_id), text, px=int(deadline * 1000))
    try:
        encode_prompt.apply_async(kwargs={"request_id": request_id, "encoder": encoder})
    except BrokerUnavailable as error:
        raise EncoderBusy("The queue is away; try again shortly.") from error
    answer: Any = _redis().blpop([_reply_key(request_id)], timeout=deadline)
    if answer is None:
        raise EncoderBusy("No worker was free to read the prompt in time; try again shortly.")
    kind, data = answer[1][:1], answer[1][1:]
    if kind == FAILURE:
        raise EncoderBusy(data.decode())
    return bytes(data)


def _cache_key(index: VectorIndex, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"atelier:vector:{index.shop_id}:{index.encoder}@{index.revision}:{digest}"


def _request_key(request_id: str) -> str:
    return f"atelier:prompt:{request_id}"


def _reply_key(request_id: str) -> str:
    return f"atelier:reply:{request_id}"


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        f"{settings.REDIS_URL}/1",
        socket_connect_timeout=2,
        # Longer than any wait for a reply, which blocks on the socket.
        socket_timeout=settings.ENCODE_DEADLINE_SECONDS + 2,
        health_check_interval=25,
    )
