"""A worker that is killed in the middle of a replay, with real processes."""

import os
import signal

import pytest

from core.tests.factories import make_photo
from core.tests.live import upload, wait_for
from core.tests.plugin import FOLDER
from demo.stack import Stack

PROMPTS = 120


@pytest.fixture(scope="module")
def stack():
    with Stack(FOLDER / "replays") as stack:
        stack.keep_alive()
        yield stack


def test_a_killed_worker_loses_no_prompt_of_a_replay(stack):
    with stack.client(stack.create_shop("Replays")) as client:
        for colour in ("red", "blue", "white"):
            upload(client, make_photo(colour), name=f"{colour} thing", brand=colour)
        wait_for(lambda: client.get("index/").json()["pending"] == 0, what="indexing")
        wait_for(lambda: client.get("index/").json()["is_complete"], what="a whole index")
        for number in range(PROMPTS):
            prompt = {"prompt": ("red", "blue", "white")[number % 3], "min_match": "none"}
            assert client.post("recommendations/", json=prompt).status_code == 201
        rule = {"name": "No red", "action": "hide", "target": {"brand": ["red"]}}
        sent = client.post("replays/", json={"rules": {"add": [rule]}})
        assert sent.status_code == 202, sent.text
        path = f"replays/{sent.json()['id']}/"

        def read() -> dict:
            return client.get(path).raise_for_status().json()

        wait_for(lambda: read()["summary"]["done"], what="the first prompt")
        os.kill(stack.supervisor.pid("worker"), signal.SIGKILL)
        assert 0 < read()["summary"]["done"] < PROMPTS, "It ended before the worker was killed."
        wait_for(lambda: read()["state"] == "done", what="the replay")
        summary = read()["summary"]
        assert (summary["answered"], summary["failed"]) == (PROMPTS, 0)
        # Photos of one colour may be near-duplicates, of which an answer shows one.
        assert summary["changed"] == summary["left"] > 0
        table = client.get(f"{path}prompts/?format=csv").raise_for_status().text
        assert len(table.splitlines()) == PROMPTS + 1
        assert len(client.get("prompts/?page_size=200").json()["results"]) == PROMPTS
