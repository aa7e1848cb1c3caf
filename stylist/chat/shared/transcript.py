"""What is kept of an answer as it goes by."""

from dataclasses import dataclass, field, replace

from stylist.chat.shared.intent import Wish
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.pieces import Items, Outfits, Piece, Words
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
        if isinstance(piece, Words):
            self.words.append(piece.text)
        elif isinstance(piece, Items):
            self.items.update((item.id, item) for item in piece.items)
        elif isinstance(piece, Outfits) and piece.outfits:
            self.items.update((item.id, item) for item in piece.outfits[0].items)
            others = (item.id for outfit in piece.outfits for item in outfit.items)
            self.memory = self.memory.returning(others)

    def remembered(self, *, wish: Wish | None) -> Memory:
        """Return the memory with this answer in it."""
        heard = self.memory.heard("stylist", self.text).showing(self.items.values())
        return replace(heard, wish=wish)
