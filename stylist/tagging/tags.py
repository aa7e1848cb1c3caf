"""Tags of a photo, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stylist.tagging.colour.measurement import MeasuredColour


class Sighting(StrEnum):
    """The number of garments that seem to be in the photo; it has tags in any case."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


@dataclass(frozen=True)
class Tag:
    """One tag: its most probable value, and the probabilities of all, which sum to 1.

    `confidence` in [0, 1] is how often such a tag is right; a sure tag needs no question.
    """

    value: str
    confidence: float
    is_sure: bool
    distribution: Mapping[str, float]


@dataclass(frozen=True)
class Tags:
    """The tags of the garment in a photo.

    Colour tags have retail names as values and basic names in their distributions; `colours` are
    all measured colours. The season may be `ALL_YEAR`; its distribution is over the four seasons.
    `formality_level` is in [0, 1].
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
