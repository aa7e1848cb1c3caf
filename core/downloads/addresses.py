"""Addresses on the web that strangers name: which of them may be tried at all."""

import ipaddress
import re

import httpx

from core.errors import DomainError

MAX_ADDRESS_LENGTH = 2_000
MAX_NAME_LENGTH = 253
PORTS = {"http": 80, "https": 443}
# Another port would have our machines look for services of others, and talk to them.
ALLOWED_PORTS = frozenset(PORTS.values())
# Two labels or more, of which the last one begins with a letter. Names without a dot belong to a
# private network, and resolvers read numbers as IPv4 addresses: 2130706433, 127.1, 0x7f.0.0.1.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
# Special addresses of which some versions of `ipaddress` say that they are global.
SPECIAL_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocols
            "192.88.99.0/24",  # relays of 6to4
            "2001::/23",  # protocols; with Teredo, which carries an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which carries an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)
# All unicast addresses. Mapped, compatible and translated IPv4 addresses are outside.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# The middle of an address of ISATAP, which carries an IPv4 address after it.
ISATAP = {0x0000_5EFE, 0x0200_5EFE}


class DownloadRefused(DomainError):
    """Another attempt would fail as well: for the address, or by the server's answer."""

    code = "download_refused"


def check_address(url: str) -> httpx.URL:
    """Return an address that may be tried; raise `DownloadRefused`. Resolves no name."""
    try:
        address = httpx.URL(url)
        host = address.raw_host.decode("ascii")
        _ = address.host  # decodes Punycode
    except (httpx.InvalidURL, UnicodeError) as error:
        raise refuse_address("It is not one.") from error
    # Other letters than those of ASCII have become longer.
    if len(str(address)) > MAX_ADDRESS_LENGTH:
        raise refuse_address(f"It has more than {MAX_ADDRESS_LENGTH} characters.")
    if address.scheme not in PORTS or not host:
        raise refuse_address("It has to begin with https:// or http:// and a host.")
    if address.userinfo:
        raise refuse_address("It may contain no user and password.")
    port = PORTS[address.scheme] if address.port is None else address.port
    if port not in ALLOWED_PORTS:
        raise refuse_address("It may name no port other than 80 and 443.")
    if not (is_public(host) if is_ip(host) else _is_name(host)):
        raise refuse_address("Its host is not one of the public internet.")
    return address


def is_ip(host: str) -> bool:
    """Return whether a host is an IP address in its usual notation."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Return whether an IP address may belong to anybody on the internet."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (
        address.scope_id is not None
        or address not in PUBLIC_IPV6
        or int(address) >> 32 & 0xFFFF_FFFF in ISATAP
    ):
        return False
    if any(address in network for network in SPECIAL_NETWORKS):
        return False
    return address.is_global and not address.is_multicast


def refuse_address(reason: str) -> DownloadRefused:
    """Return the error for an address."""
    return DownloadRefused(f"This address is not accepted. {reason}", code="address_refused")


def _is_name(host: str) -> bool:
    return len(host) <= MAX_NAME_LENGTH and NAME.fullmatch(host) is not None
