from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from catalog.models.image import Image
from core.jobs.models import Job
from core.jobs.queues import Queue
from core.tenancy import all_shops, shop_scope

MAX_REQUESTS = 10_000  # more than a worker finishes before the next sweep


@dataclass(frozen=True, slots=True)
class ImageQueue(Queue):
    """A queue with one job for each image, which is done again for every new photo.

    The model is a `Job` with `image`, one to one, and `image_version`: the version of the photo
    that the result was made of.
    """

    def request(self, *, shop_id: UUID, image_ids: Collection[UUID], **_: Any) -> None:
        """Have the jobs of these images done; receives `catalog.services.images_saved`."""
        model: Any = self.model
        with shop_scope(shop_id), transaction.atomic():
            jobs = model.objects.filter(image_id__in=image_ids)
            if jobs.request() < len(image_ids):
                existing = set(jobs.values_list("image_id", flat=True))
                new = [pk for pk in image_ids if pk not in existing]
                rows = [model(shop_id=shop_id, image_id=pk) for pk in new]
                model.objects.bulk_create(rows, ignore_conflicts=True)
            self.wake()

    def request_missing(self) -> int:
        """Have the jobs of all `find_missing_images` done; return how many."""
        by_shop = self.find_missing_images()
        for shop_id, image_ids in by_shop.items():
            self.request(shop_id=shop_id, image_ids=image_ids)
        return sum(map(len, by_shop.values()))

    def find_missing_images(self, *, limit: int = MAX_REQUESTS) -> dict[UUID, list[UUID]]:
        """Return, by shop, live images whose job was never requested or has an older result."""
        model: Any = self.model
        with all_shops():
            job = model.objects.filter(image=OuterRef("pk")).order_by()
            images = Image.objects.live().annotate(
                job_version=Subquery(job.values("image_version")[:1]),
                job_state=Subquery(job.values("state")[:1]),
            )
            missing = images.filter(
                Q(job_state=None) | Q(job_state=Job.State.DONE, job_version__lt=F("version"))
            ).values_list("shop_id", "pk")[:limit]
            by_shop: defaultdict[UUID, list[UUID]] = defaultdict(list)
            for shop_id, image_id in missing:
                by_shop[shop_id].append(image_id)
        return dict(by_shop)
