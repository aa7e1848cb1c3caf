"""Limit 401 and 403 answers by address, before authentication costs a database query.

An address that got `RATE_LIMIT_REFUSED` of them in a minute gets 429 until the minute ends. Many
clients may share the address, so a credential that was valid in the last hour is counted on its
own, and so is a token with a valid signature: strangers cannot lock them out.

Blocked addresses are stored in this process too, so that other requests need no call to Redis.
Another process learns of the block with its next refusal.
"""

import structlog
from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from core.api.throttling import (
    MINUTE,
    Bucket,
    connect,
    count_request,
    digest_credential,
    find_address,
    find_minute,
    name_mark,
)

log = structlog.get_logger(__name__)


class BlockList:
    """The names that are blocked until the current minute ends."""

    def __init__(self) -> None:
        self._minute = 0
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names and self._minute == find_minute()[0]

    def add(self, name: str) -> None:
        minute, _ = find_minute()
        if minute != self._minute:
            self._minute, self._names = minute, set()
        self._names.add(name)

    def clear(self) -> None:
        self._names = set()


blocked = BlockList()


def check_refusals(request: Request) -> None:
    """Raise `Throttled` if too many requests like this one were refused in this minute."""
    if _name_credential(request) in blocked:
        raise _make_throttled()
    if find_address(request) in blocked and not _is_trusted(request):
        raise _make_throttled()


def count_refusal(request: Request) -> Throttled | None:
    """Count a 401 or 403 answer; return what to answer instead, if it is beyond the limit."""
    name = _name_credential(request) if _is_trusted(request) else find_address(request)
    count = count_request([Bucket(f"refused:{name}", settings.RATE_LIMIT_REFUSED)])
    if count is None:
        return None
    if count.remaining == 0:
        blocked.add(name)
    return None if count.is_allowed else _make_throttled()


def _is_trusted(request: Request) -> bool:
    """Return whether the credential was valid lately, or is a token that we signed."""
    digest = digest_credential(request)
    if not digest:
        return False
    authenticators = request.authenticators or ()
    if any(getattr(each, "is_genuine", _is_never)(request) for each in authenticators):
        return True
    try:
        return bool(connect().exists(name_mark(digest)))
    except RedisError as error:
        log.warning("credential_not_looked_up", error=error)
        return False


def _is_never(request: Request) -> bool:
    return False


def _name_credential(request: Request) -> str:
    return f"{find_address(request)}:{digest_credential(request)}"


def _make_throttled() -> Throttled:
    message = "Too many requests from your address were refused; check the key, and wait."
    return Throttled(MINUTE - find_minute()[1], message)
