"""Held images, and renditions put in the place of others."""

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
    replace_rendition,
    retry_images,
    update_image,
)
from catalog.signals import images_saved
from catalog.tests.factories import make_image
from core.photos import Photo, open_photo
from core.tenancy import shop_scope
from core.tests.factories import make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def holding(shop):
    """The shop, which holds its photos, in its scope."""
    shop.shop.holds_photos = True
    shop.shop.save()
    with shop_scope(shop.shop.pk):
        yield shop


@pytest.fixture
def told():
    """What was told of saved images, as pairs of shop and ids."""
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


def test_held_image_has_no_work_in_the_index_and_is_in_no_answer(holding):
    image = make_image(holding.shop)
    assert (image.status, image.held_status) == ("held", "published")
    assert entry_of(image) is None
    assert not Image.objects.searchable().exists()
    answer = holding.client.get(f"/api/v1/images/{image.pk}/").json()
    assert (answer["status"], answer["index_state"]) == ("held", "pending")


def test_clearing_gives_back_the_status_and_asks_for_the_index(holding):
    image = make_image(holding.shop, status="draft")
    clear_image(image=image)
    image.refresh_from_db()
    assert (image.status, image.held_status) == ("draft", "")
    assert entry_of(image).state == "pending"


def test_clearing_means_the_photo_that_was_seen(holding):
    image = make_image(holding.shop)
    update_image(image=Image.objects.get(), fields={}, photo=photo_of("blue"))
    with pytest.raises(PhotoChanged):
        clear_image(image=image)
    assert Image.objects.get().status == "held"


def test_clearing_what_is_not_held_changes_nothing(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        before = entry_of(image).version
        clear_image(image=image)
        assert entry_of(image).version == before


def test_status_of_a_held_image_is_kept_for_later(holding):
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


def test_facts_alone_hold_nothing(holding):
    image = make_image(holding.shop)
    clear_image(image=image)
    update_image(image=image, fields={"brand": "Ada's"})
    image.refresh_from_db()
    assert image.status == "published"


def test_retrying_leaves_held_images_held(holding):
    image = make_image(holding.shop)
    assert retry_images(images=[image]) == 0
    assert entry_of(image) is None


def test_clearing_a_deleted_image_does_not_bring_it_back(shop):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        Image.objects.filter(pk=image.pk).update(status="held")
        delete_image(image=image)
        with pytest.raises(ImageGone):
            clear_image(image=image)
        assert entry_of(image).state == "removing"


def test_deleted_image_that_was_never_in_the_index_goes_with_its_files(holding, media_root: Path):
    image = make_image(holding.shop)
    delete_image(image=image)
    delete_image(image=image)
    entry = IndexEntry.objects.get(image=image)
    assert entry.state == "removing"
    remove_entries([entry])
    assert not Image.objects.exists() and not list(media_root.rglob("*.*"))
    delete_image(image=image)


def test_rendition_takes_the_place_of_another_and_the_original_stays(
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


def test_rendition_for_an_older_photo_is_refused_and_leaves_no_file(shop, media_root: Path):
    with shop_scope(shop.shop.pk):
        image = make_image(shop.shop)
        update_image(image=image, fields={}, photo=photo_of("green"))
        files = sorted(media_root.rglob("*.*"))
        with pytest.raises(PhotoChanged):
            replace_rendition(image=image, version=1, rendition=rendition_of("blue"))
        assert sorted(media_root.rglob("*.*")) == files
        image.refresh_from_db()
        assert image.version == 2


def test_rendition_of_a_held_image_leaves_it_held(holding):
    image = make_image(holding.shop)
    replace_rendition(image=image, version=1, rendition=rendition_of("blue"))
    image.refresh_from_db()
    assert image.status == "held" and entry_of(image) is None


def test_new_photos_are_told_after_commit_and_nothing_else(
    shop, told, django_capture_on_commit_callbacks
):
    with shop_scope(shop.shop.pk):
        with django_capture_on_commit_callbacks(execute=True):
            image = make_image(shop.shop)
            assert told == []
        with django_capture_on_commit_callbacks(execute=True):
            update_image(image=image, fields={"name": "Renamed"})
        with django_capture_on_commit_callbacks(execute=True):
            update_image(image=image, fields={}, photo=photo_of("blue"))
        with django_capture_on_commit_callbacks(execute=True):
            replace_rendition(image=image, version=2, rendition=rendition_of("green"))
    assert told == [(shop.shop.pk, [image.pk])] * 3
