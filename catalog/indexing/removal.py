"""Take images out of every answer now, and out of the collections and the storage soon."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from catalog.indexing.indexes import ENTRIES, add_entries
from catalog.models import Image, IndexEntry


def remove_images(shop_id: UUID, image_ids: Collection[UUID]) -> None:
    """Hide images from every search; a worker removes their vectors, files and rows.

    Run it in a transaction. Images that are gone are left out.
    """
    found = Image.objects.live().filter(pk__in=image_ids)
    ids = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    Image.objects.filter(pk__in=ids).update(deleted_at=timezone.now())
    IndexEntry.objects.filter(image_id__in=ids).request_removal()
    # An image that was always held has no entry, but its files and row must go.
    indexed = set(IndexEntry.objects.filter(image_id__in=ids).values_list("image_id", flat=True))
    add_entries(shop_id, set(ids) - indexed, IndexEntry.State.REMOVING)
    ENTRIES.wake()
