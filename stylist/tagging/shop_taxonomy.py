"""The taxonomy of a shop: the default types and its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog.vocabulary.kinds import GarmentKind
from stylist.models import StylistSettings
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy
from tenants.models import Shop


def get_own_types(shop_id: UUID) -> list[dict[str, Any]]:
    """Return the types that a shop has added."""
    found = StylistSettings.objects.filter(shop_id=shop_id).values_list("own_types", flat=True)
    return list(found.first() or [])


def get_taxonomy(shop_id: UUID) -> Taxonomy:
    """Return the types that a shop's garments are tagged as."""
    return DEFAULT_TAXONOMY.extend(get_own_types(shop_id))


def find_stated_type(taxonomy: Taxonomy, category: str | None) -> GarmentKind | None:
    """Return the type with the name of a category, singular or plural; else None."""
    name = (category or "").strip()
    for form in (name, name.removesuffix("es"), name.removesuffix("s"), f"{name}s"):
        if form and (known := taxonomy.find(form)):
            return known
    return None


def set_own_types(*, shop: Shop, types: Sequence[dict[str, Any]]) -> None:
    """Replace the types that a shop has added; raises `TypeUnusable`.

    They apply to photos that are tagged from now on.
    """
    DEFAULT_TAXONOMY.extend(types)
    StylistSettings.objects.update_or_create(shop=shop, defaults={"own_types": list(types)})
