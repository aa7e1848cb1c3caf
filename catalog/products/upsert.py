"""Create and change many products at once, each found by the shop's own id."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from catalog.models import Product, Variant
from catalog.products.links import sync_photos
from catalog.products.lookups import find_products, find_sku_owners
from catalog.products.search_copy import copy_to_images, set_first_currency, write_documents
from catalog.products.specs import PhotoLink, ProductChange, ProductSpec, WrittenProduct
from catalog.products.variants import VariantPlan, identify, plan_variants, update_variants
from tenants.models import Shop

MAX_PRODUCTS = 1_000
PRODUCT_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(("description", "brand", "gender", "link"), ""),
    **dict.fromkeys(("category", "age_group")),
    "styles": (),
    "attributes": {},
    "status": Product.Status.PUBLISHED,
    "source": "",
    "source_digest": "",
}
PRODUCT_FIELDS = ("name", *(name for name in PRODUCT_DEFAULTS if name != "styles"))


def upsert_products(*, shop: Shop, specs: Sequence[ProductSpec]) -> list[WrittenProduct]:
    """Write up to `MAX_PRODUCTS` products, and return what became of each, in their order.

    A product that fails stops no other. Of several with the same id the last one counts. Needs the
    shop's scope.
    """
    try:
        with transaction.atomic():
            return _write(shop, specs)
    except (IntegrityError, DataError):
        # Another writer took an id or a SKU meanwhile, or a value does not fit its column. Only the
        # spec concerned fails, once alone.
        if len(specs) > 1:
            return [
                written for spec in specs for written in upsert_products(shop=shop, specs=[spec])
            ]
        try:
            with transaction.atomic():
                return _write(shop, specs)
        except IntegrityError:
            return [_fail(specs[0], "conflict", "It was changed at the same time; send it again.")]
        except DataError:
            return [_fail(specs[0], "value_unusable", "A value is too long or too large.")]


def _write(shop: Shop, specs: Sequence[ProductSpec]) -> list[WrittenProduct]:
    by_id = {spec.external_id: spec for spec in specs}
    known = find_products(shop.pk, by_id, is_locked=True)
    failed = _find_failures(shop, by_id, known)
    wanted = [by_id[pk] for pk in sorted(by_id) if pk not in failed]
    added = _create_missing(shop, wanted, known)
    created = {product.pk for product in added.values()}
    products = {**known, **added}
    plans = _plan_all_variants(wanted, products, created)
    changed = _write_products(wanted, products, created)
    changed |= _write_variants(shop, plans)
    changed |= sync_photos(shop, _list_photos(wanted, products, created))
    _forget_digests(wanted, products, changed)
    copy_to_images(shop.pk, changed - created)
    set_first_currency(shop.pk, created)
    write_documents(created)
    done = {
        spec.external_id: WrittenProduct(
            spec.external_id,
            _describe_change(products[spec.external_id].pk, created, changed),
            products[spec.external_id].pk,
        )
        for spec in wanted
    }
    return [(failed | done)[spec.external_id] for spec in specs]


def _forget_digests(
    specs: Sequence[ProductSpec], products: Mapping[str, Product], changed: set[UUID]
) -> None:
    """Have a feed write the products again that differ from what it said of them."""
    partial = [products[spec.external_id] for spec in specs if spec.is_partial]
    ids = [product.pk for product in partial if product.source_digest and product.pk in changed]
    if ids:
        Product.objects.filter(pk__in=ids).update(source_digest="")


def _describe_change(pk: UUID, created: set[UUID], changed: set[UUID]) -> ProductChange:
    if pk in created:
        return ProductChange.CREATED
    return ProductChange.UPDATED if pk in changed else ProductChange.UNCHANGED


def _fail(spec: ProductSpec, code: str, detail: str) -> WrittenProduct:
    return WrittenProduct(spec.external_id, ProductChange.FAILED, None, code, detail)


def _find_failures(
    shop: Shop, specs: Mapping[str, ProductSpec], known: Collection[str]
) -> dict[str, WrittenProduct]:
    """Return the specs that cannot be written: unknown ones, and those with SKUs of others."""
    skus = {sku for spec in specs.values() for sku in _list_skus(spec)}
    owners = find_sku_owners(shop.pk, skus)
    failed = {}
    for external_id, spec in specs.items():
        if spec.is_partial and external_id not in known:
            failed[external_id] = _fail(spec, "not_found", "There is no product with this id.")
            continue
        identities = [identify(variant) for variant in spec.variants or ()]
        if len(set(identities)) < len(identities):
            detail = "Two variants are the same: give each its own SKU, or another size or colour."
            failed[external_id] = _fail(spec, "duplicate_variants", detail)
            continue
        taken = next(
            (sku for sku in _list_skus(spec) if owners.get(sku, external_id) != external_id), None
        )
        if taken is not None:
            detail = (
                f"The SKU {taken} belongs to the product {owners[taken]}. Give each product its "
                "own SKUs, or remove it there first."
            )
            failed[external_id] = _fail(spec, "sku_taken", detail)
            continue
        owners |= dict.fromkeys(_list_skus(spec), external_id)
    return failed


def _list_skus(spec: ProductSpec) -> Iterator[str]:
    return (variant["sku"] for variant in spec.variants or () if variant.get("sku"))


def _create_missing(
    shop: Shop, specs: Sequence[ProductSpec], known: Collection[str]
) -> dict[str, Product]:
    """Create the products that are not there yet; return them by their own ids."""
    rows = [
        Product(shop=shop, external_id=spec.external_id, **_read_columns(spec))
        for spec in specs
        if spec.external_id not in known
    ]
    Product.objects.bulk_create(rows)
    return {row.external_id: row for row in rows}


def _read_columns(spec: ProductSpec) -> dict[str, Any]:
    """Return the values of `PRODUCT_FIELDS` that a spec sets."""
    facts = spec.facts if spec.is_partial else {**PRODUCT_DEFAULTS, **spec.facts}
    return {name: facts[name] for name in PRODUCT_FIELDS if name in facts}


def _write_products(
    specs: Sequence[ProductSpec], products: Mapping[str, Product], created: set[UUID]
) -> set[UUID]:
    """Store the facts that differ; return the ids of the products that changed."""
    changed = []
    for spec in specs:
        product = products[spec.external_id]
        if product.pk in created:
            continue
        values = {**_read_columns(spec), "is_made_from_photo": False}
        if differing := {k: v for k, v in values.items() if _differs(product, k, v)}:
            for name, value in differing.items():
                setattr(product, name, value)
            changed.append(product)
    names = [*PRODUCT_FIELDS, "is_made_from_photo", "updated_at"]
    Product.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=names
    )
    return {product.pk for product in changed} | _write_styles(specs, products, created)


def _differs(product: Product, name: str, value: Any) -> bool:
    if name in ("category", "age_group"):
        return bool(getattr(product, f"{name}_id") != (value.pk if value else None))
    return bool(getattr(product, name) != value)


def _write_styles(
    specs: Sequence[ProductSpec], products: Mapping[str, Product], created: set[UUID]
) -> set[UUID]:
    links: Any = Product.styles.through
    wanted = {
        (products[spec.external_id].pk, style.pk)
        for spec in specs
        for style in spec.facts.get("styles", ())
    }
    stated = [
        products[spec.external_id].pk
        for spec in specs
        if (not spec.is_partial or "styles" in spec.facts)
        and products[spec.external_id].pk not in created
    ]
    found = links.objects.filter(product_id__in=stated)
    current = {
        (product, style): pk
        for pk, product, style in found.values_list("pk", "product_id", "style_id")
    }
    if surplus := current.keys() - wanted:
        links.objects.filter(pk__in=[current[pair] for pair in surplus]).delete()
    missing = wanted - current.keys()
    rows = [links(product_id=product, style_id=style) for product, style in sorted(missing)]
    links.objects.bulk_create(rows, ignore_conflicts=True)
    return {product for product, _ in surplus | missing}


def _list_photos(
    specs: Sequence[ProductSpec], products: Mapping[str, Product], created: set[UUID]
) -> dict[UUID, Sequence[PhotoLink]]:
    """Return the photos of the products whose spec has some, or may remove some."""
    return {
        pk: spec.photos
        for spec in specs
        for pk in [products[spec.external_id].pk]
        if spec.photos or (spec.photos is not None and pk not in created)
    }


def _plan_all_variants(
    specs: Sequence[ProductSpec], products: Mapping[str, Product], created: set[UUID]
) -> list[VariantPlan]:
    by_product: dict[UUID, list[Variant]] = {product.pk: [] for product in products.values()}
    for variant in Variant.objects.filter(product_id__in=by_product.keys() - created):
        by_product[variant.product_id].append(variant)
    return [
        plan_variants(product, by_product[product.pk], spec.variants, is_partial=spec.is_partial)
        for spec in specs
        for product in [products[spec.external_id]]
    ]


def _write_variants(shop: Shop, plans: Sequence[VariantPlan]) -> set[UUID]:
    """Delete, add and change the variants that differ; return the ids of their products."""
    surplus = [variant for plan in plans for variant in plan.surplus]
    differing = [variant for plan in plans for variant in plan.changed]
    if surplus:
        Variant.objects.filter(pk__in=[variant.pk for variant in surplus]).delete()
    update_variants(shop.pk, [one for one in differing if not one._state.adding])
    Variant.objects.bulk_create([one for one in differing if one._state.adding])
    return {variant.product_id for variant in (*surplus, *differing)}
