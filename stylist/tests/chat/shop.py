"""A small shop and wardrobe in memory, and tools over them with the stylist's protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from core.ml.colours import BASIC_OF
from stylist.chat.rules.stylist import answer_by_rules
from stylist.chat.shared.answer import EndPiece, ItemsPiece, OutfitsPiece, TextPiece
from stylist.chat.shared.items import Item, OutfitSummary, expand_kind
from stylist.chat.shared.question import Memory, Question, ShopperProfile
from stylist.chat.shared.tools import CatalogSearch, ItemLookup, OutfitRequest, WardrobeSearch
from stylist.garments.garment import GarmentSource
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY


def own_id(number: int) -> str:
    return f"0190c0de-0000-7000-8000-{number:012d}"


def sold(number, name, kind, colour, price, **more) -> Item:
    slot = DEFAULT_TAXONOMY.find(kind).slot
    return Item(
        own_id(number), GarmentSource.CATALOG, name, kind, slot, colour, Decimal(price), "EUR",
        link=f"https://shop.example/p/{number}", **more,
    )  # fmt: skip


def owned(number, kind, colour) -> Item:
    slot = DEFAULT_TAXONOMY.find(kind).slot
    return Item(own_id(number), GarmentSource.WARDROBE, kind.title(), kind, slot, colour)


CATALOG = (
    sold(1, "Summer Breeze Dress", "dress", "red", "49.90"),
    sold(2, "Ruby Wrap Dress", "dress", "red", "89.00"),
    sold(3, "Ocean Dress", "dress", "blue", "39.00"),
    sold(4, "Noir Dress", "dress", "black", "59.00"),
    sold(5, "Court Sneaker", "sneakers", "white", "70.00"),
    sold(6, "City Loafer", "loafers", "brown", "95.00"),
    sold(7, "Field Boot", "boots", "black", "120.00"),
    sold(8, "Pleat Skirt", "skirt", "navy", "45.00"),
    sold(9, "Lime Skirt", "skirt", "lime", "25.00"),
    sold(10, "Harbour Coat", "coat", "camel", "180.00"),
)
WARDROBE = (
    owned(51, "jeans", "blue"),
    owned(52, "shirt", "white"),
    owned(53, "sneakers", "white"),
    owned(54, "sweater", "fuchsia"),
)


@dataclass
class ShopTools:
    """Tools over lists; `calls` has the names of the called tools, in order."""

    catalog: list[Item] = field(default_factory=lambda: list(CATALOG))
    wardrobe: list[Item] = field(default_factory=lambda: list(WARDROBE))
    calls: list[str] = field(default_factory=list)

    def search_catalog(self, search: CatalogSearch) -> list[Item]:
        self.calls.append("search_catalog")
        found = [
            item
            for item in self.catalog
            if (search.kind is None or item.kind in expand_kind(search.kind))
            and (search.colour is None or search.colour in (item.colour, BASIC_OF[item.colour]))
            and (search.price_min is None or (item.price or 0) >= search.price_min)
            and (search.price_max is None or (item.price or 0) <= search.price_max)
            and item.id not in search.exclude
        ]
        return found[: search.n]

    def my_wardrobe(self, search: WardrobeSearch) -> list[Item]:
        self.calls.append("my_wardrobe")
        kinds = expand_kind(search.kind) if search.kind else None
        return [
            item
            for item in self.wardrobe
            if (kinds is None or item.kind in kinds) and search.slot in (None, item.slot)
        ]

    def make_outfits(self, request: OutfitRequest) -> list[OutfitSummary]:
        self.calls.append("make_outfits")
        shoes = [item for item in (*self.wardrobe, *self.catalog) if item.slot == "shoes"]
        tops = [item for item in self.wardrobe if item.slot == "top"]
        bottoms = [i for i in (*self.wardrobe, *self.catalog) if i.slot == "bottom"]
        if request.anchor:
            tops = [item for item in tops if item.id == request.anchor] or tops
            bottoms = [item for item in bottoms if item.id == request.anchor] or bottoms
        return [
            OutfitSummary(own_id(900 + k), (top, bottom, shoe), ("All the colours are neutral.",))
            for k, (top, bottom, shoe) in enumerate(
                (top, bottom, shoe) for top in tops for bottom in bottoms for shoe in shoes
            )
        ][: request.n]

    def item_details(self, lookup: ItemLookup) -> list[Item]:
        self.calls.append("item_details")
        rows = {item.id: item for item in (*self.catalog, *self.wardrobe)}
        return [rows[each] for each in lookup.ids if each in rows]


@dataclass
class Chat:
    """A conversation by the rules; each message goes through JSON as in the database."""

    tools: ShopTools = field(default_factory=ShopTools)
    profile: ShopperProfile = field(default_factory=ShopperProfile)
    memory: Memory = field(default_factory=Memory)
    count: int = 0

    def send(self, text: str) -> Reply:
        self.count += 1
        question = Question(
            text=text,
            message_id=f"m{self.count}",
            shop_name="Maison Test",
            profile=self.profile,
            memory=Memory.from_data(self.memory.to_data()),
        )
        pieces = [*answer_by_rules(question, self.tools)]
        reply = Reply(pieces)
        self.memory = reply.done.memory
        return reply


@dataclass
class Reply:
    """The pieces of an answer, and what they contain."""

    pieces: list

    @property
    def text(self) -> str:
        return "".join(p.text for p in self.pieces if isinstance(p, TextPiece))

    @property
    def items(self) -> list[Item]:
        return [item for p in self.pieces if isinstance(p, ItemsPiece) for item in p.items]

    @property
    def names(self) -> list[str]:
        return [item.name for item in self.items]

    @property
    def outfits(self) -> list[OutfitSummary]:
        return [each for p in self.pieces if isinstance(p, OutfitsPiece) for each in p.outfits]

    @property
    def done(self) -> EndPiece:
        return self.pieces[-1]
