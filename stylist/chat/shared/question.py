"""A shopper's question, and the memory of the conversation between its messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from core.redaction import redact
from stylist.chat.shared.intent import Intent
from stylist.chat.shared.items import Item
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

MAX_TURNS = 10
MAX_RETURNED_IDS = 200
MAX_TURN_LENGTH = 2000  # characters

Speaker = Literal["shopper", "stylist"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, personal data redacted."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item shown earlier: enough to find "the blue one"; the rest comes from live rows."""

    id: str
    kind: str = ""
    slot: str = ""
    colour: str = ""
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """The last messages, the last intent, the items shown last in their order, and returned ids.

    A language model may name only items whose ids are in `returned`.
    """

    turns: tuple[Turn, ...] = ()
    intent: Intent | None = None
    shown: tuple[ShownItem, ...] = ()
    returned: tuple[str, ...] = ()

    def with_message(self, speaker: Speaker, text: str) -> Memory:
        """Return the memory with one more message."""
        turn = Turn(speaker, redact(text)[:MAX_TURN_LENGTH])
        return replace(self, turns=(*self.turns, turn)[-MAX_TURNS:])

    def with_prefix(self, prefix: str) -> Memory:
        """Return the memory with text put before that of the last message."""
        *turns, last = self.turns
        text = (redact(prefix) + last.text)[:MAX_TURN_LENGTH]
        return replace(self, turns=(*turns, replace(last, text=text)))

    def with_shown(self, items: Iterable[Item]) -> Memory:
        """Return the memory with these items as shown last; without items it stays the same."""
        shown = tuple(ShownItem(i.id, i.kind, i.slot, i.colour, i.price) for i in items)
        return replace(self, shown=shown or self.shown).with_returned(each.id for each in shown)

    def with_returned(self, ids: Iterable[str]) -> Memory:
        """Return the memory with these ids added to those that tools returned."""
        returned = tuple(dict.fromkeys((*self.returned, *ids)))
        return replace(self, returned=returned[-MAX_RETURNED_IDS:])

    def to_data(self) -> dict[str, Any]:
        """Return the memory as JSON data; its keys are stored, so they do not change."""
        return {
            "turns": [[turn.speaker, turn.text] for turn in self.turns],
            "wish": self.intent.to_data() if self.intent else None,
            "shown": [
                [s.id, s.kind, s.slot, s.colour, None if s.price is None else str(s.price)]
                for s in self.shown
            ],
            "returned": list(self.returned),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Memory:
        """Return the memory from its JSON data; an empty mapping gives an empty memory."""
        return cls(
            turns=tuple(Turn(speaker, text) for speaker, text in data.get("turns", ())),
            intent=Intent.from_data(data["wish"]) if data.get("wish") else None,
            shown=tuple(
                ShownItem(own_id, kind, slot, colour, None if price is None else Decimal(price))
                for own_id, kind, slot, colour, price in data.get("shown", ())
            ),
            returned=tuple(data.get("returned", ())),
        )


@dataclass(frozen=True, slots=True)
class ShopperProfile:
    """A shopper's stated taste; empty where it is unknown.

    `palette` has retail colour names; `disliked` kinds, patterns, styles and colours; `sizes` a
    size for each slot; `about` is free text.
    """

    palette: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    sizes: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return the known part as JSON data."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Question:
    """A shopper's message and its context.

    `text` may contain personal data. The same `message_id` gives the same wording of an answer.
    `currency` is the shop's own.
    """

    text: str
    message_id: str
    shop_name: str
    profile: ShopperProfile = field(default_factory=ShopperProfile)
    memory: Memory = field(default_factory=Memory)
    taxonomy: Taxonomy = DEFAULT_TAXONOMY
    currency: str = ""
