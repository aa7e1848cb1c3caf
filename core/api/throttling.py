"""Rate limits on Redis, exact under concurrency, reported in `RateLimit` headers."""

from __future__ import annotations

from functools import cache
from time import time
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from limits.storage import RedisStorage
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # DRF reads this class from the settings while it defines `APIView`.
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)


MINUTE = 60


@cache
def _storage() -> RedisStorage:
    options: dict[str, Any] = {"socket_timeout": 2, "socket_connect_timeout": 2}
    return RedisStorage(f"{settings.REDIS_URL}/1", **options)


class RateLimit(BaseThrottle):
    """So many requests a minute for each shop, or for each address that names none.

    A minute is the clock's, so that one trip to Redis counts and tells all.
    While Redis is away nobody is limited: refusing a shop's uploads because we cannot
    count them would be the greater harm. The log says so.
    """

    reset_in = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        shop_id = getattr(request.auth, "shop_id", None)
        limit = settings.RATE_LIMIT_SHOP if shop_id else settings.RATE_LIMIT_ANONYMOUS
        identity = f"shop:{shop_id}" if shop_id else f"address:{self.get_ident(request)}"
        minute, second = divmod(int(time()), MINUTE)
        try:
            count = _storage().incr(f"atelier:rate:{identity}:{minute}", MINUTE)
        except RedisError as error:
            log.warning("rate_limit_not_counted", error=type(error).__name__)
            return True
        self.reset_in = MINUTE - second
        remaining = max(0, limit - count)
        request.rate_limit = (limit, remaining, self.reset_in)  # type: ignore[attr-defined]
        return count <= limit

    def get_ident(self, request: Request) -> str:
        """Return the address that the server saw: any header can be forged.

        Behind a proxy the server resolves it: uvicorn's `FORWARDED_ALLOW_IPS` names the proxy.
        """
        return str(request.META.get("REMOTE_ADDR", ""))

    def wait(self) -> float:
        return self.reset_in
