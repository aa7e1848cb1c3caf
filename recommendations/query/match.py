"""Judge how well an image fits a query; pure functions.

Similarities are cosines (-1 to 1). Which similarity counts as a match differs between encoders and
shops, and photos are more similar to photos than texts are. Thresholds are therefore measured for
each index, for texts and for photos; see `catalog.indexing.calibration`. A text that is not about
clothing matches nothing.
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
    """How well an image fits a query."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


MATCHES = [match.value for match in Match]
STRENGTH = {Match.NONE: 0, Match.WEAK: 1, Match.STRONG: 2}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest similarities of a weak and of a strong match."""

    weak: float
    strong: float

    def judge(self, similarity: float) -> Match:
        if similarity >= self.strong:
            return Match.STRONG
        return Match.WEAK if similarity >= self.weak else Match.NONE


NOTHING_MATCHES = Thresholds(weak=math.inf, strong=math.inf)


def find_thresholds(
    calibration: Mapping[str, Any], *, text: Vectors | None, by_text: float, wanted: float = 1.0
) -> Thresholds | None:
    """Return the thresholds of a query on an index; None until the index is calibrated.

    `text`, `by_text` and `wanted` describe the query as in `Direction`.
    """
    if "axis" not in calibration:
        return None
    if text is not None and not _is_about_clothing(calibration, text):
        return NOTHING_MATCHES

    def interpolate(name: str) -> float:
        threshold = by_text * calibration[name] + (1 - by_text) * calibration[f"photo_{name}"]
        # Negative parts of a query lower the highest similarity that an image can have.
        return float(wanted * threshold)

    return Thresholds(weak=interpolate("weak"), strong=interpolate("strong"))


def is_at_least(match: Match | None, minimum: Match) -> bool:
    """Return whether a match is strong enough; a match that is not known passes."""
    return match is None or STRENGTH[match] >= STRENGTH[minimum]


def _is_about_clothing(calibration: Mapping[str, Any], text: Vectors) -> bool:
    axis = decode_embedding(base64.b64decode(calibration["axis"]))
    return bool(text @ axis >= calibration["axis_least"])
