"""One garment of a photo, as tagging has seen it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import BASIC_OF

DECIMALS = 4


@dataclass(frozen=True, slots=True, eq=False)
class SeenGarment:
    """A garment's place, kind, colours and pattern, each with the confidence that it is right.

    `box` is left, top, right and bottom as shares of the photo, 0 to 1. `region` is whole, upper,
    lower, feet or head. `colours` are retail names with their shares of the garment, the largest
    first; their confidence is that of the largest one's basic name. `embedding` is float32 (d,)
    with norm 1.
    """

    box: tuple[float, float, float, float]
    region: str
    kind: str
    kind_confidence: float
    is_kind_sure: bool
    colours: tuple[tuple[str, float], ...]
    colour_confidence: float
    is_colour_sure: bool
    pattern: str
    pattern_confidence: float
    is_pattern_sure: bool
    embedding: NDArray[np.float32]

    @property
    def colour(self) -> str:
        """The basic name of the largest colour; "" if none was measured."""
        return BASIC_OF.get(self.colours[0][0], "") if self.colours else ""

    def serialize(self) -> dict[str, Any]:
        """Return what is stored and answered, as JSON: all but the embedding."""
        return {
            "box": [round(edge, DECIMALS) for edge in self.box],
            "region": self.region,
            "kind": _serialize(self.kind, self.kind_confidence, is_sure=self.is_kind_sure),
            "colour": _serialize(self.colour, self.colour_confidence, is_sure=self.is_colour_sure),
            "colours": [
                {"name": name, "share": round(share, DECIMALS)} for name, share in self.colours
            ],
            "pattern": _serialize(
                self.pattern, self.pattern_confidence, is_sure=self.is_pattern_sure
            ),
        }


def _serialize(value: str, confidence: float, *, is_sure: bool) -> dict[str, Any]:
    return {
        "value": value,
        "confidence": round(confidence, DECIMALS),
        "is_sure": is_sure and bool(value),
    }
