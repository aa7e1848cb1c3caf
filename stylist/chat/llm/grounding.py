"""Grounding: check a language model's sentences against what its tools returned.

The model refers to items and outfits by id, `[item:ID]` and `[outfit:ID]`, never by name. The ids
must have been returned in this conversation and still be live; names and prices come from those
rows. A sentence with an unknown id or a false claim is dropped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stylist.chat.llm.claims import KnownFacts, find_false_claim
from stylist.chat.shared.items import Item, OutfitSummary, normalise_id
from stylist.chat.shared.phrasing import name_and_price, name_item
from stylist.chat.shared.plain_text import to_plain_text

_REFERENCE = re.compile(r"\[\s*(item|outfit)\s*:\s*([^\[\]]{1,100}?)\s*\]", re.IGNORECASE)
_BROKEN = re.compile(r"\[\s*(?:item|outfit)\b|\b(?:item|outfit)\s*:\s*\S", re.IGNORECASE)
_BARE_ID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE)


@dataclass
class Evidence:
    """What tools returned in this conversation, and what this answer used of it.

    `items` and `outfits` are by id; `used_items` and `used_outfits` are those that the answer
    names. `dropped` has a code for each sentence that failed.
    """

    shop_name: str
    shopper_text: str
    items: dict[str, Item] = field(default_factory=dict)
    outfits: dict[str, OutfitSummary] = field(default_factory=dict)
    used_items: dict[str, Item] = field(default_factory=dict)
    used_outfits: dict[str, OutfitSummary] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    @property
    def facts(self) -> KnownFacts:
        """What the answer may repeat."""
        items = self.items.values()
        names = (self.shop_name, *(to_plain_text(item.name).strip() for item in items))
        return KnownFacts(
            prices=frozenset(item.price for item in items if item.price is not None),
            names=frozenset(name.casefold() for name in names),
            shopper_text=self.shopper_text.casefold(),
        )


def find_item_ids(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Yield the returned items that a sentence refers to, including those of its outfits."""
    for found in _REFERENCE.finditer(sentence):
        ref_id = normalise_id(found[2])
        outfit = evidence.outfits.get(ref_id) if found[1].casefold() == "outfit" else None
        ids = [item.id for item in outfit.items] if outfit else [ref_id]
        yield from (each for each in ids if each in evidence.items)


def ground_sentence(sentence: str, evidence: Evidence, live: Mapping[str, Item]) -> str:
    """Return a sentence with names instead of ids, or nothing if it is not grounded.

    `live` has those items by id, of the ones that `find_item_ids` yields, that are still live.
    """
    parts, items, outfits = [], dict[str, Item](), dict[str, OutfitSummary]()
    last = 0
    for found in _REFERENCE.finditer(sentence):
        parts.append(sentence[last : found.start()])
        last = found.end()
        ref_id = normalise_id(found[2])
        if found[1].casefold() == "item" and ref_id in live:
            item = live[ref_id]
            is_first = ref_id not in evidence.used_items and ref_id not in items
            parts.append(name_and_price(item) if is_first else name_item(item))
            items[ref_id] = item
        elif (outfit := evidence.outfits.get(ref_id)) and all(i.id in live for i in outfit.items):
            outfits[ref_id] = outfit
            number = list({**evidence.used_outfits, **outfits}).index(ref_id) + 1
            parts.append(f"outfit {number}")
        else:
            evidence.dropped.append("id")
            return ""
    rest = _REFERENCE.sub("it", sentence)
    claim = "id" if _BROKEN.search(rest) or _BARE_ID.search(rest) else ""
    if claim := claim or find_false_claim(rest, evidence.facts):
        evidence.dropped.append(claim)
        return ""
    evidence.used_items.update(items)
    evidence.used_outfits.update(outfits)
    return "".join((*parts, sentence[last:]))
