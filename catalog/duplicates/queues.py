"""Photos that are to be compared with the others of their shop."""

from collections import defaultdict
from uuid import UUID

from django.db.models import F, Q

from catalog.models import IndexEntry, PhotoHash
from catalog.models.duplicates import PHOTO_HASHES
from catalog.models.image import MAX_REQUESTS
from core.tenancy import all_shops


def request_uncompared() -> int:
    """Have photos compared that were not by their live embeddings; return how many.

    Those are photos of releases before, and all photos of a shop after a switch of its index.
    """
    earlier = Q(image__photo_hash__image_version__lt=F("image__version"))
    elsewhere = Q(image__photo_hash__index=None) | ~Q(image__photo_hash__index=F("index"))
    is_done = Q(image__photo_hash__state=PhotoHash.State.DONE)
    by_shop: defaultdict[UUID, list[UUID]] = defaultdict(list)
    with all_shops():
        entries = IndexEntry.objects.live().embedded()
        current = entries.filter(embedded_digest=F("image__digest"), image__deleted_at=None)
        missing = current.filter(Q(image__photo_hash=None) | is_done & (earlier | elsewhere))
        for shop_id, pk in missing.values_list("shop_id", "image_id")[:MAX_REQUESTS]:
            by_shop[shop_id].append(pk)
    for shop_id, image_ids in by_shop.items():
        PHOTO_HASHES.request(shop_id=shop_id, image_ids=image_ids)
    return sum(map(len, by_shop.values()))
