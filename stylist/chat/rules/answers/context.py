"""Everything that an answer is made from."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from stylist.chat.shared.answer import ItemsPiece, OutfitsPiece
from stylist.chat.shared.intent import Intent, Reference
from stylist.chat.shared.items import Item, OutfitSummary, expand_kind, is_colour
from stylist.chat.shared.question import Question
from stylist.chat.shared.tools import ItemLookup, OutfitRequest, Tools, WardrobeSearch

Part: TypeAlias = str | ItemsPiece | OutfitsPiece


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with its intent, and the tools to answer it with."""

    question: Question
    intent: Intent
    tools: Tools

    def choose(self, *wordings: str) -> str:
        """Return one of several wordings, the same for the same message."""
        seed = f"{self.question.message_id}:{wordings[0]}"
        return wordings[zlib.crc32(seed.encode()) % len(wordings)]

    def expand_kinds(self, kinds: Collection[str]) -> set[str]:
        """Return kinds and the narrower ones."""
        return {name for kind in kinds for name in expand_kind(kind, self.question.taxonomy)}

    def find_owned(
        self,
        *,
        kinds: Collection[str] = (),
        slots: Collection[str] = (),
        colours: Collection[str] = (),
    ) -> list[Item]:
        """Return owned garments of these kinds (and narrower ones), slots and colours, if any."""
        under = self.expand_kinds(kinds)
        return [
            item
            for item in self.tools.my_wardrobe(WardrobeSearch())
            if (not under or item.kind in under)
            and (not slots or item.slot in slots)
            and (not colours or is_colour(item, colours))
        ]

    def make_outfits(
        self, *, anchor: str | None, n: int, replace_slot: str | None = None
    ) -> list[OutfitSummary]:
        """Return outfits for the occasion, season and formality of the intent."""
        request = OutfitRequest(
            anchor=anchor,
            occasion=self.intent.occasion,
            season=self.intent.season,
            formality=self.intent.formality,
            replace_slot=replace_slot,
            n=n,
        )
        return self.tools.make_outfits(request)

    def find_referenced(self) -> list[Item]:
        """Return the live items that the message refers to, each once, in order."""
        found = (item for reference in self.intent.references for item in self._find(reference))
        return list({item.id: item for item in found}.values())

    def _find(self, reference: Reference) -> list[Item]:
        if reference.is_owned:
            kinds = (reference.garment,) if reference.garment else ()
            colours = (reference.colour,) if reference.colour else ()
            return self.find_owned(kinds=kinds, colours=colours)[:1]
        return self.tools.item_details(ItemLookup(ids=reference.ids)) if reference.ids else []
