"""What is known of a garment when it is put together with others."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


class Slot(StrEnum):
    """Where a garment is worn; an outfit has at most one in each."""

    TOP = "top"
    BOTTOM = "bottom"
    ONE_PIECE = "one_piece"
    OUTER = "outer"
    SHOES = "shoes"
    BAG = "bag"
    ACCESSORY = "accessory"


SLOTS = tuple(Slot)
AT = MappingProxyType({slot: position for position, slot in enumerate(SLOTS)})


class Source(StrEnum):
    """Whose the garment is."""

    WARDROBE = "wardrobe"
    CATALOG = "catalog"


class Lab(NamedTuple):
    """A colour in OKLab: lightness in [0, 1], a and b about ±0.4."""

    lightness: float
    a: float
    b: float


UNKNOWN = Lab(math.nan, math.nan, math.nan)
PLAIN = "plain"  # the pattern that is none


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """One garment; None, or an empty mapping, is what is not known.

    `styles` and `seasons` give a probability to each name; `formality` runs from 0 (the sofa) to 1
    (an evening dress), and `formality_confidence` in [0, 1] says how far to believe it.
    `embedding` is float32 of norm 1: it only tells near twins, never what goes together.
    """

    id: UUID
    source: Source
    slot: Slot
    kind: str
    primary: Lab | None = None
    secondary: Lab | None = None
    pattern: str | None = None
    styles: Mapping[str, float] = field(default_factory=dict)
    seasons: Mapping[str, float] = field(default_factory=dict)
    formality: float | None = None
    formality_confidence: float = 1.0
    price: float | None = None
    embedding: NDArray[np.float32] | None = None

    @property
    def is_patterned(self) -> bool:
        """Say whether a pattern is known of."""
        return self.pattern is not None and self.pattern != PLAIN
