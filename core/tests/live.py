"""Helpers for tests against a running stack."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import pytest
from django.db import connection

T = TypeVar("T")


# Patient, because tests also run on busy machines: a worker alone needs half a minute to start.
TIMEOUT_SECONDS = 180.0


def wait_for(condition: Callable[[], T], *, what: str = "it") -> T:
    """Return the first true value of `condition`; fail the test after three minutes."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen in {TIMEOUT_SECONDS:.0f} s; last value: {value!r}")
        time.sleep(0.1)


def upload(client: httpx.Client, photo: bytes, **fields: Any) -> dict[str, Any]:
    """Upload a photo through the API; return the image in the response."""
    response = client.post("images/", files={"photo": ("photo.jpg", photo)}, data=fields)
    assert response.status_code == httpx.codes.CREATED, response.text
    image: dict[str, Any] = response.json()
    return image


def has_blocked_session() -> bool:
    """Return whether any session of Postgres waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
