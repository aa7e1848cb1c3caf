"""Concurrent calls and workers on the same row: one of them wins."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from catalog.models import Image
from core.errors import Conflict
from core.jobs.runner import run_waiting
from core.tenancy import shop_scope
from quality.jobs.application import NotApplicable, apply_enhancement, revert_enhancement
from quality.jobs.queues import REPORTS
from quality.jobs.watched_jobs import make_enhancements
from quality.models import Enhancement, Policy, Report, Source
from quality.services import create_enhancement, discard, set_policy
from quality.tests.factories import DARK, make_image, make_jpeg, stored_files
from tenants.models import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def run_together(shop: Shop, *works: Callable[[], object]) -> list[object]:
    """Run each in a thread of its own, in the shop's scope; return their results."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            gate.wait()
            with shop_scope(shop.pk):
                return work()
        except Conflict as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


@pytest.fixture
def preview(shop) -> Enhancement:
    """A preview of an image in bad light."""
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop, make_jpeg(light=DARK))
        row = create_enhancement(shop=shop.shop, photo=image, level=1.0, steps=(), profile="")
        make_enhancements()
        row.refresh_from_db()
        return row


def photos(media_root: Path) -> set[Path]:
    """The stored renditions of the catalogue."""
    return {path for path in stored_files(media_root) if path.parent.name == "photos"}


def test_concurrent_applies_apply_once(shop, preview, media_root):
    def apply() -> object:
        return apply_enhancement(enhancement=preview)

    ends = run_together(shop.shop, apply, apply, apply)
    assert sorted(isinstance(end, NotApplicable) for end in ends) == [False, True, True]
    with shop_scope(shop.shop.pk):
        image = Image.objects.get()
        assert image.version == 2 and photos(media_root) == {media_root / image.photo.name}


def test_concurrent_apply_and_discard_have_one_winner(shop, preview, media_root):
    run_together(
        shop.shop,
        lambda: apply_enhancement(enhancement=preview),
        lambda: discard(job=preview),
    )
    with shop_scope(shop.shop.pk):
        left, image = Enhancement.objects.first(), Image.objects.get()
        if left is None:
            assert image.version == 1 and not list(media_root.rglob("quality/*.jpg"))
        else:
            assert (left.standing, image.version) == ("applied", 2)
            revert_enhancement(enhancement=left)


def test_concurrent_discards_succeed(shop, preview, media_root):
    ends = run_together(shop.shop, *[lambda: discard(job=preview)] * 3)
    assert ends == [None] * 3
    with shop_scope(shop.shop.pk):
        assert not Enhancement.objects.exists() and not Source.objects.exists()
    assert not list(media_root.rglob("quality/*.jpg"))


def test_two_workers_never_make_the_same_report(shop):
    made = []

    def make(report: Report) -> dict[str, float]:
        made.append(report.pk)
        return {"score": 50.0}

    with shop_scope(shop.shop.pk):
        ids = [make_image(shop.shop).pk for _ in range(12)]
        REPORTS.request(shop_id=shop.shop.pk, image_ids=ids)
    run_together(shop.shop, *[lambda: run_waiting(REPORTS, make, size=2)] * 4)
    assert len(made) == len(set(made)) == 12


def test_concurrent_requests_create_one_report(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        Report.objects.all().delete()
    run_together(
        shop.shop,
        *[lambda: REPORTS.request(shop_id=shop.shop.pk, image_ids=[image.pk])] * 4,
    )
    with shop_scope(shop.shop.pk):
        assert Report.objects.get().state == "pending"


def test_concurrently_set_gate_matches_the_shops_flag(shop):
    run_together(
        shop.shop,
        *[
            lambda gate=gate: set_policy(shop=shop.shop, fields={"gate": gate})
            for gate in ("hold", "warn", "hold", "off")
        ],
    )
    with shop_scope(shop.shop.pk):
        policy = Policy.objects.get()
        assert Shop.objects.get(pk=shop.shop.pk).holds_photos == (policy.gate == "hold")
