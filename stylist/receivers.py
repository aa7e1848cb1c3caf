"""Receivers of the stylist: delete the files of deleted rows."""

from typing import Any

from django.db.models import FileField

from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.models.files import delete_files_later


def delete_files_of_row(sender: Any, instance: WardrobeItem | ImageTags | Outfit, **_: Any) -> None:
    """Have a row's files deleted after it, for every way of deleting the row.

    The row is read again and locked: a job may have added a file since `instance` was read.
    """
    names = [field.name for field in sender._meta.fields if isinstance(field, FileField)]
    row = sender._base_manager.select_for_update().filter(pk=instance.pk)
    delete_files_later(row.values_list(*names).first() or ())
