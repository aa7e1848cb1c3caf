"""Comparisons are requested, run by a worker, returned and discarded."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.services import delete_image
from core.errors import Unavailable
from core.storage import files
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from quality.jobs.watched_jobs import make_comparisons
from quality.measure.scales import SCALES
from quality.models import Comparison, Source
from quality.tests.factories import DARK, make_image, make_jpeg, make_upload, stored_files
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
COMPARE = "/api/v1/quality/compare/"


@pytest.fixture(autouse=True)
def _no_worker(settings):
    settings.QUALITY_DEADLINE_SECONDS = 0.0


def send(client, *photos: Any, **fields: Any):
    body = {"photo": list(photos or [make_upload(light=DARK), make_upload()]), **fields}
    return client.post(COMPARE, body, format="multipart")


def count(member) -> tuple[int, int]:
    with shop_scope(member.shop.pk):
        return Comparison.objects.count(), Source.objects.count()


def test_two_uploads_are_compared_by_a_worker(shop, media_root):
    asked = send(shop.client, enhancement_level=1)
    assert asked.status_code == 202
    waiting = asked.json()
    assert (waiting["state"], waiting["progress"]) == ("pending", 0)
    assert waiting["first"]["image"] is None and waiting["first"]["photo_url"].endswith(".jpg")
    assert make_comparisons() == 1
    payload = shop.client.get(f"{COMPARE}{waiting['id']}/").json()
    assert (payload["state"], payload["stage"], payload["progress"]) == ("done", "done", 1)
    assert payload["took_ms"] > 0 and payload["advice"]
    assert payload["better"] == "second" and payload["second"]["score"] > payload["first"]["score"]
    lines = {line["name"]: line for line in payload["measures"]}
    assert list(lines) == list(SCALES)
    assert lines["exposure"]["better"] == "second"
    assert lines["exposure"]["first"]["raw"] < lines["exposure"]["second"]["raw"]
    enhanced = payload["enhancement"]
    assert enhanced["photo"] == "first" and enhanced["score_after"] > enhanced["score_before"]
    with shop_scope(shop.shop.pk):
        row = Comparison.objects.select_related("first", "second").get()
    assert len(row.files) == 5 and stored_files(media_root) == {media_root / n for n in row.files}


def test_file_and_image_are_compared_files_first(shop):
    image = make_image(shop.shop)
    payload = send(shop.client, make_upload(light=DARK), images=[str(image.pk)]).json()
    assert (payload["first"]["image"], payload["second"]["image"]) == (None, str(image.pk))
    make_comparisons()
    payload = shop.client.get(f"{COMPARE}{payload['id']}/").json()
    assert (payload["state"], payload["better"]) == ("done", "second")


def test_images_are_compared_by_their_ids(shop):
    images = [make_image(shop.shop, make_jpeg(light=light)) for light in (1.0, DARK)]
    body = {"images": [str(image.pk) for image in images], "enhancement_level": 0}
    payload = shop.client.post(COMPARE, body, format="json").json()
    make_comparisons()
    payload = shop.client.get(f"{COMPARE}{payload['id']}/").json()
    assert [payload[side]["image"] for side in ("first", "second")] == body["images"]
    assert payload["better"] == "first" and payload["likeness"] is not None


def test_photo_that_cannot_be_measured_fails_the_comparison(shop):
    small = SimpleUploadedFile("a.jpg", make_photo(size=(40, 60)))
    asked = send(shop.client, small, make_upload())
    make_comparisons()
    payload = shop.client.get(f"{COMPARE}{asked.json()['id']}/").json()
    assert payload["state"] == "failed" and payload["problem"]["code"] == "photo_too_small"
    assert "measures" not in payload


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"enhancement_level": 1.1}, "enhancement_level"), ({"enhancement_level": "nan"}, None),
     ({"profile": "ebay"}, "profile"), ({"photo": []}, "photo"),
     ({"photo": ["one.jpg", "two.jpg"]}, "photo"), ({"images": ["x", "y"]}, "images")],
)  # fmt: skip
def test_invalid_comparison_is_refused_by_field(shop, fields, field):
    answer = send(shop.client, **fields)
    assert answer.status_code == 400
    assert field is None or field in answer.json()["errors"]
    assert count(shop) == (0, 0)


def test_one_or_three_photos_are_refused(shop, media_root):
    for photos in ([make_upload()], [make_upload() for _ in range(3)]):
        answer = send(shop.client, *photos)
        assert answer.status_code == 400 and "photo" in answer.json()["errors"]
    assert stored_files(media_root) == set()


def test_invalid_second_file_leaves_no_file_of_the_first(shop, media_root):
    answer = send(shop.client, make_upload(), SimpleUploadedFile("b.jpg", b"text"))
    assert answer.json()["code"] == "photo_unknown_format"
    assert stored_files(media_root) == set() and count(shop) == (0, 0)


def test_storage_failure_between_two_photos_leaves_no_file(shop, media_root, monkeypatch):
    save, saved = files.save_file, []

    def save_three(name: str, data: bytes) -> str:
        if len(saved) == 3:
            raise Unavailable("The storage is away.")
        saved.append(name)
        return save(name, data)

    monkeypatch.setattr(files, "save_file", save_three)
    assert send(shop.client).status_code == 503
    assert stored_files(media_root) == set() and count(shop) == (0, 0)


def test_discarding_removes_the_rows_and_every_file(shop, media_root):
    image = make_image(shop.shop)
    own = stored_files(media_root)
    asked = send(shop.client, make_upload(light=DARK), images=[str(image.pk)])
    make_comparisons()
    assert len(stored_files(media_root)) == len(own) + 3
    url = f"{COMPARE}{asked.json()['id']}/"
    assert shop.client.delete(url).status_code == 204
    assert stored_files(media_root) == own and count(shop) == (0, 0)
    assert shop.client.delete(url).status_code == 404


def test_comparison_of_an_image_deleted_before_it_fails_and_is_hidden(shop):
    image = make_image(shop.shop)
    asked = send(shop.client, make_upload(), images=[str(image.pk)])
    with shop_scope(shop.shop.pk):
        delete_image(image=image)
        make_comparisons()
        assert Comparison.objects.get().problem["code"] == "image_deleted"
    assert shop.client.get(f"{COMPARE}{asked.json()['id']}/").status_code == 404
    assert shop.client.get(COMPARE).json()["results"] == []


def test_same_idempotency_key_compares_once(shop):
    key = {"Idempotency-Key": "pair-1"}
    bodies = [
        shop.client.post(
            COMPARE, {"photo": [make_upload(), make_upload(light=DARK)]},
            format="multipart", headers=key,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in bodies] == [202, 202]
    assert "Idempotency-Replayed" not in bodies[0]
    assert bodies[1]["Idempotency-Replayed"] == "true"
    assert bodies[0].json()["id"] == bodies[1].json()["id"] and count(shop) == (1, 2)
    other = shop.client.post(
        COMPARE, {"photo": [make_upload(), make_upload()]}, format="multipart", headers=key
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_replay_for_a_discarded_comparison_creates_none(shop):
    headers = {"Idempotency-Key": "pair-2"}
    image = make_image(shop.shop)
    body = {"images": [str(image.pk)] * 2}
    first = shop.client.post(COMPARE, body, format="json", headers=headers).json()
    shop.client.delete(f"{COMPARE}{first['id']}/")
    again = shop.client.post(COMPARE, body, format="json", headers=headers)
    assert again.json() == {"id": first["id"]} and count(shop) == (0, 0)


def test_list_is_paged_and_makes_as_many_queries_for_many(shop, django_assert_max_num_queries):
    image = make_image(shop.shop)
    ids = [
        shop.client.post(COMPARE, {"images": [str(image.pk)] * 2}, format="json").json()["id"]
        for _ in range(5)
    ]
    with django_assert_max_num_queries(5):
        page = shop.client.get(COMPARE, {"page_size": 4}).json()
    assert [row["id"] for row in page["results"]] == ids[:0:-1]
    assert shop.client.get(COMPARE, {"cursor": "cD1qdW5r"}).status_code == 400


def test_read_only_key_may_list_and_not_compare(shop):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    assert send(reader).status_code == 403 and count(shop) == (0, 0)
    made = send(shop.client).json()
    assert reader.get(f"{COMPARE}{made['id']}/").status_code == 200
    assert reader.delete(f"{COMPARE}{made['id']}/").status_code == 403


def test_another_shops_comparison_is_not_found(shop, rival, stranger):
    url = f"{COMPARE}{send(shop.client).json()['id']}/"
    for path in (url, f"{url}progress/"):
        assert rival.client.get(path).status_code == 404
        assert stranger.get(path).status_code == 401
    assert rival.client.delete(url).status_code == 404
    assert rival.client.get(COMPARE).json()["results"] == [] and count(shop) == (1, 2)
