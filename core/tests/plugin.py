"""Real services for the tests: a pytest plugin, and whole stacks of processes.

`pytest` itself runs against embedded servers that this plugin starts before Django reads its
settings. A test that needs the product's own processes (web, worker, beat) takes a `Stack`,
which has servers of its own, so that it may kill and flush them.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from demo.processes import BASE, beat, manage, web, worker
from demo.services import HOST, Addresses, free_port, start_services
from demo.supervisor import Supervisor

T = TypeVar("T")
# Two sessions at a time need two folders.
FOLDER = Path(os.environ.get("ATELIER_TEST_FOLDER", BASE / ".atelier" / "test"))

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
            "QUALITY_LEASE_SECONDS": "5",
            **self._extra,
        }
        self.manage("migrate", "--verbosity", "0")
        self.api_key = self.create_shop("Stack shop")
        for name in ("web", "worker", "beat"):
            self.start(name)
        self.supervisor.wait_until_ready("web")

    def start(self, name: str) -> None:
        """Start one of the product's own processes: web, worker or beat."""
        programs = {
            "web": web(self.port, self.environment),
            "worker": worker(self.environment),
            "beat": beat(self.environment),
        }
        self.supervisor.start(programs[name])

    def keep_alive(self) -> None:
        """Restart whatever dies from now on, as a process manager would."""
        threading.Thread(target=self.supervisor.watch, args=(print,), daemon=True).start()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack and return what it prints."""
        return manage(self.environment, *arguments)

    def create_shop(self, name: str) -> str:
        """Make a shop and return its key."""
        return self.manage("create_shop", name).strip()

    def client(self, api_key: str | None = None) -> httpx.Client:
        """Return a client of the public API with a shop's key."""
        headers = {"Authorization": f"Api-Key {api_key or self.api_key}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)


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
    assert response.status_code == httpx.codes.CREATED, response.text
    image: dict[str, Any] = response.json()
    return image
