"""How well an image fits what was asked, in words; pure functions.

Similarities are cosines (-1 to 1). What counts as a strong match differs by encoder and by
shop, and a photo is nearer to photos than any text is. So the thresholds are measured for each
index, for texts and for photos; see `catalog.calibration`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Match(StrEnum):
    """How well an image fits the query, in words a shop can act on."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


STRENGTH = {Match.NONE: 0, Match.WEAK: 1, Match.STRONG: 2}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which similarity on a match is weak, and from which strong."""

    weak: float
    strong: float

    def judge(self, similarity: float) -> Match:
        if similarity >= self.strong:
            return Match.STRONG
        return Match.WEAK if similarity >= self.weak else Match.NONE


def thresholds_for(calibration: Mapping[str, float], *, by_text: float) -> Thresholds | None:
    """Return what counts for a query of which `by_text` (0 to 1) is words and the rest photos.

    None until the index has been measured.
    """
    if "photo_strong" not in calibration:
        return None

    def between(name: str) -> float:
        return by_text * calibration[name] + (1 - by_text) * calibration[f"photo_{name}"]

    return Thresholds(weak=between("weak"), strong=between("strong"))


def reaches(match: Match | None, least: Match) -> bool:
    """Return whether a match is at least so strong; one that cannot be judged is let through."""
    return match is None or STRENGTH[match] >= STRENGTH[least]
