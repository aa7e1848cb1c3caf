"""Sweeps delete old jobs, and jobs of deleted images."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.indexing.results import remove_entries
from catalog.models import Image, IndexEntry
from catalog.services import delete_image
from core import storage
from core.storage import StorageUnavailable
from core.tenancy import shop_scope
from quality import services
from quality.jobs.application import apply_enhancement
from quality.jobs.watched_jobs import make_comparisons, make_enhancements
from quality.models import Comparison, Enhancement, Report, Source
from quality.services import create_comparison, create_enhancement
from quality.sweeps import purge_old_jobs, purge_orphans
from quality.tests.factories import (
    DARK,
    make_image,
    make_jpeg,
    make_report,
    open_bytes,
    stored_files,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def enhance(shop, photo) -> Enhancement:
    return create_enhancement(shop=shop, photo=photo, level=1.0, steps=(), profile="")


def compare(shop, *photos) -> Comparison:
    return create_comparison(shop=shop, photos=photos, level=1.0, profile="")


def make_old(*rows) -> None:
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=31))


def left() -> tuple[int, int, int]:
    return Enhancement.objects.count(), Comparison.objects.count(), Source.objects.count()


def test_old_previews_and_comparisons_are_deleted_with_their_files(owner, media_root):
    image = make_image(owner.shop)
    files = stored_files(media_root)
    photo = open_bytes(make_jpeg(light=DARK))
    rows = [enhance(owner.shop, photo), compare(owner.shop, photo, image)]
    make_enhancements()
    make_comparisons()
    purge_old_jobs()
    assert left() == (1, 1, 3), "they are not old yet"
    make_old(*rows)
    purge_old_jobs()
    assert left() == (0, 0, 0) and stored_files(media_root) == files


def test_applied_enhancement_is_not_deleted(owner, media_root):
    image = make_image(owner.shop, make_jpeg(light=DARK))
    row = enhance(owner.shop, image)
    make_enhancements()
    row = apply_enhancement(enhancement=row)
    make_old(row)
    purge_old_jobs()
    row.refresh_from_db()
    assert (media_root / row.photo.name).exists()
    assert (media_root / Source.objects.get().photo.name).exists()


def test_jobs_of_a_removed_image_are_deleted(owner, media_root):
    remaining, image = (
        make_image(owner.shop),
        make_image(owner.shop, make_jpeg(light=DARK)),
    )
    make_report(owner.shop, image=image)
    applied = enhance(owner.shop, image)
    compare(owner.shop, remaining, image)
    other = enhance(owner.shop, remaining)
    make_enhancements()
    make_comparisons()
    apply_enhancement(enhancement=applied)
    delete_image(image=image)
    purge_orphans()
    assert left() == (2, 1, 4), "the catalogue still has its row"
    remove_entries(list(IndexEntry.objects.filter(state="removing")))
    assert not Report.objects.exists()
    purge_orphans()
    assert [row.pk for row in Enhancement.objects.all()] == [other.pk]
    assert left() == (1, 0, 1) and Image.objects.get() == remaining
    other.refresh_from_db()
    assert set(media_root.rglob("quality/*.jpg")) == {media_root / name for name in other.files}


def test_uploads_do_not_count_as_removed_images(owner):
    photo = open_bytes(make_jpeg())
    enhance(owner.shop, photo)
    compare(owner.shop, photo, photo)
    purge_orphans()
    assert left() == (1, 1, 3)


def test_rows_stay_while_the_storage_is_down(owner, media_root, monkeypatch):
    row = enhance(owner.shop, open_bytes(make_jpeg()))
    make_old(row)

    def refuse(*names: str | None) -> None:
        raise StorageUnavailable("The storage is away.")

    monkeypatch.setattr(services, "delete_files", refuse)
    purge_old_jobs()
    assert left() == (1, 0, 1)
    monkeypatch.setattr(services, "delete_files", storage.delete_files)
    purge_old_jobs()
    assert left() == (0, 0, 0) and stored_files(media_root) == set()


def test_sweeps_do_not_delete_rows_that_are_not_due(owner, rival):
    with shop_scope(rival.shop.pk):
        enhance(rival.shop, open_bytes(make_jpeg()))
    make_old(enhance(owner.shop, open_bytes(make_jpeg())))
    purge_old_jobs()
    assert left() == (0, 0, 0)
    with shop_scope(rival.shop.pk):
        assert left() == (1, 0, 1)
