"""A pytest plugin that runs the tests against real services.

It starts embedded PostgreSQL, Redis and Chroma before Django reads its settings. A test that
needs web, worker and beat uses the fixture `live_stack`, or a `demo.stack.Stack` of its own.
With `-n` (pytest-xdist), each worker has services of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from demo.processes import BASE
from demo.services import Addresses, start_services
from demo.supervisor import Supervisor

# Two sessions at a time need two folders.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
FOLDER = Path(os.environ.get("ATELIER_TEST_FOLDER", BASE / ".atelier" / "test")) / WORKER
# The process that hands out tests to workers reads the settings, but runs no test.
NO_SERVICES = Addresses(
    "postgres://nobody:none@127.0.0.1:1/none",
    "redis://127.0.0.1:1",
    "http://127.0.0.1:1",
    "postgres://nobody:none@127.0.0.1:1/none",
)

# Tests also run on busy machines, where the time of an example says nothing about the product.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

_supervisor: Supervisor | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the services before pytest-django reads the settings."""
    global _supervisor
    addresses = NO_SERVICES
    if WORKER or not early_config.known_args_namespace.numprocesses:
        FOLDER.mkdir(parents=True, exist_ok=True)
        _supervisor = Supervisor(FOLDER)
        addresses = start_services(_supervisor, FOLDER, is_durable=False)
    os.environ.update(addresses.environment(), MEDIA_ROOT=str(FOLDER / "media"))
    # Tests also run on busy machines.
    os.environ.setdefault("PHOTO_DEADLINE_SECONDS", "30")
    if WORKER:
        # The threads of several models at a time wait for each other and halve their speed.
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_unconfigure() -> None:
    if _supervisor is not None:
        _supervisor.stop()
