"""Work that every image's photo gets once: a row for each image, asked for again with a new photo.

The model has `image`, one to one, and `image_version`, that of the photo which was looked at.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery

from catalog.models import Image
from core.tenancy import all_shops
from quality.models import Job


def request_for_images(model: Any, *, shop_id: UUID, image_ids: Collection[UUID]) -> None:
    """Ask for the work on these images anew, and for the first time on those that had none."""
    known = model.objects.filter(image_id__in=image_ids)
    if known.request() == len(image_ids):
        return
    have = set(known.values_list("image_id", flat=True))
    new = [model(shop_id=shop_id, image_id=pk) for pk in image_ids if pk not in have]
    model.objects.bulk_create(new, ignore_conflicts=True)


def images_without(model: Any, *, limit: int) -> dict[UUID, list[UUID]]:
    """Return live images of whose present photo there is no result, none under way and no failure.

    By shop; for what nobody was told of.
    """
    with all_shops():
        row = model.objects.filter(image=OuterRef("pk")).order_by()
        images = Image.objects.live().annotate(
            seen=Subquery(row.values("image_version")[:1]), state=Subquery(row.values("state")[:1])
        )
        lacking = images.filter(
            Q(state=None) | Q(state=Job.State.DONE, seen__lt=F("version"))
        ).values_list("shop_id", "pk")[:limit]
        by_shop: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for shop_id, image_id in lacking:
            by_shop[shop_id].append(image_id)
    return dict(by_shop)
