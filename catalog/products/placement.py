"""The product that an uploaded photo belongs to, made if the shop has it not yet."""

from collections.abc import Mapping
from typing import Any

from catalog.models import Product, Variant
from catalog.products.upsert import PRODUCT_DEFAULTS
from catalog.products.variants import VARIANT_DEFAULTS, VariantPlan, find_availability
from core.errors import Conflict
from tenants.models import Shop

PRODUCT_FACTS = frozenset({"name", *PRODUCT_DEFAULTS})
VARIANT_FACTS = frozenset(VariantPlan.FIELDS) - {"name", "link"}


class SkuTaken(Conflict):
    """The SKU belongs to another product."""

    code = "sku_taken"
    message = "Another product has this SKU."


def find_product(*, external_id: str, sku: str) -> Product | None:
    """Return the product with this id, or else the one with this SKU; needs the shop's scope."""
    product: Product | None = None
    if external_id:
        product = Product.objects.filter(external_id=external_id).first()
    elif sku:
        by_sku = Variant.objects.select_related("product").filter(sku=sku).first()
        product = by_sku.product if by_sku else Product.objects.filter(external_id=sku).first()
    return product


def place_photo(*, shop: Shop, facts: Mapping[str, Any]) -> tuple[Product, list[Variant]]:
    """Return the locked product of an uploaded photo, and the variants it shows; none: all.

    The product is the one with the `external_id` (or `item_group_id`), or else the one with the
    `sku`. If there is none,
    these facts make it; otherwise they fill what the product and its variant lack. Run it in a
    transaction. Raises `SkuTaken`.
    """
    external_id = facts.get("external_id") or facts.get("item_group_id", "")
    sku = facts.get("sku", "")
    product = find_product(external_id=external_id, sku=sku)
    if product is None:
        product = _create(shop, external_id or sku, facts)
    product = Product.objects.select_for_update().get(pk=product.pk)
    if sku and Variant.objects.filter(sku=sku).exclude(product=product).exists():
        raise SkuTaken
    fill_blanks(product, facts, PRODUCT_FACTS)
    return product, _find_variants(product, facts)


def fill_blanks(row: Product | Variant, facts: Mapping[str, Any], names: frozenset[str]) -> None:
    """Store the facts that a row has no value of."""
    blank: tuple[Any, ...] = (None, "", {}, [])
    filled = {
        name: facts[name]
        for name in names - {"styles", "status", "availability"}
        if name in facts and facts[name] not in blank and getattr(row, name) in blank
    }
    for name, value in filled.items():
        setattr(row, name, value)
    if filled:
        row.save(update_fields=[*filled, "updated_at"])


def _create(shop: Shop, external_id: str, facts: Mapping[str, Any]) -> Product:
    values = {**PRODUCT_DEFAULTS, **{k: v for k, v in facts.items() if k in PRODUCT_FACTS}}
    styles = values.pop("styles")
    product = Product(shop=shop, external_id=external_id, is_made_from_photo=True, **values)
    product.external_id = external_id or str(product.pk)
    # Another upload may make the same product meanwhile; then this one adds to it.
    Product.objects.bulk_create([product], ignore_conflicts=True)
    found: Product = Product.objects.get(external_id=product.external_id)
    if found.pk == product.pk:
        found.styles.set(styles)
    return found


def _find_variants(product: Product, facts: Mapping[str, Any]) -> list[Variant]:
    """Return the variants with the SKU, or the size and colour, that an upload names."""
    stated = {name: facts[name] for name in VARIANT_FACTS if name in facts}
    variants = list(product.variants.all())
    if not variants:
        return _make(product, stated, position=0)
    if facts.get("name", product.name) != product.name:
        stated["name"] = facts["name"]
    sku = stated.get("sku", "")
    options = {name: stated[name] for name in ("size", "colour") if stated.get(name)}
    if not sku and not options:
        return []
    named = {"sku": sku} if sku else options
    found = [row for row in variants if all(getattr(row, k) == v for k, v in named.items())]
    # A variant of which nothing is known yet becomes the one that the upload names.
    found = found or [row for row in variants if not (row.sku or row.size or row.colour)]
    if not found:
        return _make(product, stated, position=len(variants))
    if len(found) == 1:
        fill_blanks(found[0], stated, VARIANT_FACTS)
    return found


def _make(product: Product, stated: Mapping[str, Any], *, position: int) -> list[Variant]:
    values = {**VARIANT_DEFAULTS, **stated, "availability": find_availability(stated)}
    variant = Variant(shop_id=product.shop_id, product=product, position=position, **values)
    variant.save(force_insert=True)
    return [variant]
