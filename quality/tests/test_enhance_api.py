"""A photo made better: the preview, which is not in the catalogue, and its end."""

import io
from typing import Any

import pytest
from PIL import Image as Pillow

from catalog.models import Image
from catalog.services import delete_image
from core.tenancy import shop_scope
from quality.jobs import enhancements
from quality.jobs.enhancements import make_enhancements
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
    """Return a finished enhancement of an image, or of a dark photo that is sent along."""
    chosen = {"image": str(image.pk)} if image else {"photo": make_upload(light=DARK)}
    asked = member.client.post(ENHANCE, {**chosen, **fields}, format="multipart")
    assert asked.status_code == 202, asked.content
    make_enhancements()
    return member.client.get(f"{ENHANCE}{asked.json()['id']}/").json()


def rows(member) -> tuple[int, int]:
    with shop_scope(member.shop.pk):
        return Enhancement.objects.count(), Source.objects.count()


def test_preview_shows_before_and_after_with_every_change(shop, media_root):
    told = preview(shop)
    assert (told["state"], told["standing"], told["level"]) == ("done", "preview", 1.0)
    assert told["before"]["image"] is None
    assert [step["step"] for step in told["applied"]] == ["tone"]
    changes = {change["name"]: change for change in told["changes"]}
    assert changes["exposure"]["before"]["raw"] < -2 < changes["exposure"]["after"]["raw"]
    assert told["score_after"] > told["score_before"]
    assert (told["after"]["width"], told["after"]["height"]) == SIZE
    with shop_scope(shop.shop.pk):
        row = Enhancement.objects.select_related("source").get()
    with Pillow.open(io.BytesIO((media_root / row.photo.name).read_bytes())) as after:
        assert after.size == SIZE and after.format == "JPEG"


def test_preview_is_not_in_the_catalogue(shop, media_root):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    told = preview(shop, image)
    shown = shop.client.get(f"/api/v1/images/{image.pk}/").json()
    assert told["before"]["photo_url"] != shown["photo_url"] != told["after"]["photo_url"]
    image.refresh_from_db()
    assert image.version == 1
    (listed,) = shop.client.get("/api/v1/images/").json()["results"]
    assert listed["id"] == str(image.pk)


def test_good_photo_is_left_as_it_is(shop, media_root):
    image = make_image(shop.shop)
    files = stored_files(media_root)
    told = preview(shop, image, steps=["tone"])
    assert (told["state"], told["standing"], told["applied"]) == ("done", "unneeded", [])
    assert told["after"]["photo_url"] is None and stored_files(media_root) == files
    answer = shop.client.post(f"{ENHANCE}{told['id']}/apply/")
    assert (answer.status_code, answer.json()["code"]) == (409, "enhancement_not_applicable")
    assert "Nothing had to be done" in answer.json()["detail"]


def test_level_nothing_does_nothing(shop):
    assert preview(shop, level=0)["standing"] == "unneeded"


def test_only_the_chosen_steps_are_done(shop):
    told = preview(shop, steps=["denoise"])
    assert told["steps"] == ["denoise"]
    assert {step["step"] for step in told["applied"]} <= {"denoise"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"level": -0.1}, "level"), ({"level": "much"}, "level"), ({"steps": ["magic"]}, "steps"),
     ({"steps": ["tone"] * 8}, "steps"), ({"profile": "ebay"}, "profile"),
     ({"photo": ""}, "photo"), ({"image": "7"}, "image")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_by_field(shop, fields, field):
    body = {"photo": make_upload(), **fields}
    answer = shop.client.post(ENHANCE, body, format="multipart")
    assert answer.status_code == 400 and field in answer.json()["errors"]
    assert rows(shop) == (0, 0)


def test_own_rules_that_are_not_set_are_refused(shop, media_root):
    body = {"photo": make_upload(), "profile": "own"}
    answer = shop.client.post(ENHANCE, body, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "profile_unknown")
    assert stored_files(media_root) == set() and rows(shop) == (0, 0)


@pytest.mark.parametrize("is_image", [True, False])
def test_discarding_removes_the_preview_and_leaves_the_image(shop, media_root, is_image):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    own = stored_files(media_root)
    told = preview(shop, image if is_image else None)
    assert len(stored_files(media_root)) == len(own) + (2 if is_image else 3)
    assert shop.client.delete(f"{ENHANCE}{told['id']}/").status_code == 204
    assert stored_files(media_root) == own and rows(shop) == (0, 0)


def test_discarding_meets_what_a_worker_stored_meanwhile(shop, media_root):
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


def test_discarded_while_it_was_made_leaves_no_file(shop, media_root, monkeypatch):
    image = make_image(shop.shop, make_jpeg(light=DARK))
    own = stored_files(media_root)
    keep = enhancements._keep_before

    def keep_and_discard(source, frame, rendition):
        keep(source, frame, rendition)
        discard(job=Enhancement.objects.get())

    monkeypatch.setattr(enhancements, "_keep_before", keep_and_discard)
    shop.client.post(ENHANCE, {"image": str(image.pk)})
    make_enhancements()
    assert stored_files(media_root) == own and rows(shop) == (0, 0)


def test_image_deleted_before_its_turn_fails_by_name(shop):
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


def test_list_is_the_shops_own_newest_first(shop, rival, django_assert_max_num_queries):
    ids = [
        shop.client.post(ENHANCE, {"photo": make_upload()}, format="multipart").json()["id"]
        for _ in range(3)
    ]
    with django_assert_max_num_queries(5):
        listed = shop.client.get(ENHANCE).json()["results"]
    assert [row["id"] for row in listed] == ids[::-1]
    assert rival.client.get(ENHANCE).json()["results"] == []
    assert shop.client.get(ENHANCE, {"batch": "junk"}).status_code == 400


def test_key_that_only_reads_may_not_enhance(shop):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    answer = reader.post(ENHANCE, {"photo": make_upload()}, format="multipart")
    assert answer.status_code == 403 and rows(shop) == (0, 0)
    told = preview(shop)
    assert reader.get(f"{ENHANCE}{told['id']}/").status_code == 200
    assert reader.post(f"{ENHANCE}{told['id']}/apply/").status_code == 403


def test_progress_without_events_is_the_enhancement(shop):
    told = preview(shop)
    assert shop.client.get(f"{ENHANCE}{told['id']}/progress/").json() == told
