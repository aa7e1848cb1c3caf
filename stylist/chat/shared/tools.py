"""The stylist's tools, each bound on the server to one shop and one shopper.

The arguments of a tool are declared once, as a dataclass. `stylist.chat.llm.tool_calls` makes
the JSON schema for a language model from it: the docstring is the description that the model
reads, and `metadata` adds limits to what the field's type says.

No arguments contain a shop's or a shopper's id, so no message can reach another one's garments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from stylist.chat.shared.items import Item, OutfitSummary
from stylist.garments.garment import Season, Slot
from stylist.outfits.wishes import OCCASIONS, Origin

MAX_ITEMS = 8
MAX_OUTFITS = 4

TEXT: Mapping[str, Any] = {"maxLength": 200}
ID: Mapping[str, Any] = {"maxLength": 60}
PRICE: Mapping[str, Any] = {"minimum": 0, "maximum": 1_000_000}
SLOT: Mapping[str, Any] = {"enum": [slot.value for slot in Slot]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSearch:
    """Search what the shop sells. Returns items with id, name, kind, slot, colour and price."""

    text: str = field(metadata=TEXT)
    colour: str | None = field(
        default=None, metadata={**TEXT, "description": "a colour name such as navy"}
    )
    kind: str | None = field(
        default=None,
        metadata={**TEXT, "description": "a type of garment such as dress or sneakers"},
    )
    price_min: Decimal | None = field(default=None, metadata=PRICE)
    price_max: Decimal | None = field(default=None, metadata=PRICE)
    currency: str | None = field(
        default=None,
        metadata={"maxLength": 3, "description": "ISO 4217; of the limits, if not the shop's own"},
    )
    without: tuple[str, ...] = field(
        default=(),
        metadata={
            "items": TEXT,
            "maxItems": 8,
            "description": "colours, patterns, materials or parts that are not wanted",
        },
    )
    n: int = field(default=4, metadata={"minimum": 1, "maximum": MAX_ITEMS})
    exclude: tuple[str, ...] = field(default=(), metadata={"items": ID, "maxItems": 50})


@dataclass(frozen=True, slots=True, kw_only=True)
class WardrobeSearch:
    """List what the shopper owns."""

    kind: str | None = field(default=None, metadata=TEXT)
    slot: str | None = field(default=None, metadata=SLOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitRequest:
    """Put outfits together that go well, with reasons; around one garment if `anchor` is given."""

    anchor: str | None = field(default=None, metadata=ID)
    occasion: str | None = field(default=None, metadata={"enum": list(OCCASIONS)})
    season: str | None = field(default=None, metadata={"enum": [*map(str, Season)]})
    formality: float | None = field(default=None, metadata={"minimum": 0, "maximum": 1})
    sources: Origin = Origin.MIXED
    replace_slot: str | None = field(default=None, metadata=SLOT)
    n: int = field(default=2, metadata={"minimum": 1, "maximum": MAX_OUTFITS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLookup:
    """Return items by their ids; those that are gone are left out."""

    ids: tuple[str, ...] = field(metadata={"items": ID, "maxItems": 20})


ToolArguments: TypeAlias = CatalogSearch | WardrobeSearch | OutfitRequest | ItemLookup


class Tools(Protocol):
    """Look-ups for one shopper of one shop; they return live rows only.

    Limits in `metadata` hold for language models; the rules may ask for more.
    """

    def search_catalog(self, search: CatalogSearch) -> list[Item]:
        """Return what the shop sells, best first; price limits are inclusive.

        `kind` includes the kinds of `expand_kind`, `colour` is a retail or a basic name.
        """

    def my_wardrobe(self, search: WardrobeSearch) -> list[Item]:
        """Return what the shopper owns; `kind` includes the kinds of `expand_kind`."""

    def make_outfits(self, request: OutfitRequest) -> list[OutfitSummary]:
        """Return outfits, best first.

        With `replace_slot`, the last outfit again with another garment in this slot.
        """

    def item_details(self, lookup: ItemLookup) -> list[Item]:
        """Return the items in the order of their ids; unknown and foreign ones are left out."""
