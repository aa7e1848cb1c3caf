"""Batches enhance many images."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from catalog.models import Image
from catalog.services import delete_image, update_image
from core.tenancy import shop_scope
from quality.jobs import application, watched_jobs
from quality.jobs.application import apply_ready
from quality.jobs.watched_jobs import make_batch_previews, make_enhancements
from quality.models import Batch, Enhancement, Source
from quality.sweeps import sweep_quality
from quality.tests.factories import DARK, make_image, make_jpeg, make_report, open_bytes
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
BATCHES = "/api/v1/quality/batches/"
ENHANCE = "/api/v1/quality/enhance/"
NONE = {"images": 0, "pending": 0, "failed": 0, "preview": 0, "unneeded": 0, "applied": 0,
        "reverted": 0}  # fmt: skip


@pytest.fixture
def owner(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def make(member, **body: Any):
    return member.client.post(BATCHES, body, format="json")


def make_batch(member, *images: Image, **fields: Any) -> str:
    answer = make(member, images=[str(image.pk) for image in images], **fields)
    assert answer.status_code == 202, answer.content
    return answer.json()["id"]


def get_state(member, pk: str) -> tuple[float, dict[str, int]]:
    payload = member.client.get(f"{BATCHES}{pk}/").json()
    return payload["progress"], {name: n for name, n in payload["counts"].items() if n}


def dark(member) -> Image:
    return make_image(member.shop, make_jpeg(light=DARK))


def list_image_ids(pk: str) -> list[Any]:
    rows = Enhancement.objects.filter(batch_id=pk).order_by("pk")
    return list(rows.values_list("source__image_id", flat=True))


def test_progress_and_counts_follow_the_batch(owner, monkeypatch):
    gone = dark(owner)
    pk = make_batch(owner, dark(owner), make_image(owner.shop), gone, steps=["tone"])
    assert get_state(owner, pk) == (0.0, {"images": 3, "pending": 3})
    assert make_enhancements() == 0, "a batch never runs before jobs that clients wait for"
    delete_image(image=gone)
    seen = []
    run = watched_jobs.make_enhancement

    def look(row):
        seen.append(get_state(owner, pk)[0])
        return run(row)

    monkeypatch.setattr(watched_jobs, "make_enhancement", look)
    assert make_batch_previews() == 3
    assert seen == [0.0, 0.333, 0.667]
    counts = {"images": 3, "failed": 1, "preview": 1, "unneeded": 1}
    assert get_state(owner, pk) == (1.0, counts)


def test_previews_are_listed_by_batch(owner):
    image = dark(owner)
    pk = make_batch(owner, image)
    make_batch(owner, dark(owner))
    (row,) = owner.client.get(ENHANCE, {"batch": pk}).json()["results"]
    assert (row["batch"], row["before"]["image"]) == (pk, str(image.pk))


def test_images_are_selected_once_each_and_foreign_ones_ignored(owner, rival):
    image, foreign = make_image(owner.shop), make_image(rival.shop)
    gone = make_image(owner.shop)
    delete_image(image=gone)
    ids = [str(pk) for pk in (image.pk, image.pk, foreign.pk, gone.pk, uuid7())]
    answer = make(owner, images=ids)
    assert answer.json()["counts"] == {**NONE, "images": 1, "pending": 1}
    assert list_image_ids(answer.json()["id"]) == [image.pk]


def test_batch_of_only_foreign_images_is_refused(owner, rival):
    foreign = make_image(rival.shop)
    answer = make(owner, images=[str(foreign.pk)])
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_chosen")
    assert not Batch.objects.exists() and not Source.objects.exists()
    with shop_scope(rival.shop.pk):
        assert not Source.objects.exists()


def test_images_are_selected_by_their_reports_worst_first(owner, rival):
    poor = {"verdict": "poor", "passed": False, "failed_rules": ["lit"]}
    better = make_report(owner.shop, score=25, **poor)
    worse = make_report(owner.shop, score=10, **poor)
    make_report(owner.shop, score=30, **{**poor, "failed_rules": ["fill"]})
    make_report(owner.shop, score=90, failed_rules=["lit"])
    make_report(owner.shop, score=5, state="pending", **poor)
    make_report(rival.shop, score=1, **poor)
    both = make(owner, verdict="poor", failed_rule="lit").json()
    assert list_image_ids(both["id"]) == [worse.image_id, better.image_id]
    assert make(owner, verdict="poor").json()["counts"]["images"] == 3
    assert make(owner, failed_rule="lit").json()["counts"]["images"] == 3
    assert make(owner, verdict="fair").json()["code"] == "nothing_chosen"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "images"), ({"images": [str(uuid7())], "verdict": "poor"}, "images"),
     ({"images": []}, "images"), ({"images": ["x"]}, "images"),
     ({"images": [str(uuid7())] * 1001}, "images"), ({"verdict": "fine"}, "verdict"),
     ({"failed_rule": ""}, "failed_rule"), ({"verdict": "poor", "level": 2}, "level"),
     ({"verdict": "poor", "steps": ["magic"]}, "steps"),
     ({"verdict": "poor", "apply": "later"}, "apply")],
)  # fmt: skip
def test_invalid_selection_is_refused_by_field(owner, body, field):
    answer = make(owner, **body)
    assert answer.status_code == 400 and field in answer.json()["errors"]
    assert not Batch.objects.exists()


def test_previews_are_applied_automatically_on_request(owner):
    images = [dark(owner), dark(owner)]
    pk = make_batch(owner, *images, apply=True)
    make_batch_previews()
    assert get_state(owner, pk) == (1.0, {"images": 2, "applied": 2})
    assert set(Image.objects.values_list("version", flat=True)) == {2}


def test_previews_are_applied_by_a_later_request(owner):
    pk = make_batch(owner, dark(owner), dark(owner))
    make_batch_previews()
    assert get_state(owner, pk) == (1.0, {"images": 2, "preview": 2})
    answer = owner.client.post(f"{BATCHES}{pk}/apply/")
    assert (answer.status_code, answer.json()["applies"]) == (202, True)
    make_batch_previews()
    assert get_state(owner, pk)[1] == {"images": 2, "applied": 2}


def test_image_with_a_newer_photo_keeps_it_and_the_preview_has_a_problem(owner):
    changed, other = dark(owner), dark(owner)
    pk = make_batch(owner, changed, other)
    make_batch_previews()
    update_image(image=changed, fields={}, photo=open_bytes(make_jpeg(colour="blue")))
    owner.client.post(f"{BATCHES}{pk}/apply/")
    apply_ready()
    assert get_state(owner, pk)[1] == {"images": 2, "preview": 1, "applied": 1}
    row = Enhancement.objects.get(standing="preview")
    assert row.problem["code"] == "photo_changed"
    changed.refresh_from_db()
    assert changed.version == 2
    assert not Enhancement.objects.ready().exists(), "it is not tried again"


def test_preview_without_its_file_does_not_stop_the_others(owner, media_root):
    pk = make_batch(owner, dark(owner), dark(owner))
    make_batch_previews()
    lost = Enhancement.objects.order_by("pk").first()
    (media_root / lost.photo.name).unlink()
    owner.client.post(f"{BATCHES}{pk}/apply/")
    apply_ready()
    assert get_state(owner, pk)[1] == {"images": 2, "preview": 1, "applied": 1}
    lost.refresh_from_db()
    assert lost.problem["code"] == "photo_missing"


def test_reverted_enhancement_is_not_applied_again(owner):
    pk = make_batch(owner, dark(owner), apply=True)
    make_batch_previews()
    row = Enhancement.objects.get()
    owner.client.post(f"{ENHANCE}{row.pk}/revert/")
    apply_ready()
    assert get_state(owner, pk)[1] == {"images": 1, "reverted": 1}


def test_preview_applied_by_another_worker_has_no_problem(owner, monkeypatch):
    pk = make_batch(owner, dark(owner), apply=True)
    monkeypatch.setattr(watched_jobs, "apply_ready", lambda: None)
    make_batch_previews()
    apply = application.apply_enhancement

    def apply_twice(*, enhancement):
        apply(enhancement=enhancement)
        apply(enhancement=enhancement)

    monkeypatch.setattr(application, "apply_enhancement", apply_twice)
    apply_ready()
    assert get_state(owner, pk)[1] == {"images": 1, "applied": 1}
    assert Enhancement.objects.get().problem is None


def test_sweep_wakes_a_worker_for_previews_to_apply(owner, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, task, **_: sent.append(task)
    )
    pk = make_batch(owner, dark(owner))
    make_batch_previews()
    sweep_quality()
    assert sent == []
    owner.client.post(f"{BATCHES}{pk}/apply/")
    sweep_quality()
    assert sent == ["quality.tasks.run_bulk_jobs"]


def test_same_idempotency_key_makes_one_batch(owner):
    image = make_image(owner.shop)
    answers = [
        owner.client.post(
            BATCHES, {"images": [str(image.pk)]}, format="json",
            headers={"Idempotency-Key": "many"},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json() and Batch.objects.count() == 1
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_batches_belong_to_one_shop(owner, rival):
    pk = make_batch(owner, make_image(owner.shop))
    assert rival.client.get(f"{BATCHES}{pk}/").status_code == 404
    assert rival.client.post(f"{BATCHES}{pk}/apply/").status_code == 404
    assert rival.client.get(ENHANCE, {"batch": pk}).json()["results"] == []
    assert rival.client.get(BATCHES).json()["results"] == []
    assert Batch.objects.get().applies is False


def test_read_only_key_cannot_create_a_batch(owner):
    pk = make_batch(owner, make_image(owner.shop))
    reader = make_key_client(owner.shop, scopes=[Scope.CATALOG_READ])
    assert reader.get(f"{BATCHES}{pk}/").status_code == 200
    assert reader.post(BATCHES, {"verdict": "poor"}, format="json").status_code == 403
    assert reader.post(f"{BATCHES}{pk}/apply/").status_code == 403


def test_list_makes_as_many_queries_for_one_as_for_many(owner, django_assert_max_num_queries):
    for _ in range(4):
        make_batch(owner, make_image(owner.shop))
    with django_assert_max_num_queries(5):
        assert len(owner.client.get(BATCHES).json()["results"]) == 4
