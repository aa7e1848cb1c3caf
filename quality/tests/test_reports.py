"""Reports are made on upload, made again for a new photo, and requested by a sweep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Image
from catalog.services import delete_image, update_image
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from quality.jobs import queues
from quality.jobs.assessments import make_reports
from quality.models import Report
from quality.services import retry_failed_reports
from quality.tests.factories import DARK, make_image, make_jpeg, make_report, open_bytes

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/quality/reports/"


@pytest.fixture
def owner(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def test_upload_requests_a_report(shop, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        image = make_image(shop.shop, make_jpeg(light=DARK))
    waiting = shop.client.get(f"{REPORTS}{image.pk}/").json()
    assert (waiting["state"], waiting["is_current"], waiting["outcome"]) == ("pending", False, None)
    assert make_reports() == 1
    report = shop.client.get(f"{REPORTS}{image.pk}/").json()
    assert (report["state"], report["is_current"]) == ("done", True)
    assert report["passed"] is False and report["outcome"] == "noted"
    (failed,) = [rule for rule in report["rules"] if rule["passed"] is False]
    assert failed["rule"] == "lit" and failed["measured"] < failed["required"]["least"]
    assert failed["fix"]["call"]["body"] == {
        "image": str(image.pk), "steps": ["tone"], "profile": "default",
    }  # fmt: skip


def test_new_photo_is_measured_again(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        image = make_image(owner.shop, make_jpeg(light=DARK))
    make_reports()
    dark = Report.objects.get().score
    with django_capture_on_commit_callbacks(execute=True):
        update_image(image=image, fields={}, photo=open_bytes(make_jpeg()))
    assert Report.objects.get().state == "pending"
    make_reports()
    report = Report.objects.get()
    assert (report.image_version, report.passed, report.failed_rules) == (2, True, [])
    assert report.score > dark


def test_change_of_facts_measures_nothing(owner, django_capture_on_commit_callbacks):
    report = make_report(owner.shop)
    with django_capture_on_commit_callbacks(execute=True):
        update_image(image=report.image, fields={"name": "Renamed"})
    assert Report.objects.get().state == "done"


def test_unmeasurable_photo_fails_with_advice(owner):
    image = make_image(owner.shop, make_photo(size=(40, 60)))
    Report.objects.create(shop=owner.shop, image=image)
    make_reports()
    report = owner.client.get(f"{REPORTS}{image.pk}/").json()
    assert report["state"] == "failed" and report["problem"]["code"] == "photo_too_small"
    assert "send a larger photo" in report["problem"]["detail"]


def test_missing_file_fails_the_report_by_name(owner, media_root):
    image = make_image(owner.shop)
    (media_root / image.photo.name).unlink()
    Report.objects.create(shop=owner.shop, image=image)
    make_reports()
    assert Report.objects.get().problem["code"] == "photo_missing"


def test_only_failed_reports_are_retried(owner):
    failed = make_report(owner.shop, state="failed", problem={"code": "x", "detail": "y"})
    done = make_report(owner.shop)
    answer = owner.client.post(f"{REPORTS}retry/")
    assert (answer.status_code, answer.json()) == (202, {"retried": 1})
    failed.refresh_from_db()
    assert (failed.state, failed.problem, failed.attempts) == ("pending", None, 0)
    done.refresh_from_db()
    assert (done.state, done.version) == ("done", 1)


def test_retry_is_limited_to_one_shop(owner, rival):
    foreign = make_report(rival.shop, state="failed")
    assert retry_failed_reports(shop=owner.shop) == 0
    with shop_scope(rival.shop.pk):
        foreign.refresh_from_db()
        assert foreign.state == "failed"


def test_report_of_a_deleted_image_is_hidden_and_not_made(owner):
    report = make_report(owner.shop, state="pending")
    delete_image(image=report.image)
    make_reports()
    report.refresh_from_db()
    assert report.state == "pending"
    assert owner.client.get(f"{REPORTS}{report.image_id}/").status_code == 404
    assert owner.client.get(REPORTS).json()["results"] == []


def test_sweep_finds_images_without_a_report(owner, rival):
    never = make_image(owner.shop)
    foreign = make_image(rival.shop)
    outdated, known = make_report(owner.shop), make_report(owner.shop)
    Image.objects.filter(pk=outdated.image_id).update(version=2)
    deleted = make_image(owner.shop)
    delete_image(image=deleted)
    assert queues.REPORTS.request_missing() == 3
    states = dict(Report.objects.values_list("image_id", "state"))
    assert states == {never.pk: "pending", outdated.image_id: "pending", known.image_id: "done"}
    with shop_scope(rival.shop.pk):
        assert Report.objects.get().image == foreign
    assert queues.REPORTS.request_missing() == 0


def test_running_report_is_not_claimed_before_its_lease_ends(owner):
    report = make_report(owner.shop, state="pending")
    Report.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert make_reports() == 0
    report.refresh_from_db()
    assert report.attempts == 0
