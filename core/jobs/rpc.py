"""Ask a worker a question, and wait for its answer until a deadline.

The question is stored in Redis under a random id, which a task takes to the worker. The answer
comes on a list of its own: Celery's result backend would share one connection between all threads
that wait. Question and answer may be lost; the caller then gets `WorkerBusy`.
"""

import time
from functools import cache
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerUnavailable
from uuid_utils.compat import uuid4

from core.errors import Unavailable

ANSWER_TTL_SECONDS = 30
QUESTION_KEY = "atelier:question:{}"
ANSWER_KEY = "atelier:answer:{}"


class WorkerBusy(Unavailable):
    """No worker answered within the deadline."""

    code = "worker_busy"


def call(task: str, payload: bytes, *, seconds: float, **arguments: Any) -> str:
    """Send a question that expires after `seconds`; return its id. Raises `WorkerBusy`.

    The task, given by its name, gets the id as `request_id`, and the arguments.
    """
    request_id = str(uuid4())
    connection().set(QUESTION_KEY.format(request_id), payload, px=int(seconds * 1000))
    try:
        current_app.send_task(task, kwargs={"request_id": request_id, **arguments})
    except BrokerUnavailable as error:
        raise WorkerBusy("The task queue is down; try again shortly.") from error
    return request_id


def take_question(request_id: str) -> bytes | None:
    """Take a question out of Redis; return None once it has expired."""
    payload = connection().getdel(QUESTION_KEY.format(request_id))
    return payload if isinstance(payload, bytes) else None


def answer(request_id: str, data: bytes) -> None:
    """Send an answer to the caller."""
    with connection().pipeline(transaction=False) as pipeline:
        pipeline.rpush(ANSWER_KEY.format(request_id), data)
        pipeline.expire(ANSWER_KEY.format(request_id), ANSWER_TTL_SECONDS)
        pipeline.execute()


def receive(request_id: str, *, until: float) -> bytes:
    """Return the answer; raises `WorkerBusy` if none comes before `until` (`time.monotonic`)."""
    remaining = max(until - time.monotonic(), 0.01)
    found: Any = connection().blpop([ANSWER_KEY.format(request_id)], timeout=remaining)
    if found is None:
        raise WorkerBusy("No worker was free in time; try again shortly.")
    return bytes(found[1])


@cache
def connection() -> redis.Redis:
    """Return this process's connections to the Redis database of the cache."""
    max_wait = max(settings.ENCODE_DEADLINE_SECONDS, settings.QUALITY_DEADLINE_SECONDS)
    return redis.Redis.from_url(
        settings.REDIS_URL,
        db=1,
        socket_connect_timeout=2,
        # Longer than any wait for an answer, which blocks on the socket.
        socket_timeout=max_wait + 2,
        health_check_interval=25,
    )
