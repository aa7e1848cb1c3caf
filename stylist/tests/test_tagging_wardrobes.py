"""The worker tags shoppers' photos; corrections survive new tags."""

import pytest

from core import storage
from core.storage import StorageUnavailable
from core.tenancy import shop_scope
from quality.models import Job
from quality.tests.photos import make_scene
from stylist.models import DoomedFile, WardrobeItem
from stylist.sweeps import delete_pending_files
from stylist.tagging import jobs
from stylist.tagging.jobs import tag_wardrobes
from stylist.tagging.taxonomy import set_own_types
from stylist.tests.factories import (
    add_photos,
    encode,
    folders_of_files,
    make_blank,
    make_jpeg,
    make_pair,
    wardrobe_url,
)
from stylist.wardrobe.items import correct_item, remove_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def tagged(shop, *photos: bytes):
    """Return the items of photos after the worker has tagged them."""
    ids = [item["id"] for item in add_photos(shop.client, *photos).json()]
    assert tag_wardrobes() == len(photos)
    return [result(shop, item_id) for item_id in ids]


def result(shop, item_id):
    return shop.client.get(wardrobe_url(rest=f"{item_id}/")).json()


def tag_again() -> None:
    WardrobeItem.objects.all().request()
    tag_wardrobes()


def test_photo_gets_tags_with_confidences(shop):
    (item,) = tagged(shop, make_jpeg("t-shirt", "red"))
    tags = item["tags"]
    assert (item["state"], item["problem"], item["garments_seen"]) == ("done", None, "one")
    assert tags["primary_colour"]["value"] == "red" and tags["primary_colour"]["is_sure"]
    assert item["slot"] == "top" and tags["pattern"]["value"] == "plain"
    given = {name: tag for name, tag in tags.items() if tag}
    assert {"type", "primary_colour", "pattern", "style", "season", "formality"} <= set(given)
    for name, tag in given.items():
        assert 0 < tag["confidence"] <= 1 and not tag["is_corrected"], name
        assert tag["value"] not in tag["alternatives"], name
    assert item["unsure"] == [name for name, tag in given.items() if not tag["is_sure"]]


def test_cutout_and_embedding_are_stored(inside, media_root):
    tagged(inside, make_jpeg())
    item = WardrobeItem.objects.get()
    assert item.encoder == "mini" and len(bytes(item.embedding)) % 2 == 0
    assert folders_of_files(media_root) == ["cutouts", "wardrobe"]


def test_many_photos_are_tagged_together(shop):
    first, second = tagged(shop, make_jpeg("jeans", "navy"), make_jpeg("dress", "red"))
    assert (first["slot"], second["slot"]) == ("bottom", "one_piece")
    assert second["tags"]["primary_colour"]["value"] == "red"


def test_blank_photo_fails_with_advice(shop):
    (item,) = tagged(shop, make_blank())
    assert item["state"] == "failed" and item["slot"] is None
    assert item["problem"]["detail"].endswith("send one that shows the product.")
    assert set(item["tags"].values()) == {None}


def test_photo_without_a_garment_is_reported(shop):
    (item,) = tagged(shop, encode(make_scene(seed=16)))
    assert (item["state"], item["garments_seen"]) == ("done", "none")
    assert "primary_colour" in item["unsure"]


def test_two_garments_in_one_photo_are_reported(shop):
    (item,) = tagged(shop, make_pair())
    assert (item["state"], item["garments_seen"]) == ("done", "several")


def test_each_job_runs_once(shop):
    tagged(shop, make_jpeg())
    assert tag_wardrobes() == 0


# --- Corrections, and types of shops --------------------------------------------


def test_correction_survives_new_tags_and_null_restores_them(inside):
    (seen,) = tagged(inside, make_jpeg("t-shirt", "red"))
    item = WardrobeItem.objects.get()
    correct_item(item=item, name=None, tags={"type": "coat", "primary_colour": "navy"})
    tag_again()
    now = result(inside, item.pk)
    values = [now["tags"][name]["value"] for name in ("type", "primary_colour")]
    assert (values, now["slot"]) == (["coat", "navy"], "outer")
    assert WardrobeItem.objects.get().kind == "coat"
    correct_item(item=item, name=None, tags={"type": None, "primary_colour": None})
    again = result(inside, item.pk)
    assert (again["tags"], again["slot"]) == (seen["tags"], seen["slot"])


@pytest.mark.parametrize("value", ["coat", None])
def test_type_corrected_during_the_job_stays(inside, monkeypatch, value):
    add_photos(inside.client, make_jpeg("t-shirt", "red"))
    item = WardrobeItem.objects.get()
    if value is None:
        correct_item(item=item, name=None, tags={"type": "coat"})
    look = jobs.find_garments

    def correct_during_job(*args, **kwargs):
        correct_item(item=item, name=None, tags={"type": value})
        return look(*args, **kwargs)

    monkeypatch.setattr(jobs, "find_garments", correct_during_job)
    tag_wardrobes()
    row = WardrobeItem.objects.get()
    seen = row.tags["type"]["value"]
    assert (row.kind, row.slot) == (("coat", "outer") if value else (seen, "top"))


def test_shops_own_type_is_found_and_can_be_chosen(inside):
    set_own_types(
        shop=inside.shop, types=[{"name": "Poncho", "slot": "outer", "prompts": ["red t-shirt"]}]
    )
    (item,) = tagged(inside, make_jpeg("t-shirt", "red"))
    assert "Poncho" in [item["tags"]["type"]["value"], *item["tags"]["type"]["alternatives"]]
    row = correct_item(item=WardrobeItem.objects.get(), name=None, tags={"type": "poncho"})
    assert (row.kind, row.slot, row.corrected) == ("Poncho", "outer", {"type": "Poncho"})


# --- Files and concurrent jobs ----------------------------------------------------------


def test_garment_removed_during_its_job_leaves_no_file(inside, monkeypatch, media_root):
    add_photos(inside.client, make_jpeg())
    look = jobs.find_garments

    def remove_during_job(*args, **kwargs):
        remove_item(item=WardrobeItem.objects.get())
        return look(*args, **kwargs)

    monkeypatch.setattr(jobs, "find_garments", remove_during_job)
    tag_wardrobes()
    delete_pending_files()
    assert folders_of_files(media_root) == [] and not WardrobeItem.objects.exists()


def test_newer_cutout_is_deleted_with_its_row(inside, media_root):
    add_photos(inside.client, make_jpeg())
    stale = WardrobeItem.objects.get()
    tag_wardrobes()
    remove_item(item=stale)
    delete_pending_files()
    assert folders_of_files(media_root) == []


def test_tagging_again_leaves_one_cutout(inside, media_root):
    tagged(inside, make_jpeg())
    tag_again()
    assert delete_pending_files() == 1
    assert folders_of_files(media_root) == ["cutouts", "wardrobe"]


def test_lost_photo_fails_with_a_problem(inside):
    add_photos(inside.client, make_jpeg())
    storage.delete_files(WardrobeItem.objects.get().photo.name)
    tag_wardrobes()
    item = WardrobeItem.objects.get()
    assert (item.state, item.problem["code"]) == (Job.State.FAILED, "photo_missing")


def test_unavailable_storage_postpones_the_job(inside, monkeypatch):
    add_photos(inside.client, make_jpeg())

    def fail(name):
        raise StorageUnavailable("away")

    monkeypatch.setattr(jobs, "read_file", fail)
    tag_wardrobes()
    item = WardrobeItem.objects.get()
    assert (item.state, item.attempts) == ("pending", 0)
    monkeypatch.undo()
    WardrobeItem.objects.update(due_at=item.created_at)
    tag_wardrobes()
    assert WardrobeItem.objects.get().state == "done"


def test_first_tagging_deletes_no_files(inside):
    tagged(inside, make_jpeg())
    assert not DoomedFile.objects.exists()
