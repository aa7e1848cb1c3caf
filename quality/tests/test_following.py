"""A job told of while it is made."""

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


def told(row: Enhancement, *, shop_id: UUID | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a job, to their end."""

    async def collect() -> list[bytes]:
        shown = follow(row, lambda now: {"id": str(now.pk)}, shop_id=shop_id or row.shop_id)
        return [event async for event in shown]

    pairs = []
    for event in asyncio.run(collect()):
        name, data, *rest = event.decode().split("\n")
        assert rest == ["", ""], "an event ends with an empty line"
        pairs.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return pairs


@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_is_decided_is_told_at_once_and_whole(row, state):
    change(row, state=state)
    assert told(row) == [(state, {"id": str(row.pk)})]


def test_what_takes_too_long_goes_on_without_its_reader(row, monkeypatch):
    monkeypatch.setattr(jobs, "STREAM_TIMEOUT_SECONDS", 0.3)
    change(row, stage="measuring", progress=0.12345)
    first, last = told(row)
    assert first == ("progress", {"stage": "measuring", "progress": 0.123})
    assert last == ("pending", {"id": str(row.pk)})


def test_what_is_discarded_ends_with_a_problem(row):
    with shop_scope(row.shop_id):
        discard(job=row)
    ((name, data),) = told(row)
    assert (name, data["problem"]["code"]) == ("failed", "discarded")


def test_another_shop_is_told_of_no_job(row, rival):
    ((name, data),) = told(row, shop_id=rival.shop.pk)
    assert (name, data["problem"]["code"]) == ("failed", "discarded")
