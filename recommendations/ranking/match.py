"""How well an image fits what was asked, in words; pure functions.

Similarities are cosines (-1 to 1). What counts as a match differs by encoder and by shop, and a
photo is nearer to photos than any text is. So the thresholds are measured for each index, for texts
and for photos; and a text must speak of clothing at all. See `catalog.indexing.calibration`.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.indexing.indexes import decode_embedding
from core.ml.vector_store import Vectors


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


NOTHING_MATCHES = Thresholds(weak=math.inf, strong=math.inf)


def thresholds_for(
    calibration: Mapping[str, Any], *, text: Vectors | None, by_text: float, wanted: float = 1.0
) -> Thresholds | None:
    """Return from which similarity to a query on an image matches it.

    `text` (d,) is the mean of the texts that are wanted, None where a query is no mere text.
    `by_text` (0 to 1) of what is asked is words and the rest photos. `wanted` (0 to 1) is the
    length of what is asked for, of its length with what is asked not to be. Returns None until the
    index has been measured.
    """
    if "axis" not in calibration:
        return None
    if text is not None and not _speaks_of_clothing(calibration, text):
        return NOTHING_MATCHES

    def between(name: str) -> float:
        threshold = by_text * calibration[name] + (1 - by_text) * calibration[f"photo_{name}"]
        # What an image is not to be leaves less of the query to be near to.
        return float(wanted * threshold)

    return Thresholds(weak=between("weak"), strong=between("strong"))


def reaches(match: Match | None, least: Match) -> bool:
    """Return whether a match is at least so strong; one that cannot be judged is let through."""
    return match is None or STRENGTH[match] >= STRENGTH[least]


def _speaks_of_clothing(calibration: Mapping[str, Any], text: Vectors) -> bool:
    axis = decode_embedding(base64.b64decode(calibration["axis"]))
    return bool(text @ axis >= calibration["axis_least"])
