"""What a message asks for, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any


class IntentKind(StrEnum):
    """What kind of thing is asked."""

    FIND = "find"
    MATCH = "match_with"
    OUTFIT = "outfit"
    OCCASION = "occasion"
    COLOUR = "colour_advice"
    CARE = "care"
    COMPARE = "compare"
    DETAILS = "details"
    WARDROBE = "wardrobe"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    OFF_TOPIC = "off_topic"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is not wanted."""

    garments: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A garment that is spoken of: "the second one", "those shoes", "my blue jeans", "a red dress".

    `ordinals` count what was shown last from 1; -1 is the last. `is_shown` points at what was
    shown, whose `ids` are known then; `is_owned` at the shopper's own; neither describes any such
    garment.
    """

    ordinals: tuple[int, ...] = ()
    garment: str = ""
    colour: str = ""
    is_owned: bool = False
    is_shown: bool = False
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message asks for, with what the conversation had settled before.

    Garments are types of the taxonomy, colours retail names, occasion and season those of
    `stylist.outfits`; `formality` is in [0, 1]. `details` are words that only a search can use,
    `missed` those that mean nothing to the rules. `exclude` are ids not to show again,
    `replace_slot` the place in the last outfit to fill anew. `asks_whether` is true of questions
    for a yes or no. `topic` says what an off-topic
    question is about: "service", "private" or "outside".
    """

    kind: IntentKind = IntentKind.UNCLEAR
    garments: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    without: Exclusions = field(default_factory=Exclusions)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    occasion: str | None = None
    season: str | None = None
    formality: float | None = None
    size: str = ""
    asks_whether: bool = False
    references: tuple[Reference, ...] = ()
    exclude: tuple[str, ...] = ()
    replace_slot: str | None = None
    is_follow_up: bool = False
    topic: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        data = asdict(self)
        for bound in ("price_min", "price_max"):
            data[bound] = None if data[bound] is None else str(data[bound])
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Intent:
        """Return what `to_data` made, perhaps with JSON's lists, by an earlier release."""
        values = {name: value for name, value in data.items() if name in _NAMES}
        kept = {name: _tupled(value) for name, value in values.items()}
        for bound in ("price_min", "price_max"):
            if kept.get(bound) is not None:
                kept[bound] = Decimal(kept[bound])
        return cls(**{
            **kept,
            "kind": IntentKind(kept.get("kind", IntentKind.UNCLEAR)),
            "without": Exclusions(**{k: _tupled(v) for k, v in kept.get("without", {}).items()}),
            "references": tuple(
                Reference(**{k: _tupled(v) for k, v in row.items()})
                for row in kept.get("references", ())
            ),
        })  # fmt: skip


_NAMES = {each.name for each in fields(Intent)}


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
