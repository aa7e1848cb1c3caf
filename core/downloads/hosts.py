"""Resolve hosts that strangers name, and return nothing but public addresses.

Names are resolved with sockets of our own: the system's resolver knows no deadline, so that slow
names would block its threads. It also adds domains of this network, and reads `/etc/hosts`.
"""

import time
from functools import cache

import dns.exception
import dns.resolver
import structlog

from core.downloads import addresses

log = structlog.get_logger(__name__)

RESOLVE_SECONDS = 5.0
CACHED_ANSWERS = 1_000


class DownloadDelayed(Exception):
    """Another attempt may succeed, after `wait` seconds if the server names a time."""

    def __init__(self, code: str, message: str, *, wait: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.wait = wait


@cache
def get_resolver() -> dns.resolver.Resolver:
    """Return this process's resolver, which stores answers as long as they are valid."""
    resolver = dns.resolver.Resolver()
    resolver.cache = dns.resolver.LRUCache(CACHED_ANSWERS)
    return resolver


def resolve(host: str, *, seconds: float) -> list[str]:
    """Return the addresses of a host, all of them public; raise `DownloadDelayed`.

    The error is the same for a name that does not exist and for a private address. So nobody learns
    which names this network knows; the log has the reason.
    """
    try:
        found = [host] if addresses.is_ip(host) else _query(host, seconds)
    except dns.exception.DNSException as error:
        raise _hide(host, type(error).__name__) from error
    if not found:
        raise _hide(host, "no_address")
    if not all(map(addresses.is_public, found)):
        raise _hide(host, "private_address")
    return found


def _query(host: str, seconds: float) -> list[str]:
    """Return the IPv4 addresses of a name, or else those of IPv6; raises `DNSException`."""
    until = time.monotonic() + min(seconds, RESOLVE_SECONDS)
    for kind in ("A", "AAAA"):
        left = max(0.001, until - time.monotonic())
        answer = get_resolver().resolve(
            f"{host}.", kind, raise_on_no_answer=False, lifetime=left, search=False
        )
        if answer.rrset:
            return [str(entry) for entry in answer.rrset]
    return []


def _hide(host: str, reason: str) -> DownloadDelayed:
    log.warning("host_not_reached", host=host, reason=reason)
    return DownloadDelayed("host_unknown", "The host is not known on the public internet.")
