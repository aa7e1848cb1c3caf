"""The sites whose pages may use the API: origins of active publishable keys.

A browser's preflight contains no key, so it is answered for an origin that any active key allows.
The request itself is checked against its own key. Answers are cached in Redis, and forgotten when a
key changes.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from core.tenancy import all_shops
from tenants.models import ShopAPIKey

log = structlog.get_logger(__name__)

# Longer than browsers store a preflight: see `CORS_PREFLIGHT_MAX_AGE`.
CACHE_SECONDS = 900
FOR_EVER = datetime.max.replace(tzinfo=UTC)
CLOSED = datetime.min.replace(tzinfo=UTC)


def is_open(origin: str) -> bool:
    """Return whether an active publishable key allows this origin; at most one query."""
    open_until = _read_cache(origin)
    if open_until is None:
        open_until = _read_end(origin)
        _write_cache(origin, open_until)
    return open_until > timezone.now()


def is_known_open(origin: str) -> bool:
    """Return whether the cache has this origin as open; makes no query."""
    return (_read_cache(origin) or CLOSED) > timezone.now()


def forget_origins(origins: Iterable[str]) -> None:
    """Look these origins up again, after a key that allows them was changed.

    Again after the transaction: until then, others read and cache the earlier state.
    """
    names = [_cache_key(origin) for origin in origins]
    _delete(names)
    transaction.on_commit(lambda: _delete(names))


def _delete(names: list[str]) -> None:
    try:
        cache.delete_many(names)
    except RedisError as error:
        log.warning("origins_not_forgotten", error=error)


def _read_end(origin: str) -> datetime:
    """Return when the last active key that allows this origin expires."""
    if "\0" in origin:  # PostgreSQL cannot store it
        return CLOSED
    keys = ShopAPIKey.objects.filter(
        origins__contains=[origin],
        kind=ShopAPIKey.Kind.PUBLISHABLE,
        revoked=False,
        shop__is_active=True,
    )
    with all_shops():
        ends = [end or FOR_EVER for end in keys.values_list("expiry_date", flat=True)]
    return max(ends, default=CLOSED)


def _read_cache(origin: str) -> datetime | None:
    try:
        found: Any = cache.get(_cache_key(origin))
    except RedisError as error:
        log.warning("origin_not_cached", error=error)
        return None
    return found if isinstance(found, datetime) else None


def _write_cache(origin: str, open_until: datetime) -> None:
    try:
        cache.set(_cache_key(origin), open_until, CACHE_SECONDS)
    except RedisError as error:
        log.warning("origin_not_cached", error=error)


def _cache_key(origin: str) -> str:
    return f"origin:{hashlib.sha256(origin.encode(errors='replace')).hexdigest()}"
