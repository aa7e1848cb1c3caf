"""What a tagged photo says, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stylist.tagging.colour.measurement import MeasuredColour

ALL_YEAR = "all year"


class Sighting(StrEnum):
    """How many garments seem to be in the photo; there are tags in any case."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


@dataclass(frozen=True)
class Tag:
    """One tag: its likeliest value, with the probabilities of all, which sum to 1.

    `confidence` in [0, 1] is how often such a tag is right; `is_sure` says that it is high enough
    not to ask.
    """

    value: str
    confidence: float
    is_sure: bool
    distribution: Mapping[str, float]


@dataclass(frozen=True)
class Tags:
    """What a photo says of its garment.

    The colours' tags have retail names as values and basic names in their distributions; `colours`
    has all of them as measured. The season's value may be `ALL_YEAR`, its distribution is over the
    four seasons. `formality_level` is in [0, 1].
    """

    sighting: Sighting
    type: Tag
    slot: Tag
    primary_colour: Tag
    secondary_colour: Tag | None
    pattern: Tag
    style: Tag
    season: Tag
    formality: Tag
    formality_level: float
    colours: tuple[MeasuredColour, ...]
