"""`audit_storage` finds files without a row and rows without a file, in a folder and in S3."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from catalog.models import Image
from catalog.tests.factories import make_image
from catalog.tests.s3 import running_s3, use_s3
from core.storage import audit, make_file_key, save_file
from core.storage.audit import MissingFile, audit_storage
from core.tenancy import shop_scope
from demo.services import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]


@pytest.fixture(params=["folder", "s3"])
def _storage(request, settings, monkeypatch) -> Iterator[None]:
    """Store files in each kind of storage; every file is old enough to be an orphan."""
    monkeypatch.setattr(audit, "SAFE_AGE", timedelta(days=-1))
    if request.param == "folder":
        yield
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with running_s3() as server:
        use_s3(settings, server.address)
        yield


both_storages = pytest.mark.usefixtures("_storage")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit_storage", *arguments, stdout=out)
    return out.getvalue()


def make_orphan(shop) -> str:
    return save_file(make_file_key(shop.shop.pk, "photos", "jpg"), b"photo")


@both_storages
def test_finds_nothing_where_files_and_rows_agree(shop):
    make_image(shop.shop)
    assert run() == "Every file has a row, and every row its file.\n"


@both_storages
def test_lists_files_without_a_row_and_deletes_them_only_when_told_to(shop, rival):
    image = make_image(shop.shop)
    orphans = [make_orphan(shop), make_orphan(shop), make_orphan(rival)]
    out = run()
    assert all(f"orphan  {name}\n" in out for name in orphans)
    assert f"Shop {shop.shop.pk}: 2 files without a row (10\xa0bytes), 0 missing files" in out
    assert f"Shop {rival.shop.pk}: 1 files without a row" in out
    assert all(map(default_storage.exists, orphans))
    assert f"deleted  {orphans[0]}\n" in run("--delete")
    assert not any(map(default_storage.exists, orphans))
    assert default_storage.exists(image.photo.name)
    assert "orphan" not in run()


@both_storages
def test_lists_rows_without_a_file_and_leaves_them(shop):
    image = make_image(shop.shop)
    default_storage.delete(image.photo.name)
    out = run("--delete")
    assert f"missing  {image.photo.name}  catalog.Image {image.pk} photo\n" in out
    assert f"Shop {shop.shop.pk}: 0 files without a row (0\xa0bytes), 1 missing files" in out
    with shop_scope(shop.shop.pk):
        assert Image.objects.count() == 1


@both_storages
def test_one_shop_is_audited_alone(shop, rival):
    lost = make_image(rival.shop)
    default_storage.delete(lost.photo.name)
    theirs, own = make_orphan(rival), make_orphan(shop)
    out = run("--shop", str(shop.shop.pk), "--delete")
    assert own in out
    assert str(rival.shop.pk) not in out
    assert default_storage.exists(theirs)


def test_a_young_file_may_be_an_upload_in_progress(shop, media_root):
    young, old = make_orphan(shop), make_orphan(shop)
    yesterday = time.time() - timedelta(days=1, minutes=1).total_seconds()
    os.utime(media_root / old, (yesterday, yesterday))
    out = run("--delete")
    assert old in out
    assert young not in out
    assert Path(media_root / young).exists()


@both_storages
def test_files_and_rows_that_change_during_the_audit_are_no_findings(shop):
    image, other = make_image(shop.shop), make_image(shop.shop, "blue")
    adopted = make_orphan(shop)
    default_storage.delete(other.photo.name)
    with audit_storage() as found, shop_scope(shop.shop.pk):
        Image.objects.filter(pk=image.pk).update(photo=adopted)
        Image.objects.filter(pk=other.pk).delete()
        assert list(found.find_orphans()) == []
        assert list(found.find_missing()) == []


@both_storages
def test_a_file_in_the_folder_of_another_shop_is_not_deleted_while_a_row_names_it(shop, rival):
    image, foreign = make_image(shop.shop), make_orphan(rival)
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=image.pk).update(photo=foreign)
    run("--shop", str(rival.shop.pk), "--delete")
    assert default_storage.exists(foreign)


def test_more_files_than_a_chunk(shop, monkeypatch):
    monkeypatch.setattr(audit, "SAFE_AGE", timedelta(days=-1))
    monkeypatch.setattr(audit, "CHUNK", 2)
    images = [make_image(shop.shop) for _ in range(3)]
    for image in images:
        default_storage.delete(image.photo.name)
    orphans = {make_orphan(shop) for _ in range(5)}
    with audit_storage() as found:
        listed = [orphan.name for chunk in found.find_orphans() for orphan in chunk]
        missing = list(found.find_missing())
    assert sorted(listed) == sorted(orphans)
    assert missing == [
        MissingFile(image.photo.name, str(shop.shop.pk), "catalog.Image", "photo", str(image.pk))
        for image in images
    ]


def test_files_of_a_shop_that_is_gone_are_orphans(shop, monkeypatch):
    monkeypatch.setattr(audit, "SAFE_AGE", timedelta(days=-1))
    name = save_file(make_file_key(uuid4(), "photos", "jpg"), b"photo")
    assert name in run()


def test_says_that_the_storage_is_down(settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    use_s3(settings, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(CommandError, match="not available"):
        run()
