"""Rate limits on Redis, exact under concurrency, reported in `RateLimit` headers."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # DRF reads this class from the settings while it defines `APIView`.
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        f"{settings.REDIS_URL}/1", socket_timeout=2, socket_connect_timeout=2
    )


def _count(identity: str) -> tuple[int, int]:
    """Count a request of the window that began with its first; one round trip.

    Returns how many there were, and the milliseconds until the next window.
    """
    key = f"atelier:rate:{identity}"
    with _redis().pipeline() as pipeline:
        pipeline.set(key, 0, ex=WINDOW_SECONDS, nx=True)
        pipeline.incr(key)
        pipeline.pttl(key)
        _, used, milliseconds_left = pipeline.execute()
    return int(used), int(milliseconds_left)


class RateLimit(BaseThrottle):
    """So many requests a minute for each shop, or for each address that names none.

    While Redis is away nobody is limited: refusing a shop's uploads because we cannot
    count them would be the greater harm. The log says so.
    """

    reset_in = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        shop_id = getattr(request.auth, "shop_id", None)
        limit = settings.RATE_LIMIT_SHOP if shop_id else settings.RATE_LIMIT_ANONYMOUS
        identity = f"shop:{shop_id}" if shop_id else f"address:{self.get_ident(request)}"
        try:
            used, milliseconds_left = _count(identity)
        except RedisError as error:
            log.warning("rate_limit_not_counted", error=type(error).__name__)
            return True
        self.reset_in = max(1, math.ceil(milliseconds_left / 1000))
        remaining = max(0, limit - used)
        request.rate_limit = (limit, remaining, self.reset_in)  # type: ignore[attr-defined]
        return used <= limit

    def get_ident(self, request: Request) -> str:
        """Return the address that the server saw: any header can be forged.

        Behind a proxy the server resolves it: uvicorn's `FORWARDED_ALLOW_IPS` names the proxy.
        """
        return str(request.META.get("REMOTE_ADDR", ""))

    def wait(self) -> float:
        return self.reset_in
