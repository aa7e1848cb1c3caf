"""Find products and variants by the shop's own names, each by its index.

PostgreSQL takes a shop that it has no statistics of for a small one, and would read all its rows
for every batch of a first import. The `OFFSET 0` makes it look up each name on its own.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from catalog.models import Product

PRODUCTS = """
SELECT product.* FROM unnest(%(names)s::text[]) AS wanted(name)
CROSS JOIN LATERAL (
    SELECT * FROM catalog_product
    WHERE shop_id = %(shop)s AND external_id = wanted.name OFFSET 0 {lock}
) AS product
"""
DIGESTS = """
SELECT external_id, source_digest FROM unnest(%(names)s::text[]) AS wanted(name)
CROSS JOIN LATERAL (
    SELECT external_id, source, source_digest FROM catalog_product
    WHERE shop_id = %(shop)s AND external_id = wanted.name OFFSET 0
) AS product
WHERE source = %(source)s
"""
SKU_OWNERS = """
SELECT variant.sku, product.external_id FROM unnest(%(names)s::text[]) AS wanted(name)
CROSS JOIN LATERAL (
    SELECT sku, product_id FROM catalog_variant
    WHERE shop_id = %(shop)s AND sku = wanted.name AND sku <> '' OFFSET 0
) AS variant
CROSS JOIN LATERAL (
    SELECT external_id FROM catalog_product WHERE id = variant.product_id OFFSET 0
) AS product
"""


def find_products(
    shop_id: UUID, external_ids: Collection[str], *, is_locked: bool = False
) -> dict[str, Product]:
    """Return products by their own ids; locked in one order, so that no two writers block."""
    sql = PRODUCTS.format(lock="FOR UPDATE" if is_locked else "")
    rows = Product.objects.raw(sql, {"names": sorted(external_ids), "shop": shop_id})
    return {product.external_id: product for product in rows}


def find_digests(shop_id: UUID, external_ids: Collection[str], *, source: str) -> dict[str, str]:
    """Return the digests of a feed's products by their own ids."""
    return _read_pairs(DIGESTS, shop_id, external_ids, source=source)


def find_sku_owners(shop_id: UUID, skus: Collection[str]) -> dict[str, str]:
    """Return the own ids of the products that have variants with these SKUs."""
    return _read_pairs(SKU_OWNERS, shop_id, skus)


def _read_pairs(sql: str, shop_id: UUID, names: Collection[str], **values: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"names": sorted(names), "shop": shop_id, **values})
        return dict(cursor.fetchall())
