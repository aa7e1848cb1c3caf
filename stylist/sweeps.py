"""What the sweeps find: images without tags, files that are to go, and what is old."""

from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.storage import StorageUnavailable, delete_files
from core.tenancy import all_shops, shop_scope
from quality.of_images import images_without, request_for_images
from stylist.models import Conversation, DoomedFile, ImageTags, Outfit
from stylist.tasks import nudge_tagging_images

log = structlog.get_logger(__name__)

AT_ONCE = 1_000
REQUESTED_AT_ONCE = 10_000  # more than a worker gets through until the next look


def request_missing_tags() -> int:
    """Have live images tagged of whose photo there are no tags; return how many there are."""
    by_shop = images_without(ImageTags, limit=REQUESTED_AT_ONCE)
    for shop_id, image_ids in by_shop.items():
        with shop_scope(shop_id), transaction.atomic():
            request_for_images(ImageTags, shop_id=shop_id, image_ids=image_ids)
            nudge_tagging_images()
    return sum(map(len, by_shop.values()))


def remove_doomed() -> int:
    """Remove files whose rows were deleted, until none is left or storage is away; count them."""
    count = 0
    while doomed := list(DoomedFile.objects.order_by("pk")[:AT_ONCE]):
        try:
            delete_files(*(row.name for row in doomed))
        except StorageUnavailable as error:
            log.warning("files_not_removed", error=error.message)
            break
        DoomedFile.objects.filter(pk__in=[row.pk for row in doomed]).delete()
        count += len(doomed)
    return count


def purge_old() -> None:
    """Forget conversations, and outfits without an opinion, that are older than they are kept."""
    before = timezone.now() - settings.CONVERSATION_RETENTION
    with all_shops():
        _delete(Conversation.objects.filter(updated_at__lt=before))
        _delete(Outfit.objects.filter(created_at__lt=before, feedback=None))


def _delete(rows: QuerySet[Any]) -> None:
    """Delete rows in portions: what goes with each is read before it goes."""
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        rows.filter(pk__in=ids).delete()
