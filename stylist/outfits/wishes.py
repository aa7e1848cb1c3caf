"""What an outfit is for, and who is to like it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from stylist.garments.garment import Lab, Season


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occasion, how formal it is in [0, 1], and the styles that suit it."""

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
    """What is asked for; None where it does not matter.

    `formality` in [0, 1] goes before the occasion's own. `anchors` are ids of garments that every
    outfit is to hold.
    """

    occasion: Occasion | None = None
    season: Season | None = None
    formality: float | None = None
    anchors: frozenset[UUID] = frozenset()

    @property
    def wanted_formality(self) -> float | None:
        """How formal the outfit is to be."""
        if self.formality is not None:
            return self.formality
        return self.occasion.formality if self.occasion else None


# Two garments' ids, or the (kind, basic colour) of two garments.
Key: TypeAlias = UUID | tuple[str, str]
Bonuses: TypeAlias = Mapping[frozenset[Key], float]


@dataclass(frozen=True, slots=True)
class Taste:
    """What a shopper likes; empty of one who is not known.

    `disliked` names kinds, patterns, styles and colours: such garments are in no outfit unless
    they are its anchor. `bonuses` in [-1, 1] were learned from feedback on pairs of garments.
    """

    palette: tuple[Lab, ...] = ()
    styles: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    bonuses: Bonuses = field(default_factory=dict)
