"""The intent of a message, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any


class IntentKind(StrEnum):
    """The kind of a question."""

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
    """What the shopper does not want; `details` are materials, and parts such as a hood."""

    garments: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.colours, *self.patterns, *self.details, *self.garments)


@dataclass(frozen=True, slots=True)
class Reference:
    """A garment that a message mentions: "the second one", "my blue jeans", "a red dress".

    `ordinals` count the items shown last from 1; -1 is the last. `is_shown`: one of the items
    shown, given by `ids`; `is_owned`: the shopper's own; neither: any garment like this.
    """

    ordinals: tuple[int, ...] = ()
    garment: str = ""
    colour: str = ""
    is_owned: bool = False
    is_shown: bool = False
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent of a message, combined with that of the messages before it.

    Garments are types of the taxonomy, colours retail names, occasion and season those of
    `stylist.outfits`; `price_currency` is empty where the message names none; `formality` is in
    [0, 1]. `details` are words that only a search can use, `missed` are unknown words. `exclude`
    are ids not to show again, `replace_slot` is the slot of the last outfit to fill again.
    `asks_whether` marks yes-or-no questions. `topic` of an off-topic question is "service",
    "private" or "outside".
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
    price_currency: str = ""
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
        """Return the intent as JSON data; memories store it, so field names do not change."""
        return {k: str(v) if isinstance(v, Decimal) else v for k, v in asdict(self).items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Intent:
        """Return the intent from its JSON data, which an earlier release may have stored."""
        names = {each.name for each in fields(cls)}
        values = _to_tuples({name: value for name, value in data.items() if name in names})
        for bound in ("price_min", "price_max"):
            if values.get(bound) is not None:
                values[bound] = Decimal(values[bound])
        values["kind"] = IntentKind(values.get("kind", IntentKind.UNCLEAR))
        values["without"] = Exclusions(**_to_tuples(values.get("without", {})))
        references = values.get("references", ())
        values["references"] = tuple(Reference(**_to_tuples(row)) for row in references)
        return cls(**values)


def _to_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(value) if isinstance(value, list) else value for k, value in data.items()}
