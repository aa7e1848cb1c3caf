"""Where the stylist keeps its files, and how they go with their rows."""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7


def wardrobe_key(shop_id: UUID) -> str:
    """Return a fresh storage key for a shopper's photo; nobody can guess it."""
    return f"shops/{shop_id}/wardrobe/{uuid7()}.jpg"


def cutout_key(shop_id: UUID) -> str:
    """Return a fresh storage key for a garment cut out, which is never served by itself."""
    return f"shops/{shop_id}/cutouts/{uuid7()}.webp"


def picture_key(shop_id: UUID) -> str:
    """Return a fresh storage key for an outfit's picture; nobody can guess it."""
    return f"shops/{shop_id}/outfits/{uuid7()}.webp"


def delete_files_later(names: Iterable[str | None]) -> None:
    """Have the sweep remove files, however long the storage is away.

    This wakes no task: erasing a shopper calls it for thousands of rows, one by one.
    """
    from stylist.models import DoomedFile

    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names if name])
