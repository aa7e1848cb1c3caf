"""Garments and outfits as tools return them, and whether a garment is of a kind or colour."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from core.ml.colours import BASIC_OF
from stylist.garments.garment import GarmentSource
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

# Kinds that people also use for everything in their slot.
WHOLE_SLOTS = {"shoes": "shoes", "bag": "bag", "top": "top"}
_ALSO = {"dress": ("sundress",), "sweater": ("turtleneck",), "coat": ("parka", "raincoat")}


@dataclass(frozen=True, slots=True)
class Item:
    """One garment; texts are empty where they are not known.

    `kind` is a type of the taxonomy, `colour` a retail name. Only catalogue items have a price.
    """

    id: str
    source: GarmentSource
    name: str
    kind: str = ""
    slot: str = ""
    colour: str = ""
    price: Decimal | None = None
    currency: str = ""
    link: str = ""
    photo_url: str = ""

    @property
    def is_owned(self) -> bool:
        return self.source == GarmentSource.WARDROBE


@dataclass(frozen=True, slots=True)
class OutfitSummary:
    """An outfit, and the sentences that explain it."""

    id: str
    items: tuple[Item, ...]
    reasons: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def expand_kind(kind: str, taxonomy: Taxonomy = DEFAULT_TAXONOMY) -> frozenset[str]:
    """Return a kind and the narrower ones: "shoes" includes sneakers, "jacket" denim jackets."""
    if kind in WHOLE_SLOTS:
        return frozenset(t.name for t in taxonomy.types if t.slot == WHOLE_SLOTS[kind])
    narrower = (name for name in taxonomy.names if name.endswith(f" {kind}"))
    return frozenset({kind, *narrower, *_ALSO.get(kind, ())})


def is_colour(item: Item, colours: Collection[str]) -> bool:
    """Check whether an item's retail or basic colour is one of these, in any case."""
    wanted = {name.casefold() for name in colours}
    return item.colour in wanted or BASIC_OF.get(item.colour) in wanted


def normalise_id(text: str) -> str:
    """Return an id as the server writes it: UUIDs in lower case with hyphens."""
    bare = text.strip(" \t\n\"'`{}<>#").removeprefix("urn:uuid:")
    try:
        return str(UUID(bare))
    except ValueError:
        return bare
