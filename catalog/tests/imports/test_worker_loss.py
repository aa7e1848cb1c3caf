"""A worker that is killed in the middle of an import, with real processes."""

import os
import signal

import pytest

from catalog.tests.imports.factories import make_feed, make_row
from core.tests.live import wait_for
from core.tests.plugin import FOLDER
from demo.stack import Stack

ROWS = 6_000


@pytest.fixture(scope="module")
def stack(tiny_clip):
    with Stack(FOLDER / "imports", ENCODER="custom", ENCODER_MODEL=str(tiny_clip)) as stack:
        stack.keep_alive()
        yield stack


def test_a_killed_worker_loses_no_row_of_an_import(stack):
    feed = make_feed(*map(make_row, range(ROWS)))
    with stack.client(stack.create_shop("Imports")) as client:
        sent = client.post("imports/", files={"file": ("feed.jsonl", feed)})
        assert sent.status_code == 202, sent.text
        path = f"imports/{sent.json()['id']}/"

        def read() -> dict:
            return client.get(path).raise_for_status().json()

        wait_for(lambda: read()["rows_read"], what="the first batch")
        os.kill(stack.supervisor.pid("worker"), signal.SIGKILL)
        rows_read = read()["rows_read"]
        assert 0 < rows_read < ROWS, "The import ended before the worker was killed."
        wait_for(lambda: read()["state"] == "done", what="the import")
        job = read()
        assert (job["created"], job["rows_read"], job["failed_rows"]) == (ROWS, ROWS, 0)
        assert job["unchanged"] == job["updated"] == 0
        exported = client.get("products/export/").raise_for_status()
        assert len(exported.text.splitlines()) == ROWS
