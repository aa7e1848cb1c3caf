"""Held images, and new renditions of images."""

import hashlib
import io
from pathlib import Path

import pytest

from catalog.indexing.results import remove_entries
from catalog.models import Image, IndexEntry
from catalog.services import (
    ImageGone,
    PhotoChanged,
    Rendition,
    clear_image,
    delete_image,
    images_saved,
    replace_rendition,
    retry_images,
    update_image,
)
from catalog.tests.factories import make_image
from core.photos import Photo, open_photo
from core.tenancy import shop_scope
from core.tests.factories import make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def holding(shop):
    """A shop that holds its photos; the test runs in its scope."""
    with shop_scope(shop.shop.pk):
        shop.shop.holds_photos = True
        shop.shop.save()
        yield shop


@pytest.fixture
def signals():
    """Signals of saved images, as pairs of shop and image ids."""
    heard = []

    def hear(shop_id, image_ids, **_) -> None:
        heard.append((shop_id, image_ids))

    images_saved.connect(hear)
    yield heard
    images_saved.disconnect(hear)


def photo_of(colour: str) -> Photo:
    return open_photo(io.BytesIO(make_photo(colour)))


def rendition_of(colour: str) -> Rendition:
    photo = photo_of(colour)
    digest = hashlib.sha256(photo.rendition).hexdigest()
    return Rendition(photo.rendition, photo.width, photo.height, digest)


def entry_of(image: Image) -> IndexEntry | None:
    found: IndexEntry | None = IndexEntry.objects.filter(image=image).first()
    return found


def test_held_image_is_neither_indexed_nor_found(holding):
    image = make_image(holding.shop)
    assert (image.status, image.held_status) == ("held", "published")
    assert entry_of(image) is None
    assert not Image.objects.searchable().exists()
    answer = holding.client.get(f"/api/v1/images/{image.pk}/").json()
    assert (answer["status"], answer["index_state"]) == ("held", "pending")


def test_clearing_restores_the_status_and_requests_indexing(holding):
    image = make_image(holding.shop, status="draft")
    clear_image(image=image)
    image.refresh_from_db()
    assert (image.status, image.held_status) == ("draft", "")
    assert entry_of(image).state == "pending"


def test_clearing_refuses_a_photo_that_has_changed(holding):
    image = make_image(holding.shop)
    update_image(image=Image.objects.get(), fields={}, photo=photo_of("blue"))
    with pytest.raises(PhotoChanged):
        clear_image(image=image)
    assert Image.objects.get().status == "held"


def test_clearing_an_image_that_is_not_held_changes_nothing(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        before = entry_of(image).version
        clear_image(image=image)
        assert entry_of(image).version == before


def test_new_status_of_a_held_image_waits_until_it_is_cleared(holding):
    image = make_image(holding.shop)
    url = f"/api/v1/images/{image.pk}/"
    answer = holding.client.patch(url, {"status": "draft", "name": "Renamed", "brand": "Ada's"})
    assert answer.json()["status"] == "held" and answer.json()["name"] == "Renamed"
    assert entry_of(image) is None
    clear_image(image=image)
    assert holding.client.get(url).json()["status"] == "draft"


def test_new_photo_of_a_published_image_is_held_too(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop, status="draft")
        shop.shop.holds_photos = True
        shop.shop.save()
        before = entry_of(image).version
        update_image(image=image, fields={}, photo=photo_of("blue"))
        image.refresh_from_db()
        assert (image.status, image.held_status) == ("held", "draft")
        assert entry_of(image).version == before
        clear_image(image=image)
        assert entry_of(image).version == before + 1


def test_change_of_facts_holds_no_image(holding):
    image = make_image(holding.shop)
    clear_image(image=image)
    update_image(image=image, fields={"brand": "Ada's"})
    image.refresh_from_db()
    assert image.status == "published"


def test_retrying_leaves_held_images_held(holding):
    image = make_image(holding.shop)
    assert retry_images(images=[image]) == 0
    assert entry_of(image) is None


def test_clearing_does_not_restore_a_deleted_image(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        Image.objects.filter(pk=image.pk).update(status="held")
        delete_image(image=image)
        with pytest.raises(ImageGone):
            clear_image(image=image)
        assert entry_of(image).state == "removing"


def test_files_of_a_deleted_image_without_entry_are_deleted(holding, media_root: Path):
    image = make_image(holding.shop)
    delete_image(image=image)
    delete_image(image=image)
    entry = IndexEntry.objects.get(image=image)
    assert entry.state == "removing"
    remove_entries([entry])
    assert not Image.objects.exists() and not list(media_root.rglob("*.*"))
    delete_image(image=image)


def test_new_rendition_replaces_the_old_one_but_not_the_original(
    shop, media_root: Path, django_capture_on_commit_callbacks
):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        old, original, entry = image.photo.name, image.original.name, entry_of(image)
        with django_capture_on_commit_callbacks(execute=True):
            now = replace_rendition(image=image, version=1, rendition=rendition_of("blue"))
        assert (now.version, now.original.name) == (2, original)
        assert (media_root / str(now.photo.name)).read_bytes() == rendition_of("blue").jpeg
        assert not (media_root / str(old)).exists() and (media_root / str(original)).exists()
        assert entry_of(image).version == entry.version + 1


def test_refuses_a_rendition_of_an_older_photo_and_stores_no_file(shop, media_root: Path):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        update_image(image=image, fields={}, photo=photo_of("green"))
        files = sorted(media_root.rglob("*.*"))
        with pytest.raises(PhotoChanged):
            replace_rendition(image=image, version=1, rendition=rendition_of("blue"))
        assert sorted(media_root.rglob("*.*")) == files
        image.refresh_from_db()
        assert image.version == 2


def test_held_image_stays_held_after_a_new_rendition(holding):
    image = make_image(holding.shop)
    replace_rendition(image=image, version=1, rendition=rendition_of("blue"))
    image.refresh_from_db()
    assert image.status == "held" and entry_of(image) is None


def test_sends_the_signal_for_new_photos_only_after_commit(
    shop, signals, django_capture_on_commit_callbacks
):
    with shop_scope(shop.shop.pk):
        with django_capture_on_commit_callbacks(execute=True):
            image = make_image(shop.shop)
            assert signals == []
        with django_capture_on_commit_callbacks(execute=True):
            update_image(image=image, fields={"name": "Renamed"})
        with django_capture_on_commit_callbacks(execute=True):
            update_image(image=image, fields={}, photo=photo_of("blue"))
        with django_capture_on_commit_callbacks(execute=True):
            replace_rendition(image=image, version=2, rendition=rendition_of("green"))
    assert signals == [(shop.shop.pk, [image.pk])] * 3
