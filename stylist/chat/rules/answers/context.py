"""Everything that an answer is made from."""

from collections.abc import Collection
from dataclasses import dataclass

from stylist.chat.shared.intent import Intent, Reference
from stylist.chat.shared.items import Item, is_colour, kinds_under
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.phrasing import Voice
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.tools import ItemLookup, Tools, WardrobeSearch
from stylist.tagging.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """The intent of a question, who asks it, and the tools to answer it with."""

    intent: Intent
    profile: ShopperProfile
    memory: Memory
    tools: Tools
    voice: Voice
    taxonomy: Taxonomy

    def find_owned(
        self,
        *,
        kinds: Collection[str] = (),
        slots: Collection[str] = (),
        colours: Collection[str] = (),
    ) -> list[Item]:
        """Return owned garments of these kinds (and narrower ones), slots and colours, if any."""
        under = {name for kind in kinds for name in kinds_under(kind, self.taxonomy)}
        return [
            item
            for item in self.tools.my_wardrobe(WardrobeSearch())
            if (not under or item.kind in under)
            and (not slots or item.slot in slots)
            and (not colours or is_colour(item, colours))
        ]

    def find_referenced(self) -> list[Item]:
        """Return the live items that the message refers to, each once, in order."""
        found: dict[str, Item] = {}
        for reference in self.intent.references:
            for item in self._find(reference):
                found.setdefault(item.id, item)
        return list(found.values())

    def _find(self, reference: Reference) -> list[Item]:
        if reference.is_owned:
            kinds = (reference.garment,) if reference.garment else ()
            colours = (reference.colour,) if reference.colour else ()
            return self.find_owned(kinds=kinds, colours=colours)[:1]
        return self.tools.item_details(ItemLookup(ids=reference.ids)) if reference.ids else []
