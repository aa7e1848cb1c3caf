"""Kinds of garment: their slots, words and habits, read from `kinds.toml`.

The habits are what is usual for a kind: how formal it is, in [0, 1] (`words.FORMALITY`), its
styles, and the seasons it is worn in, the most usual first; none means any. The first word is the
plainest. Some words are known to the bundled encoder, some only to a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.vocabulary.words import Use, Word, Words, parse_words, read_toml, texts_for

SLOTS = ("top", "bottom", "one_piece", "outer", "shoes", "bag", "accessory")


@dataclass(frozen=True)
class GarmentKind:
    """One kind of garment; its name is lower case, singular except for pairs.

    `prompts` are the texts that tagging compares photos with, `phrases` are what shoppers call it.
    """

    name: str
    slot: str
    prompts: tuple[str, ...]
    formality: float = 0.4
    styles: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()
    words: Words = field(default=(), repr=False)

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return the phrases that mean this kind in a message."""
        return texts_for(Use.CHAT, self.words) if self.words else self.prompts


def _read_kinds() -> Iterator[GarmentKind]:
    for slot, rows in read_toml("kinds").items():
        for row in rows:
            words = (Word(row["name"]), *parse_words(row["words"]))
            yield GarmentKind(
                row["name"],
                slot,
                prompts=texts_for(Use.PROMPT, words),
                formality=row["formality"],
                styles=tuple(row.get("styles", ())),
                seasons=tuple(row.get("seasons", ())),
                words=words,
            )


KINDS = {kind.name: kind for kind in _read_kinds()}

# Phrases for everything that is worn in one slot.
SLOT_PHRASES = {
    "bottoms": "bottom",
    "something for the legs": "bottom",
    "outerwear": "outer",
    "layer": "outer",
    "footwear": "shoes",
    "accessory": "accessory",
    "accessories": "accessory",
}
