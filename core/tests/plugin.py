"""A pytest plugin that runs the tests against real services.

It starts embedded PostgreSQL, Redis and Chroma before Django reads its settings. A test that
needs web, worker and beat uses the fixture `live_stack`, or a `demo.stack.Stack` of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from demo.processes import BASE
from demo.services import start_services
from demo.supervisor import Supervisor

# Two sessions at a time need two folders.
FOLDER = Path(os.environ.get("ATELIER_TEST_FOLDER", BASE / ".atelier" / "test"))

# Tests also run on busy machines, where the time of an example says nothing about the product.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

_supervisor: Supervisor | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the services before pytest-django reads the settings."""
    global _supervisor
    FOLDER.mkdir(parents=True, exist_ok=True)
    _supervisor = Supervisor(FOLDER)
    addresses = start_services(_supervisor, FOLDER, is_durable=False)
    os.environ.update(addresses.environment(), MEDIA_ROOT=str(FOLDER / "media"))
    # Tests also run on busy machines.
    os.environ.setdefault("PHOTO_DEADLINE_SECONDS", "30")


def pytest_unconfigure() -> None:
    if _supervisor is not None:
        _supervisor.stop()
