"""Ask a worker something, and wait for its answer within a deadline.

The question lies in Redis under a random id, which a task carries to the worker; the answer comes
on a list of its own. (Celery's result backend shares one connection between the threads that wait;
a list does not.) For what may be lost: nobody waits for it any more then.
"""

import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerUnavailable
from uuid_utils.compat import uuid4

from core.errors import Unavailable

ANSWER_TTL_SECONDS = 30


class WorkerBusy(Unavailable):
    """No worker answered within the deadline."""

    code = "worker_busy"


def call(task: Any, payload: bytes, *, seconds: float, **arguments: Any) -> str:
    """Send a question that lives for so many seconds; return its id. Raises `WorkerBusy`.

    The task gets the id as `request_id`, and the arguments.
    """
    request_id = str(uuid4())
    connection().set(_question_key(request_id), payload, px=int(seconds * 1000))
    try:
        task.apply_async(kwargs={"request_id": request_id, **arguments})
    except BrokerUnavailable as error:
        raise WorkerBusy("The queue is away; try again shortly.") from error
    return request_id


def take_question(request_id: str) -> bytes | None:
    """Return what a waiting caller asks, once; None when nobody waits any more."""
    payload = connection().getdel(_question_key(request_id))
    return payload if isinstance(payload, bytes) else None


def answer(request_id: str, data: bytes) -> None:
    """Hand an answer to the caller who waits for it."""
    with connection().pipeline(transaction=False) as pipeline:
        pipeline.rpush(_answer_key(request_id), data)
        pipeline.expire(_answer_key(request_id), ANSWER_TTL_SECONDS)
        pipeline.execute()


def receive(request_id: str, *, until: float) -> bytes:
    """Wait for the answer until a moment of `time.monotonic`; raises `WorkerBusy` past it."""
    left = max(until - time.monotonic(), 0.01)
    found: Any = connection().blpop([_answer_key(request_id)], timeout=left)
    if found is None:
        raise WorkerBusy("No worker was free in time; try again shortly.")
    return bytes(found[1])


@cache
def connection() -> redis.Redis:
    """Return this process's connections to the Redis that holds what may be lost."""
    longest = max(settings.ENCODE_DEADLINE_SECONDS, settings.QUALITY_DEADLINE_SECONDS)
    return redis.Redis.from_url(
        f"{settings.REDIS_URL}/1",
        socket_connect_timeout=2,
        # Longer than any wait for an answer, which blocks on the socket.
        socket_timeout=longest + 2,
        health_check_interval=25,
    )


def _question_key(request_id: str) -> str:
    return f"atelier:question:{request_id}"


def _answer_key(request_id: str) -> str:
    return f"atelier:answer:{request_id}"
