"""Enhancements are applied to their images, and reverted."""

import hashlib

import pytest

from catalog.models import Image, IndexEntry
from catalog.services import delete_image, update_image
from core.errors import Conflict
from core.tenancy import shop_scope
from quality.jobs.application import NotApplicable, apply_enhancement
from quality.jobs.watched_jobs import make_enhancements
from quality.models import Enhancement, Report
from quality.services import create_enhancement, discard
from quality.tests.factories import (
    DARK,
    make_image,
    make_jpeg,
    make_report,
    make_upload,
    open_bytes,
    stored_files,
)

pytestmark = pytest.mark.django_db
ENHANCE = "/api/v1/quality/enhance/"


@pytest.fixture
def owner(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


@pytest.fixture
def image(owner) -> Image:
    """An image in bad light."""
    return make_image(owner.shop, make_jpeg(light=DARK))


def preview(image: Image, **fields) -> Enhancement:
    wanted = {"level": 1.0, "steps": (), "profile": "", **fields}
    row = create_enhancement(shop=image.shop, photo=image, **wanted)
    make_enhancements()
    row.refresh_from_db()
    assert row.standing == "preview"
    return row


def post(member, row: Enhancement, action: str):
    return member.client.post(f"{ENHANCE}{row.pk}/{action}/")


def read_photo(image: Image, media_root) -> bytes:
    image.refresh_from_db()
    return (media_root / image.photo.name).read_bytes()


def test_applied_preview_is_a_new_version_that_is_embedded_and_measured_again(
    owner, image, media_root, django_capture_on_commit_callbacks
):
    report = make_report(owner.shop, image=image)
    row, original, old = preview(image), image.original.name, image.photo.name
    IndexEntry.objects.update(state="indexed")
    before = IndexEntry.objects.get().version
    with django_capture_on_commit_callbacks(execute=True):
        payload = post(owner, row, "apply").json()
    assert payload["standing"] == "applied"
    data = read_photo(image, media_root)
    assert data == (media_root / row.photo.name).read_bytes()
    assert (image.version, image.digest) == (2, hashlib.sha256(data).hexdigest())
    assert image.original.name == original and (media_root / original).exists()
    assert not (media_root / old).exists(), "the enhancement has a copy"
    entry = IndexEntry.objects.get()
    assert (entry.state, entry.version) == ("pending", before + 1)
    report.refresh_from_db()
    assert report.state == "pending"


def test_reverted_enhancement_restores_the_previous_photo(
    owner, image, media_root, django_capture_on_commit_callbacks
):
    before, digest = read_photo(image, media_root), image.digest
    row = preview(image)
    with django_capture_on_commit_callbacks(execute=True):
        post(owner, row, "apply")
        IndexEntry.objects.update(state="indexed")
        payload = post(owner, row, "revert").json()
    assert payload["standing"] == "reverted"
    assert read_photo(image, media_root) == before
    assert (image.version, image.digest) == (3, digest)
    assert IndexEntry.objects.get().state == "pending"
    again = post(owner, row, "apply")
    assert again.status_code == 409 and "request a new preview" in again.json()["detail"]
    assert post(owner, row, "revert").status_code == 409


def test_second_apply_is_refused_and_changes_nothing(owner, image):
    row = preview(image)
    post(owner, row, "apply")
    answer = post(owner, row, "apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "enhancement_not_applicable")
    image.refresh_from_db()
    assert image.version == 2


def test_preview_that_is_not_ready_is_refused(owner, image):
    row = create_enhancement(shop=owner.shop, photo=image, level=1.0, steps=(), profile="")
    answer = post(owner, row, "apply")
    assert answer.status_code == 409 and "not ready" in answer.json()["detail"]
    assert post(owner, row, "revert").status_code == 409


def test_preview_of_an_older_photo_is_refused(owner, image, media_root):
    row = preview(image)
    update_image(image=image, fields={}, photo=open_bytes(make_jpeg(colour="blue")))
    files = stored_files(media_root)
    answer = post(owner, row, "apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "photo_changed")
    assert stored_files(media_root) == files
    row.refresh_from_db()
    assert row.standing == "preview"


def test_revert_after_a_new_photo_is_refused_and_the_photo_stays(owner, image, media_root):
    row = preview(image)
    post(owner, row, "apply")
    update_image(image=Image.objects.get(), fields={}, photo=open_bytes(make_jpeg(colour="blue")))
    now = read_photo(image, media_root)
    answer = post(owner, row, "revert")
    assert (answer.status_code, answer.json()["code"]) == (409, "photo_changed")
    assert read_photo(image, media_root) == now


def test_preview_of_an_upload_cannot_be_applied(shop, settings):
    settings.QUALITY_DEADLINE_SECONDS = 0.0
    body = {"photo": make_upload(light=DARK)}
    payload = shop.client.post(ENHANCE, body, format="multipart").json()
    make_enhancements()
    answer = shop.client.post(f"{ENHANCE}{payload['id']}/apply/")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_apply_to")


def test_applied_enhancement_is_not_discarded_before_it_is_reverted(owner, image, media_root):
    row = preview(image)
    post(owner, row, "apply")
    answer = owner.client.delete(f"{ENHANCE}{row.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "enhancement_applied")
    assert (media_root / row.photo.name).exists()
    post(owner, row, "revert")
    assert owner.client.delete(f"{ENHANCE}{row.pk}/").status_code == 204


def test_discarding_a_just_applied_enhancement_is_refused(owner, image):
    row = preview(image)
    apply_enhancement(enhancement=row)
    assert row.standing == "preview", "as it was read"
    with pytest.raises(Conflict):
        discard(job=row)
    assert Enhancement.objects.filter(pk=row.pk).exists()


def test_enhancement_of_a_deleted_photo_can_be_discarded(owner, image):
    row = preview(image)
    post(owner, row, "apply")
    update_image(image=Image.objects.get(), fields={}, photo=open_bytes(make_jpeg()))
    assert owner.client.delete(f"{ENHANCE}{row.pk}/").status_code == 204


def test_discarded_preview_cannot_be_applied(owner, image):
    row = preview(image)
    discard(job=row)
    with pytest.raises(NotApplicable):
        apply_enhancement(enhancement=row)


def test_preview_without_its_file_is_refused_by_name(owner, image, media_root):
    row = preview(image)
    (media_root / row.photo.name).unlink()
    answer = post(owner, row, "apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "photo_missing")


def test_enhancements_of_one_image_are_reverted_in_reverse_order(owner, image, media_root):
    shown = [read_photo(image, media_root)]
    rows = []
    for steps in (["tone"], ["reframe"]):
        rows.append(preview(Image.objects.get(), steps=steps, profile="zalando"))
        post(owner, rows[-1], "apply")
        shown.append(read_photo(image, media_root))
    assert len(set(shown)) == 3
    assert post(owner, rows[0], "revert").json()["code"] == "photo_changed"
    for row, before in zip(reversed(rows), reversed(shown[:2]), strict=True):
        assert post(owner, row, "revert").status_code == 200
        assert read_photo(image, media_root) == before


def test_held_image_stays_held_until_its_new_photo_is_measured(owner, image):
    Image.objects.update(status="held", held_status="draft")
    row = preview(Image.objects.get())
    post(owner, row, "apply")
    image.refresh_from_db()
    assert (image.status, image.version) == ("held", 2)


def test_enhancement_of_a_deleted_image_cannot_be_applied(owner, image):
    row = preview(image)
    delete_image(image=image)
    assert post(owner, row, "apply").status_code == 404
    assert not Report.objects.exists()


def test_another_shop_cannot_apply_or_revert(owner, rival, image):
    row = preview(image)
    for action in ("apply", "revert"):
        assert post(rival, row, action).status_code == 404
    assert rival.client.delete(f"{ENHANCE}{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.standing == "preview"
