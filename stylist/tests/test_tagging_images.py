"""Images of the catalogue are tagged automatically, and again when their photos change."""

import pytest

from catalog.indexing.results import remove_entries
from catalog.models import Image, IndexEntry, PhotoFacts
from catalog.services import delete_image, update_image
from core.tenancy import shop_scope
from quality.models import Job
from quality.tests.factories import make_image, open_bytes
from stylist.models import ImageTags
from stylist.sweeps import delete_pending_files
from stylist.tagging import jobs
from stylist.tagging.jobs import tag_images
from stylist.tagging.queues import IMAGES, request_missing_facts
from stylist.tests.factories import folders_of_files, make_blank, make_jpeg, make_sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def saved(shop, callbacks, data: bytes | None = None) -> Image:
    """Return an image whose saving the catalogue has signalled."""
    with callbacks(execute=True):
        return make_image(shop.shop, data or make_jpeg("dress", "red"))


def replace_photo(callbacks, data: bytes) -> None:
    with callbacks(execute=True):
        update_image(image=Image.objects.get(), fields={}, photo=open_bytes(data))


def test_new_image_is_tagged(inside, django_capture_on_commit_callbacks):
    image = saved(inside, django_capture_on_commit_callbacks)
    assert ImageTags.objects.get().state == "pending"
    assert tag_images() == 1
    row = ImageTags.objects.get()
    assert (row.state, row.slot, row.image_version) == ("done", "one_piece", image.version)
    assert row.tags["primary_colour"]["value"] == "red" and row.features and row.cutout


def test_the_garment_of_an_image_becomes_a_fact(inside, django_capture_on_commit_callbacks):
    image = saved(inside, django_capture_on_commit_callbacks)
    tag_images()
    facts = PhotoFacts.objects.get()
    (garment,) = facts.garments
    left, top, right, bottom = garment["box"]
    assert (facts.image_id, facts.image_version) == (image.pk, image.version)
    assert (facts.kind, garment["region"], facts.colour) == ("dress", "whole", "red")
    assert 0 <= left < 0.5 < right <= 1 and 0 <= top < 0.5 < bottom <= 1
    assert facts.encoder == "mini" and facts.revision


def test_new_photo_is_tagged_again_and_leaves_one_cutout(
    inside, django_capture_on_commit_callbacks, media_root
):
    saved(inside, django_capture_on_commit_callbacks)
    tag_images()
    replace_photo(django_capture_on_commit_callbacks, make_jpeg("jeans", "navy"))
    tag_images()
    delete_pending_files()
    row = ImageTags.objects.get()
    assert (row.slot, row.image_version) == ("bottom", 2)
    assert folders_of_files(media_root) == ["cutouts", "originals", "photos"]


def test_photo_replaced_during_its_job_is_tagged_again(
    inside, django_capture_on_commit_callbacks, monkeypatch, media_root
):
    saved(inside, django_capture_on_commit_callbacks)
    look = jobs.find_garments

    def replace_during_job(*args, **kwargs):
        monkeypatch.undo()
        replace_photo(django_capture_on_commit_callbacks, make_jpeg("jeans", "navy"))
        return look(*args, **kwargs)

    monkeypatch.setattr(jobs, "find_garments", replace_during_job)
    assert tag_images() == 2
    row = ImageTags.objects.get()
    assert (row.state, row.slot, row.image_version) == ("done", "bottom", 2)
    assert folders_of_files(media_root) == ["cutouts", "originals", "photos"]


def test_photo_without_a_garment_fails_and_is_not_requested_again(
    inside, django_capture_on_commit_callbacks
):
    saved(inside, django_capture_on_commit_callbacks, make_blank())
    tag_images()
    row = ImageTags.objects.get()
    assert row.state == Job.State.FAILED and "send one that shows" in row.problem["detail"]
    assert IMAGES.find_missing_images() == {} and tag_images() == 0


def test_deleting_an_image_deletes_its_tags_and_cutout(inside, media_root):
    image = make_sold(inside.shop)
    row = ImageTags.objects.get()
    row.cutout = jobs.save_file(jobs.make_cutout_key(inside.shop.pk), b"cut")
    row.save()
    delete_image(image=image)
    remove_entries(list(IndexEntry.objects.filter(state="removing")))
    assert not ImageTags.objects.exists()
    assert delete_pending_files() == 1 and folders_of_files(media_root) == []


def test_image_deleted_before_its_job_is_not_read(
    inside, django_capture_on_commit_callbacks, media_root
):
    image = saved(inside, django_capture_on_commit_callbacks)
    delete_image(image=image)
    tag_images()
    assert ImageTags.objects.get().tags == {} and "cutouts" not in folders_of_files(media_root)


def test_sweep_finds_an_image_without_a_request(inside, rival):
    image, foreign = make_image(inside.shop), make_image(rival.shop)
    assert IMAGES.find_missing_images() == {
        inside.shop.pk: [image.pk],
        rival.shop.pk: [foreign.pk],
    }
    assert IMAGES.request_missing() == 2
    assert IMAGES.request_missing() == 0, "they are under way"
    tag_images()
    with shop_scope(rival.shop.pk):
        assert ImageTags.objects.get().image_id == foreign.pk


def test_sweep_finds_a_new_photo_without_a_request(inside):
    image = make_sold(inside.shop)
    assert IMAGES.find_missing_images() == {}
    Image.objects.update(version=2)
    assert IMAGES.find_missing_images() == {inside.shop.pk: [image.pk]}
    delete_image(image=image)
    assert IMAGES.find_missing_images() == {}


def test_repeated_request_makes_one_job(inside):
    image = make_image(inside.shop)
    for _ in range(2):
        IMAGES.request(shop_id=inside.shop.pk, image_ids=[image.pk])
    row = ImageTags.objects.get()
    assert (row.state, row.version) == ("pending", 2)


def test_images_that_were_tagged_before_there_were_facts_get_them(
    inside, django_capture_on_commit_callbacks
):
    saved(inside, django_capture_on_commit_callbacks)
    tag_images()
    assert request_missing_facts() == 0
    PhotoFacts.objects.all().delete()
    assert request_missing_facts() == 1
    assert request_missing_facts() == 0, "it is under way"
    tag_images()
    assert PhotoFacts.objects.count() == 1


def test_a_photo_that_was_tagged_before_is_not_looked_at_again(
    inside, django_capture_on_commit_callbacks, monkeypatch
):
    first = saved(inside, django_capture_on_commit_callbacks)
    tag_images()
    monkeypatch.setattr(jobs, "_look", None)
    second = saved(inside, django_capture_on_commit_callbacks)
    assert tag_images() == 1
    one, other = (ImageTags.objects.get(image=image) for image in (first, second))
    assert (other.state, other.kind, other.tags) == ("done", one.kind, one.tags)
    assert bytes(other.embedding) == bytes(one.embedding)
    assert other.cutout and other.cutout.name != one.cutout.name
    facts = PhotoFacts.objects.order_by("pk").values_list("kind", "garments")
    assert facts[0] == facts[1]


def test_a_photo_whose_name_states_another_kind_is_looked_at(
    inside, django_capture_on_commit_callbacks, monkeypatch
):
    saved(inside, django_capture_on_commit_callbacks)
    tag_images()
    looked = []
    look = jobs._look

    def count(*args, **kwargs):
        looked.append(1)
        return look(*args, **kwargs)

    monkeypatch.setattr(jobs, "_look", count)
    with django_capture_on_commit_callbacks(execute=True):
        make_image(inside.shop, make_jpeg("dress", "red"), name="Denim skirt")
    tag_images()
    assert looked == [1]
