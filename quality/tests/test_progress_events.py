"""A running job sends progress events."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from core.tenancy import shop_scope
from quality.api import jobs
from quality.api.jobs import follow
from quality.models import Enhancement
from quality.services import create_enhancement, discard
from quality.tests.factories import make_image

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(shop) -> Enhancement:
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        return create_enhancement(shop=shop.shop, photo=image, level=1.0, steps=(), profile="")


def change(row: Enhancement, **fields: Any) -> None:
    with shop_scope(row.shop_id):
        Enhancement.objects.filter(pk=row.pk).update(**fields)


def read_events(
    row: Enhancement, *, shop_id: UUID | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """Return all events of a job."""

    async def collect() -> list[bytes]:
        stream = follow(row, lambda now: {"id": str(now.pk)}, shop_id=shop_id or row.shop_id)
        return [event async for event in stream]

    pairs = []
    for event in asyncio.run(collect()):
        name, data, *rest = event.decode().split("\n")
        assert rest == ["", ""], "an event ends with an empty line"
        pairs.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return pairs


@pytest.mark.parametrize("state", ["done", "failed"])
def test_finished_job_is_sent_at_once(row, state):
    change(row, state=state)
    assert read_events(row) == [(state, {"id": str(row.pk)})]


def test_stream_of_a_long_job_ends_with_pending(row, monkeypatch):
    monkeypatch.setattr(jobs, "STREAM_TIMEOUT_SECONDS", 0.3)
    change(row, stage="measuring", progress=0.12345)
    first, last = read_events(row)
    assert first == ("progress", {"stage": "measuring", "progress": 0.123})
    assert last == ("pending", {"id": str(row.pk)})


def test_stream_of_a_discarded_job_ends_with_a_problem(row):
    with shop_scope(row.shop_id):
        discard(job=row)
    ((name, data),) = read_events(row)
    assert (name, data["problem"]["code"]) == ("failed", "discarded")


def test_another_shop_cannot_follow_a_job(row, rival):
    ((name, data),) = read_events(row, shop_id=rival.shop.pk)
    assert (name, data["problem"]["code"]) == ("failed", "discarded")
