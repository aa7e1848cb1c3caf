"""Killed processes, a flushed Redis and deleted Chroma files lose no acknowledged upload.

The tests have a stack of processes with a small random encoder: its answers do not matter here.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
import redis
from celery import Celery

from core.celery import FORMER_TASK_NAMES
from core.tests.factories import make_photo, make_unique
from core.tests.live import upload, wait_for
from core.tests.plugin import FOLDER
from demo.services import is_listening
from demo.stack import Stack
from demo.supervisor import Program

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "black", "white")


@pytest.fixture(scope="module")
def stack(tiny_clip) -> Iterator[Stack]:
    folder = FOLDER / "recovery"
    with Stack(folder, ENCODER="custom", ENCODER_MODEL=str(tiny_clip)) as stack:
        # A Celery worker ends when it loses Redis; a process manager restarts it.
        stack.keep_alive()
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """A client of a new shop."""
    with stack.client(stack.create_shop("A shop")) as client:
        yield client


def counts(client: httpx.Client) -> dict[str, int]:
    return client.get("index/").raise_for_status().json()


def upload_many(client: httpx.Client, count: int) -> list[str]:
    photos = [
        make_unique(make_photo(COLOURS[i % len(COLOURS)], size=(64, 64 + i))) for i in range(count)
    ]
    return [upload(client, photo, name=f"thing {i}")["id"] for i, photo in enumerate(photos)]


def wait_until_indexed(client: httpx.Client, count: int) -> None:
    wait_for(lambda: counts(client)["indexed"] == count, what=f"indexing of {count} images")


def ask(client: httpx.Client, count: int = 5, prompt: str = "") -> dict:
    """Ask something new, which search cannot remember, unless a prompt is given."""
    prompt = prompt or f"anything {uuid4()}"
    body = {"prompt": prompt, "number_of_images": count, "min_match": "none"}
    return wait_for(
        lambda: (response := client.post("recommendations/", json=body)).is_success and response,
        what="an answer",
    ).json()


def has_no_drift(client: httpx.Client) -> bool:
    return client.get("index/drift/").raise_for_status().json() == {"missing": [], "extra": []}


def kill(stack: Stack, name: str) -> Program:
    """Kill a process for good; return the program that starts it again."""
    program = stack.supervisor.program(name)
    os.kill(stack.supervisor.pid(name), signal.SIGKILL)
    stack.supervisor.stop(name)
    return program


def test_worker_killed_within_a_batch_loses_nothing(stack, client):
    stack.supervisor.stop("worker")
    images = upload_many(client, 120)
    stack.start("worker")
    wait_for(lambda: counts(client)["indexed"], what="the first batch")
    os.kill(stack.supervisor.pid("worker"), signal.SIGKILL)
    left = counts(client)
    assert 0 < left["indexed"] < len(images), "the worker was not killed in the middle"
    wait_until_indexed(client, len(images))
    wait_for(lambda: has_no_drift(client), what="a whole collection")


def test_flushed_redis_loses_nothing(stack, client):
    stack.supervisor.stop("worker")
    upload_many(client, 5)
    redis.Redis.from_url(stack.addresses.redis_url).flushall()
    assert counts(client)["pending"] == 5
    stack.start("worker")
    wait_until_indexed(client, 5)


def test_accepts_photos_while_redis_is_down(stack, client):
    upload_many(client, 2)
    wait_until_indexed(client, 2)
    program = kill(stack, "redis")
    upload_many(client, 3)
    answer = client.post("recommendations/", json={"prompt": "never asked before"})
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    stack.supervisor.start(program)
    wait_until_indexed(client, 5)
    assert len(ask(client)["results"]) == 5


def test_search_is_exact_while_chroma_is_down(stack, client):
    upload_many(client, 8)
    wait_until_indexed(client, 8)
    wait_for(lambda: "index" in ask(client)["answered_by"], what="an answer of the index")
    by_index = ask(client, prompt="anything")
    program = kill(stack, "chroma")
    remembered, exact = ask(client, prompt="anything"), ask(client, 6, prompt="anything")
    assert "index" in remembered["answered_by"]
    assert "exact" in exact["answered_by"]
    ids = [result["id"] for result in by_index["results"]]
    assert [result["id"] for result in remembered["results"]] == ids
    assert [result["id"] for result in exact["results"]][:5] == ids
    upload_many(client, 1)
    wait_until_indexed(client, 9)
    assert len(ask(client, 20)["results"]) == 9
    stack.supervisor.start(program)
    wait_for(lambda: "index" in ask(client)["answered_by"], what="an answer of the index")
    assert has_no_drift(client)


def test_deleted_chroma_files_are_rebuilt_from_postgres(stack, client):
    upload_many(client, 8)
    wait_until_indexed(client, 8)
    wait_for(lambda: has_no_drift(client), what="a whole collection")
    program = kill(stack, "chroma")
    shutil.rmtree(stack.folder / "chroma")
    (stack.folder / "chroma").mkdir()
    stack.supervisor.start(program)
    wait_for(lambda: is_listening(int(stack.addresses.chroma_url.rpartition(":")[2])))
    assert len(ask(client)["results"]) == 5
    wait_for(lambda: has_no_drift(client), what="the rebuild")
    wait_for(lambda: "index" in ask(client)["answered_by"], what="an answer of the index")


def test_killed_web_process_loses_no_acknowledged_upload(stack, client):
    images = upload_many(client, 10)
    os.kill(stack.supervisor.pid("web"), signal.SIGKILL)
    wait_for(lambda: not is_listening(stack.port), what="the end of the web process")
    wait_for(lambda: is_listening(stack.port), what="the web process' return")
    wait_until_indexed(client, len(images))
    for image in images:
        assert client.get(f"images/{image}/").json()["index_state"] == "indexed"


def test_killed_postgres_loses_nothing(stack, client):
    upload_many(client, 4)
    wait_until_indexed(client, 4)
    program = kill(stack, "postgres")
    answer = client.get("images/")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    stack.supervisor.start(program)
    wait_for(lambda: client.get("images/").is_success, what="Postgres' return")
    upload_many(client, 1)
    wait_until_indexed(client, 5)


def test_worker_accepts_former_task_names(stack):
    old = Celery(broker=stack.addresses.redis_url)
    old.conf.task_default_queue = "default"
    sent = {name for name in FORMER_TASK_NAMES if not name.endswith(".judge_anew")}
    for name in sent:
        old.send_task(name, kwargs={"argument_of_the_last_release": 1})

    def accepted() -> bool:
        stats = old.control.inspect(timeout=2).stats() or {}
        return any(sent <= worker["total"].keys() for worker in stats.values())

    wait_for(accepted, what="work on every former task name")
