"""The types of garment that a shop knows: everybody's, and its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from stylist.models import StylistSettings
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy
from tenants.models import Shop


def own_types_of(shop_id: UUID) -> list[dict[str, Any]]:
    """Return the types that a shop has added."""
    found = StylistSettings.objects.filter(shop_id=shop_id).values_list("own_types", flat=True)
    return list(found.first() or [])


def taxonomy_of(shop_id: UUID) -> Taxonomy:
    """Return the types that a shop's garments are told to be."""
    return DEFAULT_TAXONOMY.extended(own_types_of(shop_id))


def set_own_types(*, shop: Shop, types: Sequence[dict[str, Any]]) -> None:
    """Replace the types that a shop has added; raises `TypeUnusable`.

    What is tagged from now on is told by them.
    """
    DEFAULT_TAXONOMY.extended(types)
    StylistSettings.objects.update_or_create(shop=shop, defaults={"own_types": list(types)})
