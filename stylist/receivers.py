"""What the stylist does when the catalogue tells of new photos, and when its own rows go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from quality.of_images import request_for_images
from stylist.files import doom
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.tasks import nudge_tagging_images
from tenants.scope import shop_scope


def tag_saved_images(*, shop_id: UUID, image_ids: Collection[UUID], **_: Any) -> None:
    with shop_scope(shop_id), transaction.atomic():
        request_for_images(ImageTags, shop_id=shop_id, image_ids=image_ids)
        nudge_tagging_images()


def doom_files(sender: Any, instance: WardrobeItem | ImageTags | Outfit, **_: Any) -> None:
    """Have a row's files follow it, whoever deleted it: a shopper's erasure, say."""
    names = [getattr(instance, name, None) for name in ("photo", "cutout", "picture")]
    doom(file.name for file in names if file)
