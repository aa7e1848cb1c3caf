"""Rate limits in Redis, exact under concurrency, reported in `RateLimit-*` headers."""

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
    # A cycle otherwise: DRF imports this module while it defines `APIView`.
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)


MINUTE = 60


@cache
def _storage() -> RedisStorage:
    options: dict[str, Any] = {"db": 1, "socket_timeout": 2, "socket_connect_timeout": 2}
    return RedisStorage(settings.REDIS_URL, **options)


class RateLimit(BaseThrottle):
    """Limits requests a minute of each shop, or of each address without a shop.

    Minutes begin with the clock's minutes, so that one call to Redis is enough. When Redis is not
    available, requests are not limited, since refusing uploads would be worse; it is logged.
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
        """Return the client's address as the server has it; clients can forge any header.

        Behind a proxy, uvicorn finds it: `FORWARDED_ALLOW_IPS` must contain the proxy.
        """
        return str(request.META.get("REMOTE_ADDR", ""))

    def wait(self) -> float:
        return self.reset_in
