"""Real services for the tests: a pytest plugin, and whole stacks of processes.

`pytest` itself runs against embedded servers that this plugin starts before Django reads its
settings. A test that needs the product's own processes (web, worker, beat) takes a `Stack`,
which has servers of its own, so that it may kill and flush them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from core.embedded import HOST, Addresses, free_port, start_services
from core.processes import Program, Supervisor

T = TypeVar("T")
BASE = Path(__file__).resolve().parent.parent
# Two sessions at a time need two folders.
FOLDER = Path(os.environ.get("ATELIER_TEST_FOLDER", BASE / ".atelier" / "test"))
WORKER_QUEUES = "gpu,gpu.interactive,default"

_supervisor: Supervisor | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the servers before pytest-django reads the settings."""
    global _supervisor
    FOLDER.mkdir(parents=True, exist_ok=True)
    _supervisor = Supervisor(FOLDER)
    addresses = start_services(_supervisor, FOLDER, is_durable=False)
    os.environ.update(addresses.environment(), MEDIA_ROOT=str(FOLDER / "media"))


def pytest_unconfigure() -> None:
    if _supervisor is not None:
        _supervisor.stop()


class Stack:
    """Servers and processes of their own, as in production; use as a context manager."""

    def __init__(self, folder: Path, **environment: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        self.supervisor = Supervisor(folder)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.api_key = ""
        self._extra = environment
        self.environment: dict[str, str] = {}
        self.addresses: Addresses

    def __enter__(self) -> Stack:
        try:
            self._start()
        except BaseException:
            self.supervisor.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()

    def _start(self) -> None:
        self.addresses = start_services(self.supervisor, self.folder, is_durable=False)
        self.environment = {
            **self.addresses.environment(),
            "MEDIA_ROOT": str(self.folder / "media"),
            "BEAT_SCHEDULE_FILE": str(self.folder / "beat"),
            "SWEEP_SECONDS": "2",
            "INDEX_LEASE_SECONDS": "5",
            **self._extra,
        }
        self.manage("migrate", "--verbosity", "0")
        self.api_key = self.create_shop("Stack shop")
        self.start("web")
        self.start("worker")
        self.start("beat")
        self.supervisor.wait_until_ready("web")

    def start(self, name: str) -> None:
        """Start one of the product's own processes: web, worker or beat."""
        celery = [sys.executable, "-m", "celery", "-A", "core"]
        uvicorn = [sys.executable, "-m", "uvicorn", "core.asgi:application"]
        commands = {
            "web": [*uvicorn, "--host", HOST, "--port", str(self.port), "--no-access-log"],
            "worker": [*celery, "worker", "-P", "threads", "-c", "16", "-Q", WORKER_QUEUES],
            "beat": [*celery, "beat"],
        }
        is_ready = self._web_answers if name == "web" else lambda: True
        self.supervisor.start(
            Program(name, commands[name], is_ready=is_ready, environment=self.environment)
        )

    def keep_alive(self) -> None:
        """Restart whatever dies from now on, as a process manager would."""
        threading.Thread(target=self.supervisor.watch, args=(print,), daemon=True).start()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack and return what it prints."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *arguments],
            cwd=BASE, env={**os.environ, **self.environment}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr  # noqa: S101 - a failed set-up fails the test
        return done.stdout

    def create_shop(self, name: str) -> str:
        """Make a shop and return its key."""
        return self.manage("create_shop", name).strip()

    def client(self, api_key: str | None = None) -> httpx.Client:
        """Return a client of the public API with a shop's key."""
        headers = {"Authorization": f"Api-Key {api_key or self.api_key}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)

    def _web_answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=1).is_success
        except httpx.HTTPError:
            return False


def wait_for(condition: Callable[[], T], *, timeout: float = 60, what: str = "it") -> T:
    """Return the first true value of `condition`; fail the test when none comes in time."""
    deadline = time.monotonic() + timeout
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen in {timeout:.0f} s; last seen: {value!r}")
        time.sleep(0.1)


def upload(client: httpx.Client, photo: bytes, **fields: Any) -> dict[str, Any]:
    """Send a photo through the API and return the image it answers with."""
    response = client.post("images/", files={"photo": ("photo.jpg", photo)}, data=fields)
    assert response.status_code == httpx.codes.CREATED, response.text  # noqa: S101 - as above
    image: dict[str, Any] = response.json()
    return image
