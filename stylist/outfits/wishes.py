"""Wishes and tastes: the purpose of an outfit, and the preferences of its shopper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from stylist.garments.garment import Lab, Season


class Origin(StrEnum):
    """The source of an outfit's garments."""

    WARDROBE = "wardrobe"
    CATALOG = "catalog"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occasion, its formality in [0, 1], and the styles that suit it."""

    name: str
    formality: float
    styles: frozenset[str]


def _occasion(name: str, formality: float, *styles: str) -> Occasion:
    return Occasion(name, formality, frozenset(styles))


OCCASIONS: Mapping[str, Occasion] = MappingProxyType({
    occasion.name: occasion
    for occasion in (
        _occasion(
            "everyday", 0.3, "casual", "smart casual", "classic", "minimalist", "streetwear",
            "vintage", "bohemian",
        ),
        _occasion("work", 0.65, "business", "smart casual", "classic", "elegant", "minimalist"),
        _occasion("interview", 0.75, "business", "formal", "classic", "minimalist"),
        _occasion("date", 0.6, "elegant", "romantic", "smart casual", "classic", "party"),
        _occasion("party", 0.65, "party", "elegant", "romantic"),
        _occasion("wedding", 0.85, "elegant", "formal", "romantic", "party"),
        _occasion("travel", 0.3, "casual", "sporty", "streetwear", "minimalist", "outdoor"),
        _occasion("sport", 0.1, "sporty", "outdoor"),
        _occasion("hiking", 0.15, "outdoor", "sporty", "casual"),
        _occasion("beach", 0.1, "beach", "casual", "bohemian", "sporty"),
        _occasion("home", 0.05, "lounge", "casual", "sporty"),
    )
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for outfits; None where it does not matter.

    `formality` in [0, 1] overrides that of the occasion. `anchors` are the ids of garments that
    every outfit must contain.
    """

    occasion: Occasion | None = None
    season: Season | None = None
    formality: float | None = None
    anchors: frozenset[UUID] = frozenset()

    @property
    def wanted_formality(self) -> float | None:
        """The wished formality, from the wish itself or its occasion."""
        if self.formality is not None:
            return self.formality
        return self.occasion.formality if self.occasion else None


# Two garments' ids, or the (kind, basic colour) of two garments.
Key: TypeAlias = UUID | tuple[str, str]
Bonuses: TypeAlias = Mapping[frozenset[Key], float]


@dataclass(frozen=True, slots=True)
class Taste:
    """The preferences of a shopper; empty if unknown.

    `disliked` names kinds, patterns, styles and colours; such garments are only used as anchors.
    `bonuses` in [-1, 1] are learned from feedback on pairs of garments.
    """

    palette: tuple[Lab, ...] = ()
    styles: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    bonuses: Bonuses = field(default_factory=dict)
