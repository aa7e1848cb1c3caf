"""Uploads and images are assessed."""

import threading
from typing import Any

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from uuid_utils.compat import uuid4

from catalog.models import Image
from core.jobs import rpc
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from quality.jobs import assessments
from quality.jobs.assessments import assess_upload
from quality.jobs.upload_messages import pack, unpack
from quality.models import Report, Source
from quality.tests.factories import (
    DARK,
    make_image,
    make_jpeg,
    make_report,
    make_upload,
    open_bytes,
    stored_files,
)
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
ASSESS = "/api/v1/quality/assess/"


@pytest.fixture
def worker(monkeypatch):
    """Run tasks at once, in a thread of this process."""

    def send(app: Any, task: str, kwargs: dict[str, str]) -> None:
        threading.Thread(target=assess_upload, args=(kwargs["request_id"],)).start()

    monkeypatch.setattr("celery.app.base.Celery.send_task", send)


@pytest.fixture
def no_worker(settings):
    settings.QUALITY_DEADLINE_SECONDS = 0.1


def send(client, photo: Any = None, **fields: Any):
    return client.post(ASSESS, {"photo": photo or make_upload(), **fields}, format="multipart")


def test_packed_photo_is_unpacked_unchanged():
    photo = open_bytes(make_jpeg())
    assert unpack(pack(photo)) == (photo.original, photo.rendition, photo.digest)


def test_photo_is_measured_and_not_stored(shop, worker, media_root):
    answer = send(shop.client)
    assert answer.status_code == 200
    payload = answer.json()
    assert (payload["image"], payload["profile"], payload["passed"]) == (None, "default", True)
    size = {"width": 300, "height": 400, "bytes": len(make_jpeg()), "format": "JPEG"}
    assert payload["file"] == size
    assert payload["subject"]["measured"] == "garment"
    assert stored_files(media_root) == set()
    with shop_scope(shop.shop.pk):
        assert not Source.objects.exists() and not Image.objects.exists()


def test_rule_that_fails_names_its_fix(shop, worker):
    payload = send(shop.client, make_upload(light=DARK), profile="google").json()
    rules = {rule["rule"]: rule for rule in payload["rules"]}
    assert rules["least_size"]["passed"] is True and rules["least_size"]["measured"] == 300
    assert rules["advised_size"]["fix"]["call"] is None
    assert "larger photo" in rules["advised_size"]["fix"]["advice"]
    assert payload["passed"] is True, "a recommendation fails no photo"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (make_photo(size=(40, 90)), "photo_too_small"),
        (make_photo(size=(64, 600)), "photo_too_narrow"),
        (b"this is a text", "photo_unknown_format"),
        (make_photo()[:300], "photo_damaged"),
        (b"", "validation_error"),
    ],
)
def test_photo_that_cannot_be_measured_is_refused_with_the_reason(shop, worker, data, code):
    answer = send(shop.client, SimpleUploadedFile("photo.jpg", data))
    assert answer.status_code == 400 and answer.json()["code"] == code


def test_unexpected_error_is_answered_at_once(shop, monkeypatch):
    """The worker answers with a failure, instead of leaving the client to wait."""
    payload = []

    def fail(frame):
        raise ZeroDivisionError

    def answer(app: Any, task: str, kwargs: dict[str, str]) -> None:
        with pytest.raises(ZeroDivisionError):
            assess_upload(kwargs["request_id"])
        payload.append(True)

    monkeypatch.setattr(assessments, "assess", fail)
    monkeypatch.setattr("celery.app.base.Celery.send_task", answer)
    answered = send(shop.client)
    assert payload and (answered.status_code, answered.json()["code"]) == (400, "photo_failed")


def test_without_a_worker_the_response_asks_to_try_again(shop, no_worker):
    answer = send(shop.client)
    assert answer.status_code == 503 and answer.json()["code"] == "worker_busy"
    assert answer["Retry-After"]


def test_expired_question_is_not_answered(settings):
    request_id = str(uuid4())
    assess_upload(request_id)
    queue = redis.Redis.from_url(settings.REDIS_URL, db=1)
    assert not queue.exists(rpc.ANSWER_KEY.format(request_id))


@pytest.mark.parametrize("body", [{}, {"image": "not-an-id"}, {"image": str(uuid4())}])
def test_request_without_a_photo_is_refused(shop, body):
    answer = shop.client.post(ASSESS, body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == ({"image"} if body else {"photo"})


def test_photo_together_with_an_image_is_refused(shop):
    image = make_image(shop.shop)
    answer = send(shop.client, image=str(image.pk))
    assert answer.status_code == 400 and set(answer.json()["errors"]) == {"photo"}


def test_image_is_judged_by_any_profile_from_its_report(shop):
    report = make_report(shop.shop, score=71.26)
    payload = shop.client.post(ASSESS, {"image": str(report.image_id), "profile": "amazon"}).json()
    assert (payload["score"], payload["profile"], payload["passed"]) == (71.3, "amazon", False)
    assert payload["image"] == str(report.image_id)


def test_image_that_is_not_measured_yet_is_report_pending(shop, no_worker):
    report = make_report(shop.shop, state="pending")
    answer = shop.client.post(ASSESS, {"image": str(report.image_id)})
    assert answer.status_code == 503 and answer.json()["code"] == "report_pending"
    assert answer["Retry-After"] == "2"


def test_figures_of_the_previous_photo_are_not_returned(shop, no_worker):
    report = make_report(shop.shop)
    with shop_scope(shop.shop.pk):
        Image.objects.update(version=2)
    answer = shop.client.post(ASSESS, {"image": str(report.image_id)})
    assert answer.status_code == 503 and answer.json()["code"] == "report_pending"


def test_image_that_cannot_be_measured_returns_its_problem(shop):
    problem = {"code": "photo_blank", "detail": "The photo is all one colour."}
    report = make_report(shop.shop, state="failed", problem=problem)
    answer = shop.client.post(ASSESS, {"image": str(report.image_id)})
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["detail"]) == tuple(problem.values())


def test_read_only_key_may_assess(shop, worker):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    assert send(reader).status_code == 200
    report = make_report(shop.shop)
    assert reader.post(ASSESS, {"image": str(report.image_id)}).status_code == 200


def test_missing_own_profile_is_refused_before_the_photo_is_read(shop):
    answer = send(shop.client, profile="own")
    assert (answer.status_code, answer.json()["code"]) == (400, "profile_unknown")
    with shop_scope(shop.shop.pk):
        assert not Report.objects.exists()
