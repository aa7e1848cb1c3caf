"""What the stylist does when the catalogue tells of new photos, and when its own rows go."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import FileField

from core.tenancy import shop_scope
from quality.of_images import request_for_images
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.models.files import doom
from stylist.tasks import nudge_tagging_images


def tag_saved_images(*, shop_id: UUID, image_ids: Collection[UUID], **_: Any) -> None:
    with shop_scope(shop_id), transaction.atomic():
        request_for_images(ImageTags, shop_id=shop_id, image_ids=image_ids)
        nudge_tagging_images()


def doom_files(sender: Any, instance: WardrobeItem | ImageTags | Outfit, **_: Any) -> None:
    """Have a row's files follow it, whoever deletes it: a shopper's erasure, say.

    They are read anew, and the row locked: a worker or a picture may have added one since.
    """
    names = [field.name for field in sender._meta.fields if isinstance(field, FileField)]
    row = sender._base_manager.select_for_update().filter(pk=instance.pk)
    doom(row.values_list(*names).first() or ())
