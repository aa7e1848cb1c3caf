"""The pool of a shop's tagged images, from which outfits are composed.

A process caches the pools of the shops that it used last. A pool may be some seconds old: read
what is chosen from it from Postgres before use.
"""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from core.jobs.models import Job
from core.shop_cache import ShopCache
from stylist.garments.features import unpack_features
from stylist.garments.pool import Pool
from stylist.models import ImageTags

MAX_POOLS = 4  # 50,000 images take some 15 MB
MAX_AGE_SECONDS = 5.0


@dataclass(slots=True)
class _CachedPool:
    pool: Pool
    state: dict[str, Any]
    checked_at: float  # time.monotonic()


_cache: ShopCache[_CachedPool] = ShopCache(MAX_POOLS)


def get_pool(shop_id: UUID) -> Pool:
    """Return every tagged image of the scope's shop."""
    now = time.monotonic()
    cached = _cache.get(shop_id)
    if cached and now - cached.checked_at < MAX_AGE_SECONDS:
        return cached.pool
    tagged = ImageTags.objects.filter(state=Job.State.DONE)
    state = tagged.aggregate(count=Count("pk"), latest=Max("updated_at"))
    pool = cached.pool if cached and cached.state == state else _read()
    _cache.set(shop_id, _CachedPool(pool, state, now))
    return pool


def _read() -> Pool:
    tagged = ImageTags.objects.filter(state=Job.State.DONE).exclude(features=None)
    rows = list(tagged.order_by("image_id").values_list("image_id", "kind", "features"))
    return unpack_features(
        [bytes(features) for _, _, features in rows],
        [image_id for image_id, _, _ in rows],
        [kind for _, kind, _ in rows],
    )
