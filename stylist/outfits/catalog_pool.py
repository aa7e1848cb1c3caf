"""What a shop sells, as one pool that outfits begin with.

A process keeps the pools of the shops that it was asked about last. One may be some seconds old:
whatever is chosen from it is read from Postgres before it is used.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from core.jobs.models import Job
from stylist.garments.features import unpack_features
from stylist.garments.pool import Pool
from stylist.models import ImageTags

MAX_POOLS = 4  # 50,000 images take some 15 MB
FRESH_SECONDS = 5.0


@dataclass(slots=True)
class _Kept:
    pool: Pool
    state: dict[str, Any]
    looked_at: float


_kept: OrderedDict[UUID, _Kept] = OrderedDict()
_lock = Lock()


def get_pool(shop_id: UUID) -> Pool:
    """Return every tagged image of the scope's shop."""
    now = time.monotonic()
    with _lock:
        kept = _kept.get(shop_id)
        if kept and now - kept.looked_at < FRESH_SECONDS:
            _kept.move_to_end(shop_id)
            return kept.pool
    tagged = ImageTags.objects.filter(state=Job.State.DONE)
    state = tagged.aggregate(count=Count("pk"), latest=Max("updated_at"))
    pool = kept.pool if kept and kept.state == state else _read()
    with _lock:
        _kept[shop_id] = _Kept(pool, state, now)
        _kept.move_to_end(shop_id)
        while len(_kept) > MAX_POOLS:
            _kept.popitem(last=False)
    return pool


def _read() -> Pool:
    tagged = ImageTags.objects.filter(state=Job.State.DONE).exclude(features=None)
    rows = list(tagged.order_by("image_id").values_list("image_id", "kind", "features"))
    return unpack_features(
        [bytes(features) for _, _, features in rows],
        [image_id for image_id, _, _ in rows],
        [kind for _, kind, _ in rows],
    )
