"""The match of an image: whether it fits a query."""

from enum import StrEnum


class Match(StrEnum):
    """How well an image fits a query."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


MATCHES = [match.value for match in Match]
STRENGTH = {Match.NONE: 0, Match.WEAK: 1, Match.STRONG: 2}


def find_level(match: Match | None) -> int:
    """Return the level of a match, the higher the better; one that is not known counts as weak."""
    return STRENGTH[match or Match.WEAK]


def is_at_least(match: Match | None, minimum: Match) -> bool:
    """Return whether a match is strong enough; a match that is not known passes."""
    return match is None or STRENGTH[match] >= STRENGTH[minimum]
