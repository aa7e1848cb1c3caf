"""A garment with its tags, as outfits use it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


class Slot(StrEnum):
    """Where a garment is worn; an outfit has at most one garment for each slot."""

    TOP = "top"
    BOTTOM = "bottom"
    ONE_PIECE = "one_piece"
    OUTER = "outer"
    SHOES = "shoes"
    BAG = "bag"
    ACCESSORY = "accessory"


SLOTS = tuple(Slot)
SLOT_INDEX: Mapping[Slot, int] = {slot: index for index, slot in enumerate(SLOTS)}


class Season(StrEnum):
    """A season of the year."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


SEASONS = tuple(Season)
ALL_YEAR = "all year"  # the season tag of a garment for every season


class GarmentSource(StrEnum):
    """Where a garment comes from: the shopper's wardrobe or the shop's catalogue."""

    WARDROBE = "wardrobe"
    CATALOG = "catalog"


class Lab(NamedTuple):
    """A colour in OKLab: lightness in [0, 1], a and b about ±0.4."""

    lightness: float
    a: float
    b: float


UNKNOWN_LAB = Lab(math.nan, math.nan, math.nan)
PLAIN = "plain"  # the pattern of a garment without one


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """One garment; unknown values are None or an empty mapping.

    `styles` and `seasons` map names to probabilities; `formality` runs from 0 (the sofa) to 1
    (an evening dress), and `formality_confidence` in [0, 1] is how reliable that value is.
    `embedding` is float32 of norm 1; it only finds near-identical garments and is not scored.
    """

    id: UUID
    source: GarmentSource
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
        """Whether the garment is known to have a pattern."""
        return self.pattern is not None and self.pattern != PLAIN
