"""Jobs are claimed, run, and recorded while their result is wanted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.errors import DomainError, Unavailable
from core.jobs.models import MAX_ATTEMPTS
from core.jobs.runner import note_progress, run_waiting
from core.storage import save_file
from core.tenancy import shop_scope
from quality.jobs.queues import ENHANCEMENTS
from quality.models import Enhancement, make_rendition_key
from quality.services import create_enhancement, discard
from quality.tests.factories import make_image, stored_files

pytestmark = pytest.mark.django_db
RESULT = {"stage": "done", "progress": 1.0}


@pytest.fixture
def row(shop) -> Enhancement:
    return make_row(shop)


def make_row(member) -> Enhancement:
    with shop_scope(member.shop.pk):
        image = make_image(member.shop)
        return create_enhancement(shop=member.shop, photo=image, level=1.0, steps=(), profile="")


def work(run) -> int:
    return run_waiting(ENHANCEMENTS, run, size=1)


def now(row: Enhancement) -> Any:
    with shop_scope(row.shop_id):
        return Enhancement.objects.filter(pk=row.pk).first()


def change(row: Enhancement, **fields: Any) -> None:
    with shop_scope(row.shop_id):
        Enhancement.objects.filter(pk=row.pk).update(**fields)


def raising(error: Exception):
    def run(row):
        raise error

    return run


def test_result_is_recorded_once(row):
    assert work(lambda row: RESULT) == 1
    assert (now(row).state, now(row).attempts, now(row).stage) == ("done", 1, "done")
    assert work(lambda row: RESULT) == 0


def test_work_runs_in_its_shops_scope(row, rival):
    make_row(rival)
    seen = []

    def look(row):
        seen.append((row.shop_id, Enhancement.objects.count()))
        return RESULT

    assert work(look) == 2
    assert sorted(seen) == sorted([(row.shop_id, 1), (rival.shop.pk, 1)])


def test_invalid_photo_fails_at_once_with_its_problem(row):
    work(raising(DomainError("Send another.", code="photo_blank")))
    assert now(row).state == "failed"
    assert now(row).problem == {"code": "photo_blank", "detail": "Send another."}


def test_missing_file_fails_by_name(row):
    work(raising(FileNotFoundError()))
    assert now(row).problem["code"] == "photo_missing"


def test_missing_dependency_postpones_and_is_no_attempt(row):
    began = timezone.now()
    assert work(raising(Unavailable("The storage is away."))) == 1
    assert (now(row).state, now(row).attempts, now(row).problem) == ("pending", 0, None)
    assert now(row).due_at >= began + timedelta(seconds=10)
    for _ in range(2 * MAX_ATTEMPTS):
        change(row, due_at=timezone.now())
        work(raising(Unavailable("Still away.")))
    change(row, due_at=timezone.now())
    work(lambda row: RESULT)
    assert now(row).state == "done"


def test_unexpected_error_backs_off_and_then_fails(row):
    for seconds in (4, 8, 16, 32):
        began = timezone.now()
        change(row, due_at=began)
        work(raising(ZeroDivisionError()))
        assert now(row).state == "pending"
        assert began <= now(row).due_at - timedelta(seconds=seconds) <= timezone.now()
    change(row, due_at=timezone.now())
    work(raising(ZeroDivisionError()))
    assert now(row).problem["code"] == "photo_failed" and now(row).attempts == MAX_ATTEMPTS


def test_job_that_kills_every_worker_fails(row):
    change(row, attempts=MAX_ATTEMPTS)
    work(raising(AssertionError("it is not tried again")))
    assert (now(row).state, now(row).problem["code"]) == ("failed", "worker_lost")


def test_job_with_an_expired_lease_is_claimed_again(row):
    (claim,) = ENHANCEMENTS.claim(size=1, lease=60)
    assert work(lambda row: RESULT) == 0
    change(row, due_at=timezone.now())
    assert work(lambda row: RESULT) == 1
    assert now(row).attempts == claim.attempts + 1


def test_job_requested_again_drops_the_result_and_its_files(row, media_root):
    before = stored_files(media_root)
    runs = []

    def run(row):
        photo = save_file(make_rendition_key(row.shop_id), b"made")
        runs.append(photo)
        if len(runs) == 1:
            Enhancement.objects.filter(pk=row.pk).request()
        return {**RESULT, "photo": photo}

    assert work(run) == 2
    assert (now(row).state, now(row).photo.name) == ("done", runs[1])
    assert stored_files(media_root) - before == {media_root / runs[1]}


def test_discarded_job_leaves_no_file_of_its_result(row, media_root):
    before = stored_files(media_root)

    def run(row):
        discard(job=row)
        return {**RESULT, "photo": save_file(make_rendition_key(row.shop_id), b"made")}

    work(run)
    assert now(row) is None and stored_files(media_root) == before


def test_progress_of_an_unwanted_job_stops_the_work(row):
    reached = []

    def run(row):
        note_progress(row, "measuring", 0.5)
        reached.append(now(row).progress)
        Enhancement.objects.filter(pk=row.pk).request()
        note_progress(row, "enhancing", 0.9)
        return {**RESULT, "stage": "wrong"}

    def run_once(row):
        return RESULT if reached else run(row)

    work(run_once)
    assert reached == [0.5] and now(row).stage == "done"


def test_problem_of_a_job_requested_again_is_cleared(row):
    def run(row):
        Enhancement.objects.filter(pk=row.pk).request()
        change(row, due_at=timezone.now() + timedelta(minutes=1))
        raise DomainError("Of the old photo.")

    work(run)
    assert (now(row).state, now(row).problem) == ("pending", None)
