"""Rate limits in Redis, exact under concurrency, reported in `RateLimit-*` headers.

A request is counted in one or more buckets with one call to Redis, the smallest first. A caller who
is over the limit of its own bucket does not fill the larger ones. Minutes begin with the clock's
minutes. When Redis is not available, requests are not limited, since refusing uploads would be
worse; it is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from ipaddress import ip_address, ip_network
from time import time
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # A cycle otherwise: DRF imports this module while it defines `APIView`.
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)

MINUTE = 60
PREFIX = "atelier:rate:"
# How many of an IPv6 address's bits are one customer's: a home or a server has all the rest.
CUSTOMER_BITS = 64

# Marks the credential as valid, if there is a name for it after the buckets; then counts in each
# bucket until one is full, and returns the counts.
COUNT = """
local counts, number_of_buckets = {}, #ARGV - 2
if #KEYS > number_of_buckets then redis.call('SET', KEYS[#KEYS], 1, 'EX', ARGV[2]) end
for number = 1, number_of_buckets do
    local count = redis.call('INCR', KEYS[number])
    if count == 1 then redis.call('EXPIRE', KEYS[number], ARGV[1]) end
    counts[number] = count
    if count > tonumber(ARGV[number + 2]) then break end
end
return counts
"""
# How long a credential that was valid is counted on its own: see `core.api.refusals`.
TRUST_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is limited to `limit` requests a minute."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class Count:
    """The state of the fullest bucket after a request was counted; `reset_in` in seconds."""

    limit: int
    used: int
    reset_in: int

    @property
    def is_allowed(self) -> bool:
        return self.used <= self.limit

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@cache
def connect() -> Redis:
    options: dict[str, Any] = {"db": 1, "socket_timeout": 2, "socket_connect_timeout": 2}
    return Redis.from_url(settings.REDIS_URL, **options)


@cache
def load_script(text: str) -> Script:
    """Return a script that Redis caches; calling it is one round trip."""
    return connect().register_script(text)


def find_minute() -> tuple[int, int]:
    """Return the number of the clock's minute, and the seconds since it began."""
    return divmod(int(time()), MINUTE)


def count_request(buckets: Sequence[Bucket], *, valid: str = "") -> Count | None:
    """Count one request in buckets, the smallest first; None when Redis is not available.

    `valid` is the digest of its credential, if that is valid.
    """
    minute, second = find_minute()
    names = [f"{PREFIX}{bucket.name}:{minute}" for bucket in buckets]
    limits = [bucket.limit for bucket in buckets]
    if valid:
        names.append(name_mark(valid))
    try:
        used: Any = load_script(COUNT)(names, [MINUTE, TRUST_SECONDS, *limits])
    except RedisError as error:
        log.warning("rate_limit_not_counted", error=error)
        return None
    counts = [Count(*pair, MINUTE - second) for pair in zip(limits, used, strict=False)]
    return min(counts, key=lambda count: count.limit - count.used)


def name_mark(digest: str) -> str:
    """Return the name of the mark of a valid credential."""
    return f"{PREFIX}valid:{digest}"


def digest_credential(request: HttpRequest | Request) -> str:
    """Return a digest of the request's `Authorization` header; empty without one."""
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    return sha256(header.encode(errors="replace")).hexdigest()[:32] if header else ""


def find_address(request: HttpRequest | Request) -> str:
    """Return the client's address as the server has it, as `client_network` names it.

    Clients can forge any header. Behind a proxy, uvicorn finds the address: `FORWARDED_ALLOW_IPS`
    must contain the proxy.
    """
    return client_network(str(request.META.get("REMOTE_ADDR", "")))


def client_network(address: str) -> str:
    """Return what is one client to a limit: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a proxy forwarded a name
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed.packed, CUSTOMER_BITS), strict=False))


class RateLimit(BaseThrottle):
    """Limits requests in the buckets that the view chooses; others by address."""

    reset_in = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        choose = getattr(view, "choose_buckets", choose_anonymous_buckets)
        valid = digest_credential(request) if request.auth else ""
        count = count_request(choose(request), valid=valid)
        if count is None:
            return True
        self.reset_in = count.reset_in
        request.rate_limit = (count.limit, count.remaining, count.reset_in)  # type: ignore[attr-defined]
        return count.is_allowed

    def wait(self) -> float:
        return self.reset_in


def choose_anonymous_buckets(request: Request) -> list[Bucket]:
    """Return the bucket of the client's address, for requests without a shop."""
    return [Bucket(f"address:{find_address(request)}", settings.RATE_LIMIT_ANONYMOUS)]
