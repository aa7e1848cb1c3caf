"""What ranking knows of an image: its facts, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from catalog.models import Image


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
    created_at: datetime


def facts_of(image: Image) -> Facts:
    """Return the facts of an image whose category, age group and styles are loaded."""
    return Facts(
        id=image.pk,
        item=image.item_group_id or str(image.pk),
        category=image.category.name.lower() if image.category else "",
        styles=frozenset(style.name.lower() for style in image.styles.all()),
        age_group=image.age_group.name.lower() if image.age_group else "",
        brand=image.brand.lower(),
        colour=image.colour.lower(),
        gender=image.gender.lower(),
        availability=image.availability,
        price=image.price,
        created_at=image.created_at,
    )
