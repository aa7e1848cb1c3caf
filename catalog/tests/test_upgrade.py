"""Another checkpoint in the folder of a running product: its shops move by themselves."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.random_checkpoints import make_random_clip
from core.ml.checkpoints import hash_checkpoint
from core.tests.factories import make_photo
from core.tests.live import upload, wait_for
from core.tests.plugin import FOLDER
from demo.stack import Stack

IMAGES = 40


@pytest.fixture
def model(tmp_path: Path, tiny_clip: Path) -> Path:
    return Path(shutil.copytree(tiny_clip, tmp_path / "model"))


@pytest.fixture
def stack(model: Path) -> Iterator[Stack]:
    environment = {
        "ENCODER": "custom",
        "ENCODER_MODEL": str(model),
        "ENCODER_EARLIER": str(model.parent / "earlier"),
    }
    with Stack(FOLDER / "upgrade", **environment) as stack:
        stack.keep_alive()
        yield stack


def read_index(client: httpx.Client) -> dict:
    return client.get("index/").raise_for_status().json()


def ask(client: httpx.Client) -> int:
    return client.post("recommendations/", json={"prompt": "red dress"}).status_code


def test_prompts_are_answered_while_the_index_is_built_again_and_workers_die(stack, model):
    with stack.client() as client:
        for number in range(IMAGES):
            upload(client, make_photo("red", size=(64, 64 + number)), name=f"thing {number}")
        wait_for(lambda: read_index(client)["indexed"] == IMAGES, what="indexing")
        first = read_index(client)["revision"]
        assert first == hash_checkpoint(model)

        stack.supervisor.stop("worker")
        (model.parent / "earlier").mkdir()
        model.rename(model.parent / "earlier" / "first")
        make_random_clip(model, size="tiny", seed=11)
        second = hash_checkpoint(model)
        stack.start("worker")
        wait_for(
            lambda: (index := read_index(client))["switch"] or index["revision"] == second,
            what="the start of the switch",
        )
        os.kill(stack.supervisor.pid("worker"), signal.SIGKILL)

        wait_for(lambda: ask(client) == 201, what="an answer by the old index")
        added = upload(client, make_photo("blue"), name="added meanwhile")["id"]
        wait_for(lambda: read_index(client)["revision"] == second, what="the switch")
        assert ask(client) == 201
        wait_for(lambda: read_index(client)["indexed"] == IMAGES + 1, what="the added image")
        similar = (
            client.get(f"images/{added}/similar/", params={"min_match": "none"})
            .raise_for_status()
            .json()
        )
        assert similar["results"]
        assert client.get("index/drift/").json() == {"missing": [], "extra": []}
