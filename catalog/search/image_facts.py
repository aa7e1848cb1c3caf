"""What ranking knows of an image: its facts, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Facts:
    """An image's facts; every text in lower case, "" where there is none."""

    id: UUID
    item: str  # `item_group_id`, or the image's own id
    category: str
    styles: frozenset[str]
    age_group: str
    brand: str
    colour: str
    gender: str
    availability: str
    price: Decimal | None


def facts_of(row: Mapping[str, Any]) -> Facts:
    """Return the facts of an image, from its row of `catalog.search.public_images.read_rows`."""
    return Facts(
        id=row["id"],
        item=row["item_group_id"] or str(row["id"]),
        category=(row["category_name"] or "").lower(),
        styles=frozenset(name.lower() for name in row["style_names"]),
        age_group=(row["age_group_name"] or "").lower(),
        brand=row["brand"].lower(),
        colour=row["colour"].lower(),
        gender=row["gender"].lower(),
        availability=row["availability"],
        price=row["price"],
    )
