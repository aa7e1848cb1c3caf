"""The queues of garments to tag."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from catalog.models import PhotoFacts
from catalog.models.image import MAX_REQUESTS, ImageQueue
from core.jobs.queues import Queue
from core.tenancy import all_shops
from stylist.models import ImageTags, WardrobeItem

WARDROBE = Queue(WardrobeItem, task="stylist.tasks.tag_wardrobes")
IMAGES = ImageQueue(ImageTags, task="stylist.tasks.tag_images")


def request_missing_facts() -> int:
    """Have images tagged again that were tagged before facts were stored; return how many."""
    with all_shops(), transaction.atomic():
        facts = PhotoFacts.objects.filter(
            image=OuterRef("image"), image_version=OuterRef("image_version")
        )
        tagged = ImageTags.objects.done().filter(image__deleted_at=None)
        missing = tagged.exclude(Exists(facts)).values_list("pk", flat=True)[:MAX_REQUESTS]
        count: int = ImageTags.objects.filter(pk__in=list(missing)).request()
        if count:
            IMAGES.wake()
    return count
