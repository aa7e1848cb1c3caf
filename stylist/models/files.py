"""Files of the stylist: their storage keys, which cannot be guessed, and their deletion."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models
from uuid_utils.compat import uuid7

from core.storage import make_file_key


class DoomedFile(models.Model):
    """A file to delete because its row was deleted.

    Written in the transaction that deletes the row, so no person's photo outlives it when the
    storage is down. It names no shop, which may be deleted as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


def make_wardrobe_key(shop_id: UUID) -> str:
    """Return a new storage key for a shopper's photo."""
    return make_file_key(shop_id, "wardrobe", "jpg")


def make_cutout_key(shop_id: UUID) -> str:
    """Return a new storage key for a cut-out garment, which is never served by itself."""
    return make_file_key(shop_id, "cutouts", "webp")


def make_picture_key(shop_id: UUID) -> str:
    """Return a new storage key for an outfit's picture."""
    return make_file_key(shop_id, "outfits", "webp")


def delete_files_later(names: Iterable[str | None]) -> None:
    """Have the sweep delete files, however long the storage is down.

    Sends no wake-up: deleting a shopper deletes thousands of rows one by one.
    """
    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names if name])


def delete_files_of_row(sender: Any, instance: models.Model, **_: Any) -> None:
    """Have a row's files deleted after it; receives `pre_delete`.

    The row is read again and locked: a job may have added a file since `instance` was read.
    """
    names = [field.name for field in sender._meta.fields if isinstance(field, models.FileField)]
    row = sender._base_manager.select_for_update().filter(pk=instance.pk)
    delete_files_later(row.values_list(*names).first() or ())
