"""The pieces that an answer is streamed as, and the answer that they add up to."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from stylist.chat.shared.intent import Intent
from stylist.chat.shared.items import Item, OutfitSummary
from stylist.chat.shared.question import Memory


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next characters of the answer: plain text with its white space."""

    text: str


@dataclass(frozen=True, slots=True)
class ItemsPiece:
    """Items to show as pictures, in the order that "the second one" refers to."""

    items: tuple[Item, ...]
    kind: Literal["found", "owned", "compared", "named"]


@dataclass(frozen=True, slots=True)
class OutfitsPiece:
    """Outfits to show as collages."""

    outfits: tuple[OutfitSummary, ...]


@dataclass(frozen=True, slots=True)
class EndPiece:
    """The end of the answer: the memory to store, and who answered.

    `fallback` is true if the rules answered because the model failed; `reason` then says why.
    """

    memory: Memory
    spoken_by: Literal["model", "rules"]
    fallback: bool = False
    reason: str = ""


Piece: TypeAlias = TextPiece | ItemsPiece | OutfitsPiece | EndPiece


@dataclass
class Answer:
    """The text and items of an answer, collected while it is streamed."""

    memory: Memory
    texts: list[str] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()

    def add(self, piece: Piece) -> None:
        """Collect a piece; "the second one" refers to the items of the first outfit only."""
        if isinstance(piece, TextPiece):
            self.texts.append(piece.text)
        elif isinstance(piece, ItemsPiece):
            self.items.update((item.id, item) for item in piece.items)
        elif isinstance(piece, OutfitsPiece) and piece.outfits:
            self.items.update((item.id, item) for item in piece.outfits[0].items)
            ids = (item.id for outfit in piece.outfits for item in outfit.items)
            self.memory = self.memory.with_returned(ids)

    def build_memory(self, *, intent: Intent | None) -> Memory:
        """Return the memory including this answer."""
        memory = self.memory.with_message("stylist", self.text).with_shown(self.items.values())
        return replace(memory, intent=intent)
