"""A language model's sentences held against what its tools returned in this conversation.

The model refers to items and outfits by id, `[item:ID]` and `[outfit:ID]`, never by name. Ids are
normalised and must have been returned and still be live; names and prices come from those rows. A
sentence with an unknown id or a claim without ground is dropped as a whole.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from stylist.chat.llm.claims import KnownFacts, find_false_claim
from stylist.chat.shared.phrasing import name_and_price, name_item
from stylist.chat.shared.plain_text import plain
from stylist.chat.shared.tools import Item, OutfitSummary

_REFERENCE = re.compile(r"\[\s*(item|outfit)\s*:\s*([^\[\]]{1,100}?)\s*\]", re.IGNORECASE)
_BROKEN = re.compile(r"\[\s*(?:item|outfit)\b|\b(?:item|outfit)\s*:\s*\S", re.IGNORECASE)
_BARE_ID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE)


@dataclass
class Evidence:
    """What tools returned in this conversation, and what of it was named in this answer.

    `items` holds live items by id, `outfits` those made for this answer, `said` the shopper's own
    words.
    """

    shop_name: str
    said: str
    items: dict[str, Item] = field(default_factory=dict)
    outfits: dict[str, OutfitSummary] = field(default_factory=dict)
    named: dict[str, Item] = field(default_factory=dict)
    worn: dict[str, OutfitSummary] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def returned(self, items: Mapping[str, Item], outfits: Mapping[str, OutfitSummary]) -> None:
        """Take in what a tool returned."""
        self.items.update(items)
        self.outfits.update(outfits)

    @property
    def facts(self) -> KnownFacts:
        """What the answer may repeat."""
        return KnownFacts(
            prices=frozenset(i.price for i in self.items.values() if i.price is not None),
            names=frozenset(plain(i.name).strip().casefold() for i in self.items.values()),
            shop_name=self.shop_name,
            said=self.said,
        )


def normalise_id(text: str) -> str:
    """Return an id as the server writes it: UUIDs in lower case with hyphens."""
    bare = text.strip(" \t\n\"'`{}<>#").removeprefix("urn:uuid:")
    try:
        return str(UUID(bare))
    except ValueError:
        return bare


def referred_ids(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Yield the ids of the items a sentence refers to, outfits' items too, normalised."""
    for found in _REFERENCE.finditer(sentence):
        own_id = normalise_id(found[2])
        outfit = evidence.outfits.get(own_id) if found[1].casefold() == "outfit" else None
        yield from (item.id for item in outfit.items) if outfit else (own_id,)


def ground_sentence(sentence: str, evidence: Evidence, live: Mapping[str, Item]) -> str:
    """Return a sentence with names in place of ids, or nothing where it is not grounded.

    `live` has the items referred to that were returned and are live now, by id.
    """
    told, named, worn = [], dict[str, Item](), dict[str, OutfitSummary]()
    last = 0
    for found in _REFERENCE.finditer(sentence):
        told.append(sentence[last : found.start()])
        last = found.end()
        own_id = normalise_id(found[2])
        if found[1].casefold() == "item" and own_id in live:
            item = live[own_id]
            is_first = own_id not in evidence.named and own_id not in named
            told.append(name_and_price(item) if is_first else name_item(item))
            named[own_id] = item
        elif (outfit := evidence.outfits.get(own_id)) and all(i.id in live for i in outfit.items):
            worn[own_id] = outfit
            told.append(f"outfit {list({**evidence.worn, **worn}).index(own_id) + 1}")
        else:
            evidence.dropped.append("id")
            return ""
    rest = _REFERENCE.sub("it", sentence)
    claim = "id" if _BROKEN.search(rest) or _BARE_ID.search(rest) else ""
    if claim := claim or find_false_claim(rest, evidence.facts):
        evidence.dropped.append(claim)
        return ""
    evidence.named.update(named)
    evidence.worn.update(worn)
    return "".join((*told, sentence[last:]))
