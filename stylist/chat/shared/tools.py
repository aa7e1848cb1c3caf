"""What the stylist may look up and make; bound on the server to one shop and one shopper.

No signature has an id of either: whatever a message says, no other shop's and no other shopper's
garments can be asked for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from stylist.garments.garment import GarmentSource


class Sources(StrEnum):
    """Whose garments outfits are put together from."""

    WARDROBE = "wardrobe"
    CATALOG = "catalog"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Item:
    """One garment as it is told of; texts are empty where they are not known.

    `kind` is a type of the taxonomy, `colour` a retail name. Only what the catalogue sells has a
    price, and only with its currency.
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
    """An outfit, and in sentences why it goes together."""

    id: str
    items: tuple[Item, ...]
    reasons: tuple[str, ...] = ()


class Tools(Protocol):
    """Look-ups for one shopper of one shop; every answer is of live rows only."""

    def search_catalog(
        self,
        *,
        text: str,
        colour: str | None = None,
        kind: str | None = None,
        price_min: Decimal | None = None,
        price_max: Decimal | None = None,
        n: int = 4,
        exclude: Collection[str] = (),
    ) -> list[Item]:
        """Return what the shop sells, best first; both bounds are included.

        `kind` takes in the types of `kinds.kinds_under`, `colour` is a retail or a basic name.
        """
        ...

    def my_wardrobe(self, *, kind: str | None = None, slot: str | None = None) -> list[Item]:
        """Return what the shopper owns; `kind` takes in the types of `kinds.kinds_under`."""
        ...

    def make_outfits(
        self,
        *,
        anchor: str | None = None,
        occasion: str | None = None,
        season: str | None = None,
        formality: float | None = None,
        sources: Sources = Sources.MIXED,
        replace_slot: str | None = None,
        n: int = 3,
    ) -> list[OutfitSummary]:
        """Return outfits, best first; those with `replace_slot` have another garment there."""
        ...

    def item_details(self, ids: Sequence[str]) -> list[Item]:
        """Return the items of these ids; unknown, foreign and deleted ones are left out."""
        ...
