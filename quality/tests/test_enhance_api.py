"""Previews of enhancements are created, returned and discarded."""

import io
from typing import Any

import pytest
from PIL import Image as Pillow

from catalog.models import Image
from catalog.services import delete_image
from core.tenancy import all_shops, shop_scope
from quality.jobs import watched_jobs
from quality.jobs.watched_jobs import make_enhancements
from quality.models import Enhancement, Source
from quality.services import discard
from quality.tests.factories import DARK, SIZE, make_image, make_jpeg, make_upload, stored_files
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
ENHANCE = "/api/v1/quality/enhance/"


@pytest.fixture(autouse=True)
def _no_worker(settings):
    settings.QUALITY_DEADLINE_SECONDS = 0.0


def preview(member, image: Image | None = None, **fields: Any) -> dict[str, Any]:
    """Return a finished enhancement of an image, or of a dark upload."""
    chosen = {"image": str(image.pk)} if image else {"photo": make_upload(light=DARK)}
    asked = member.client.post(ENHANCE, {**chosen, **fields}, format="multipart")
    assert asked.status_code == 202, asked.content
    make_enhancements()
    return member.client.get(f"{ENHANCE}{asked.json()['id']}/").json()


def rows(member) -> tuple[int, int]:
    with shop_scope(member.shop.pk):
        return Enhancement.objects.count(), Source.objects.count()


def test_preview_has_before_and_after_with_every_change(shop, media_root):
    payload = preview(shop)
    assert (payload["state"], payload["standing"], payload["level"]) == ("done", "preview", 1.0)
    assert payload["before"]["image"] is None
    assert [step["step"] for step in payload["applied"]] == ["tone"]
    changes = {change["name"]: change for change in payload["changes"]}
    assert changes["exposure"]["before"]["raw"] < -2 < changes["exposure"]["after"]["raw"]
    assert payload["score_after"] > payload["score_before"]
    assert (payload["after"]["width"], payload["after"]["height"]) == SIZE
    with shop_scope(shop.shop.pk):
        row = Enhancement.objects.select_related("source").get()
    with Pillow.open(io.BytesIO((media_root / row.photo.name).read_bytes())) as after:
        assert after.size == SIZE and after.format == "JPEG"


def test_preview_is_not_in_the_catalogue(shop, media_root):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    payload = preview(shop, image)
    shown = shop.client.get(f"/api/v1/images/{image.pk}/").json()
    assert payload["before"]["photo_url"] != shown["photo_url"] != payload["after"]["photo_url"]
    with all_shops():
        image.refresh_from_db()
    assert image.version == 1
    (listed,) = shop.client.get("/api/v1/images/").json()["results"]
    assert listed["id"] == str(image.pk)


def test_good_photo_needs_no_enhancement(shop, media_root):
    image = make_image(shop.shop)
    files = stored_files(media_root)
    payload = preview(shop, image, steps=["tone"])
    assert (payload["state"], payload["standing"], payload["applied"]) == ("done", "unneeded", [])
    assert payload["after"]["photo_url"] is None and stored_files(media_root) == files
    answer = shop.client.post(f"{ENHANCE}{payload['id']}/apply/")
    assert (answer.status_code, answer.json()["code"]) == (409, "enhancement_not_applicable")
    assert "needs no enhancement" in answer.json()["detail"]


def test_level_0_changes_nothing(shop):
    assert preview(shop, level=0)["standing"] == "unneeded"


def test_only_requested_steps_are_applied(shop):
    payload = preview(shop, steps=["denoise"])
    assert payload["steps"] == ["denoise"]
    assert {step["step"] for step in payload["applied"]} <= {"denoise"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"level": -0.1}, "level"), ({"level": "much"}, "level"), ({"steps": ["magic"]}, "steps"),
     ({"steps": ["tone"] * 8}, "steps"), ({"profile": "ebay"}, "profile"),
     ({"photo": ""}, "photo"), ({"image": "7"}, "image")],
)  # fmt: skip
def test_invalid_enhancement_is_refused_by_field(shop, fields, field):
    body = {"photo": make_upload(), **fields}
    answer = shop.client.post(ENHANCE, body, format="multipart")
    assert answer.status_code == 400 and field in answer.json()["errors"]
    assert rows(shop) == (0, 0)


def test_missing_own_profile_is_refused(shop, media_root):
    body = {"photo": make_upload(), "profile": "own"}
    answer = shop.client.post(ENHANCE, body, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "profile_unknown")
    assert stored_files(media_root) == set() and rows(shop) == (0, 0)


@pytest.mark.parametrize("is_image", [True, False])
def test_discarding_removes_the_preview_and_leaves_the_image(shop, media_root, is_image):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    own = stored_files(media_root)
    payload = preview(shop, image if is_image else None)
    assert len(stored_files(media_root)) == len(own) + (2 if is_image else 3)
    assert shop.client.delete(f"{ENHANCE}{payload['id']}/").status_code == 204
    assert stored_files(media_root) == own and rows(shop) == (0, 0)


def test_discarding_deletes_files_that_a_worker_just_stored(shop, media_root):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    own = stored_files(media_root)
    with shop_scope(shop.shop.pk):
        body = {"image": str(image.pk)}
        shop.client.post(ENHANCE, body)
        read_before = Enhancement.objects.select_related("source").get()
        make_enhancements()
        discard(job=read_before)
        discard(job=read_before)
    assert stored_files(media_root) == own and rows(shop) == (0, 0)


def test_enhancement_discarded_while_it_runs_leaves_no_file(shop, media_root, monkeypatch):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    own = stored_files(media_root)
    store = watched_jobs._store_before

    def store_and_discard(source, frame, rendition):
        store(source, frame, rendition)
        discard(job=Enhancement.objects.get())

    monkeypatch.setattr(watched_jobs, "_store_before", store_and_discard)
    shop.client.post(ENHANCE, {"image": str(image.pk)})
    make_enhancements()
    assert stored_files(media_root) == own and rows(shop) == (0, 0)


def test_enhancement_of_an_image_deleted_before_it_fails_by_name(shop):
    image = make_image(shop.shop)
    shop.client.post(ENHANCE, {"image": str(image.pk)})
    with shop_scope(shop.shop.pk):
        delete_image(image=image)
        make_enhancements()
        assert Enhancement.objects.get().problem["code"] == "image_deleted"


def test_same_idempotency_key_enhances_once(shop):
    answers = [
        shop.client.post(
            ENHANCE, {"photo": make_upload()}, format="multipart",
            headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert answers[0].json()["id"] == answers[1].json()["id"] and rows(shop) == (1, 1)
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_list_has_the_shops_own_newest_first(shop, rival, django_assert_max_num_queries):
    ids = [
        shop.client.post(ENHANCE, {"photo": make_upload()}, format="multipart").json()["id"]
        for _ in range(3)
    ]
    with django_assert_max_num_queries(5):
        listed = shop.client.get(ENHANCE).json()["results"]
    assert [row["id"] for row in listed] == ids[::-1]
    assert rival.client.get(ENHANCE).json()["results"] == []
    assert shop.client.get(ENHANCE, {"batch": "junk"}).status_code == 400


def test_read_only_key_cannot_enhance(shop):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    answer = reader.post(ENHANCE, {"photo": make_upload()}, format="multipart")
    assert answer.status_code == 403 and rows(shop) == (0, 0)
    payload = preview(shop)
    assert reader.get(f"{ENHANCE}{payload['id']}/").status_code == 200
    assert reader.post(f"{ENHANCE}{payload['id']}/apply/").status_code == 403


def test_progress_without_events_returns_the_enhancement(shop):
    payload = preview(shop)
    assert shop.client.get(f"{ENHANCE}{payload['id']}/progress/").json() == payload
