"""The variants to add, to change and to remove, so that a product has those it should."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection

from catalog.models import Product, Variant

VARIANT_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(("sku", "name", "size", "size_system", "colour", "currency", "link"), ""),
    **dict.fromkeys(("price", "sale_price", "stock")),
}
OPTIONS = ("size", "size_system", "colour")
Identity = tuple[str, ...]


# The columns that change, with their types.
UPDATED: Mapping[str, str] = {
    **dict.fromkeys(("sku", "name", "size", "size_system", "colour", "currency", "link"), "text"),
    **dict.fromkeys(("price", "sale_price"), "numeric"),
    **dict.fromkeys(("stock", "position"), "integer"),
    "availability": "text",
}
UPDATE = f"""
UPDATE catalog_variant AS variant
SET {", ".join(f"{name} = wanted.{name}" for name in UPDATED)}, updated_at = now()
FROM unnest(%s::uuid[], {", ".join(f"%s::{kind}[]" for kind in UPDATED.values())})
    AS wanted(id, {", ".join(UPDATED)})
WHERE variant.id = wanted.id AND variant.shop_id = %s
"""  # noqa: S608 - names and types are our own


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """What has to be stored of a product's variants, and what removed."""

    FIELDS: ClassVar = (*VARIANT_DEFAULTS, "availability")

    changed: list[Variant]
    surplus: list[Variant]


def plan_variants(
    product: Product,
    current: Sequence[Variant],
    wanted: Sequence[Mapping[str, Any]] | None,
    *,
    is_partial: bool,
) -> VariantPlan:
    """Return how the current variants become the wanted ones; a product has at least one.

    Variants are the same if they have the same SKU, or no SKU and the same size and colour. If
    `is_partial`, variants that are not wanted stay, and fields that are not named keep their value.
    """
    if wanted is None:
        return VariantPlan([] if current else [_make(product, {}, 0)], [])
    left = {_identify(variant): variant for variant in current}
    changed: list[Variant] = []
    places = count(len(current)) if is_partial else count()
    for values in wanted or ([] if is_partial else [{}]):
        found = _take(left, values)
        if found is None:
            changed.append(_make(product, values, next(places)))
            continue
        stated = dict(values) if is_partial else {**VARIANT_DEFAULTS, **values}
        stated["availability"] = find_availability(values, found if is_partial else None)
        if is_partial and _ends_sale(found, values):
            stated["sale_price"] = None
        if not is_partial:
            stated["position"] = next(places)
        if any(getattr(found, name) != value for name, value in stated.items()):
            for name, value in stated.items():
                setattr(found, name, value)
            changed.append(found)
    return VariantPlan(changed, [] if is_partial else list(left.values()))


def _ends_sale(variant: Variant, values: Mapping[str, Any]) -> bool:
    """Return whether a new price is not above the sale price, which then is none."""
    price = values.get("price")
    is_kept = variant.sale_price is not None and "sale_price" not in values
    return bool(is_kept and price is not None and price <= variant.sale_price)


def update_variants(shop_id: UUID, variants: Sequence[Variant]) -> None:
    """Store the fields of variants that are there, in one statement.

    Django's own bulk update takes most of the time of a feed that changes prices.
    """
    if not variants:
        return
    columns = [[getattr(variant, name) for variant in variants] for name in UPDATED]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, [[variant.pk for variant in variants], *columns, shop_id])


def find_availability(values: Mapping[str, Any], current: Variant | None = None) -> str:
    """Return the stated availability; else what the stated stock says, and then the current one."""
    stated = values.get("availability")
    if stated:
        return str(stated)
    before = current.availability if current else Variant.Availability.IN_STOCK
    stock = values.get("stock")
    if stock is None:
        return str(before)
    if not stock:
        # Without stock it can still be sold for later.
        is_sold_later = before in (Variant.Availability.PREORDER, Variant.Availability.BACKORDER)
        return str(before if is_sold_later else Variant.Availability.OUT_OF_STOCK)
    is_sold_out = before == Variant.Availability.OUT_OF_STOCK
    return str(Variant.Availability.IN_STOCK if is_sold_out else before)


def _identify(variant: Variant) -> Identity:
    return identify({name: getattr(variant, name) for name in ("sku", *OPTIONS)})


def identify(values: Mapping[str, Any]) -> Identity:
    """Return what makes a variant different from the others of its product."""
    return (values["sku"],) if values.get("sku") else _read_options(values)


def _read_options(values: Mapping[str, Any]) -> Identity:
    return tuple(values.get(name, "") for name in OPTIONS)


def _take(left: dict[Identity, Variant], values: Mapping[str, Any]) -> Variant | None:
    """Remove and return the variant that these values are of.

    One without a SKU is found by its options, and then gets the SKU.
    """
    return left.pop(identify(values), None) or left.pop(_read_options(values), None)


def _make(product: Product, values: Mapping[str, Any], position: int) -> Variant:
    stated = {**VARIANT_DEFAULTS, **values, "availability": find_availability(values)}
    return Variant(shop_id=product.shop_id, product=product, position=position, **stated)
