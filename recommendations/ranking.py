"""From similarities to an answer; pure functions.

Similarities are cosines (-1 to 1). What counts as a strong match differs by encoder and by
shop, so the thresholds are measured for each index; see `catalog.calibration`.
"""

from __future__ import annotations

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


def count_at_least(similarities: list[float], thresholds: Thresholds, least: Match) -> int:
    """Return how many of the similarities, the highest first, reach a match strength."""
    wanted = STRENGTH[least]
    reached = (STRENGTH[thresholds.judge(similarity)] >= wanted for similarity in similarities)
    return sum(reached)
