"""The settings of the Chroma nodes: the servers among which the indexes of shops are spread."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# The column of an index has room for as many characters.
MAX_NAME_LENGTH = 60
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def parse_nodes(text: str) -> dict[str, str]:
    """Return the addresses in `name=address,name=address`; raises `ImproperlyConfigured`."""
    nodes = {
        name: address.rstrip("/") for name, address in _parse_pairs(text, "CHROMA_NODES").items()
    }
    if not nodes:
        raise ImproperlyConfigured("CHROMA_NODES names no node; set it to name=address.")
    for name, address in nodes.items():
        if not NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
            raise ImproperlyConfigured(
                f"CHROMA_NODES has a node named {name!r}; use up to {MAX_NAME_LENGTH} letters, "
                "digits, dots, hyphens and underscores."
            )
        if not _is_server(address):
            raise ImproperlyConfigured(
                f"CHROMA_NODES has no address of a server for {name!r}; it is like "
                "http://chroma.internal:8000, without a path and a password."
            )
    return nodes


def parse_node_tokens(text: str, nodes: Mapping[str, str]) -> dict[str, str]:
    """Return the tokens in `name=token,name=token`; raises `ImproperlyConfigured`."""
    tokens = _parse_pairs(text, "CHROMA_NODE_TOKENS")
    if unknown := sorted(tokens.keys() - nodes.keys()):
        raise ImproperlyConfigured(
            f"CHROMA_NODE_TOKENS names {', '.join(unknown)}, which CHROMA_NODES lacks."
        )
    return tokens


def _parse_pairs(text: str, setting: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not value:
            # Without the text, which may be a token.
            raise ImproperlyConfigured(f"{setting} has a part that is not name=value.")
        if name in pairs:
            raise ImproperlyConfigured(f"{setting} names {name!r} twice.")
        pairs[name] = value
    return pairs


def _is_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and not (parts.path or parts.query or parts.fragment)
    except ValueError:
        return False
    has_login = "@" in parts.netloc
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain and not has_login
