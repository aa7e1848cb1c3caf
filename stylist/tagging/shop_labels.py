"""Labels of a shop's taxonomy and encoder, cached in the worker process."""

import json
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from catalog.indexing.indexes import get_live_index
from core.ml.encoder import get_encoder
from stylist.tagging.labels import Labels, make_labels
from stylist.tagging.shop_taxonomy import get_own_types, get_taxonomy

MAX_LABELS = 32

_cache: OrderedDict[tuple[str, str], Labels] = OrderedDict()
_lock = Lock()


def get_labels(shop_id: UUID) -> tuple[str, Labels]:
    """Return the name of a shop's encoder, and its labels of the shop's taxonomy."""
    encoder = get_live_index(shop_id).encoder
    key = encoder, json.dumps(get_own_types(shop_id), sort_keys=True)
    with _lock:
        if key not in _cache:
            _cache[key] = make_labels(get_taxonomy(shop_id), get_encoder(encoder))
        _cache.move_to_end(key)
        while len(_cache) > MAX_LABELS:
            _cache.popitem(last=False)
        return encoder, _cache[key]
