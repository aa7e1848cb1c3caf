"""What an answer is streamed as."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from stylist.chat.shared.memory import Memory
from stylist.chat.shared.tools import Item, OutfitSummary

Responder = Literal["model", "rules"]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next words of the answer, plain text, with the white space that belongs to them."""

    text: str


@dataclass(frozen=True, slots=True)
class ItemsPiece:
    """Items to show as pictures, in the order that "the second one" counts by."""

    items: tuple[Item, ...]
    kind: Literal["found", "owned", "compared", "named"]

    @property
    def ids(self) -> list[str]:
        return [item.id for item in self.items]


@dataclass(frozen=True, slots=True)
class OutfitsPiece:
    """Outfits to show as collages."""

    outfits: tuple[OutfitSummary, ...]


@dataclass(frozen=True, slots=True)
class EndPiece:
    """The end: what to keep, and who spoke.

    `fallback` is true where a model was to speak and the rules did; `reason` then says why.
    """

    memory: Memory
    spoken_by: Responder
    fallback: bool = False
    reason: str = ""


Piece: TypeAlias = TextPiece | ItemsPiece | OutfitsPiece | EndPiece
