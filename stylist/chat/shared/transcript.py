"""What is kept of an answer as it goes by."""

from dataclasses import dataclass, field, replace

from stylist.chat.shared.intent import Intent
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.pieces import ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item


@dataclass
class Answer:
    """The words and items of an answer, collected while it is streamed."""

    memory: Memory
    words: list[str] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.words).strip()

    def add(self, piece: Piece) -> None:
        """Collect a piece; of outfits, the items of the first are what "the second" counts by."""
        if isinstance(piece, TextPiece):
            self.words.append(piece.text)
        elif isinstance(piece, ItemsPiece):
            self.items.update((item.id, item) for item in piece.items)
        elif isinstance(piece, OutfitsPiece) and piece.outfits:
            self.items.update((item.id, item) for item in piece.outfits[0].items)
            others = (item.id for outfit in piece.outfits for item in outfit.items)
            self.memory = self.memory.with_returned(others)

    def build_memory(self, *, intent: Intent | None) -> Memory:
        """Return the memory with this answer in it."""
        heard = self.memory.with_message("stylist", self.text).with_shown(self.items.values())
        return replace(heard, intent=intent)
