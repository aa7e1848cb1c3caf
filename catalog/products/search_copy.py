"""The copy of a product's facts that its images hold, and search reads.

An image repeats the product's facts, and of the variants that it shows: the lowest current price,
in the currency of the first variant; the best availability; the first SKU; and the colour and the
name, if all have the same; the colours, if there are several.

The search by words reads the documents of products and images, which are written in the same
transaction. Sweeps write those that are outdated, or missing, as the release before leaves them.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from catalog.indexing.indexes import request_entries
from catalog.products.document_texts import (
    FIND_MISSING,
    FIND_OUTDATED,
    READ_IMAGES,
    READ_PRODUCTS,
    VERSION,
    WRITE_IMAGES,
    WRITE_PRODUCTS,
)
from catalog.vocabulary.terms import make_key, write_document

COPIED_FIELDS = (
    *("name", "description", "category", "age_group", "brand", "gender", "link", "attributes"),
    *("item_group_id", "status", "held_status", "position", "updated_at"),
    *("sku", "currency", "price", "colour", "colours", "availability"),
)
BATCH_SIZE = 1_000  # of documents that a sweep writes


def copy_to_images(shop_id: UUID, product_ids: Collection[UUID]) -> None:
    """Bring the images of these products up to date, in the transaction that has them locked.

    The first price sets the shop's default currency.
    Only images whose facets changed in Chroma are indexed again; prices and stock are not there.
    """
    if not product_ids:
        return
    set_first_currency(shop_id, product_ids)
    parameters: dict[str, Any] = {"products": list(product_ids)}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_COPY, parameters)
            changed = {pk for pk, is_mirrored in cursor.fetchall() if is_mirrored}
            for statement in (_REMOVE_STYLES, _ADD_STYLES):
                cursor.execute(statement, parameters)
                changed |= {pk for (pk,) in cursor.fetchall()}
        if changed:
            request_entries(shop_id, changed)
        write_documents(product_ids)


def set_first_currency(shop_id: UUID, product_ids: Collection[UUID]) -> None:
    """Set the shop's default currency, if it is empty, to that of the first of these prices.

    Takes the lock of a row only in the shop's first import.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SET_CURRENCY, {"shop": shop_id, "products": list(product_ids)})


def write_documents(product_ids: Collection[UUID]) -> int:
    """Bring the documents of products and of their images up to date; return how many changed.

    Leaves out products that another transaction has locked: it writes theirs.
    """
    if not product_ids:
        return 0
    parameters: dict[str, Any] = {"products": list(product_ids), "version": VERSION}
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for read, write in ((READ_PRODUCTS, WRITE_PRODUCTS), (READ_IMAGES, WRITE_IMAGES)):
            cursor.execute(read, parameters)
            if rows := cursor.fetchall():
                cursor.execute(write, _make_columns(rows))
                changed += len(rows)
    return changed


def write_missing() -> None:
    """Write the documents that are not there, or are in another language than their shop."""
    _write_all(FIND_MISSING)


def write_outdated() -> None:
    """Write the documents that differ from their texts; makes all digests again."""
    _write_all(FIND_OUTDATED)


def _write_all(sql: str) -> None:
    while found := _read_ids(sql):
        if not write_documents(found):
            return  # others are writing all of these


def _read_ids(sql: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"version": VERSION, "limit": BATCH_SIZE})
        return [pk for (pk,) in cursor.fetchall()]


def _make_columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    ids, shops, languages, digests, *_ = map(list, zip(*rows, strict=True))
    words = [
        write_document(text, numbers, language=language, key=make_key(shop), title=title)
        for _, shop, language, _, text, numbers, title in rows
    ]
    return [ids, shops, languages, digests, words]


# Rows that are as they should be are not written. `is_mirrored`: whether Chroma has a copy of what
# changes (`catalog.indexing.indexes`).
_COPY = """
    WITH shown AS (
        SELECT image.id AS image_id, variant.*,
            row_number() OVER in_order AS number,
            first_value(variant.currency) OVER in_order AS first_currency
        FROM catalog_image AS image
        JOIN catalog_variant AS variant ON variant.product_id = image.product_id
        WHERE image.product_id = ANY(%(products)s) AND image.deleted_at IS NULL
            AND (
                EXISTS (
                    SELECT 1 FROM catalog_image_variants AS link
                    WHERE link.image_id = image.id AND link.variant_id = variant.id
                ) OR NOT EXISTS (
                    SELECT 1 FROM catalog_image_variants AS link WHERE link.image_id = image.id
                )
            )
        WINDOW in_order AS (PARTITION BY image.id ORDER BY variant.position, variant.id)
    ), summary AS (
        SELECT image_id,
            min(sku) FILTER (WHERE number = 1) AS sku,
            min(currency) FILTER (WHERE number = 1) AS currency,
            min(current_price) FILTER (WHERE currency = first_currency) AS price,
            CASE WHEN count(DISTINCT name) = 1 THEN min(name) ELSE '' END AS name,
            CASE WHEN count(DISTINCT lower(colour)) = 1 THEN min(colour) ELSE '' END AS colour,
            CASE WHEN count(DISTINCT lower(colour)) = 1 THEN NULL
                ELSE array_agg(DISTINCT lower(colour)) FILTER (WHERE colour <> '') END AS colours,
            (array_agg(availability ORDER BY array_position(
                ARRAY['in_stock', 'preorder', 'backorder', 'out_of_stock'], availability::text
            )))[1] AS availability
        FROM shown GROUP BY image_id
    ), wanted AS (
        SELECT image.id, COALESCE(NULLIF(summary.name, ''), product.name) AS name,
            product.description, product.category_id,
            product.age_group_id, product.brand, product.gender, product.link, product.attributes,
            CASE WHEN product.external_id = product.id::text THEN ''
                ELSE product.external_id END AS item_group_id,
            CASE WHEN image.status = 'held' THEN 'held' ELSE product.status END AS status,
            CASE WHEN image.status = 'held' THEN product.status ELSE '' END AS held_status,
            COALESCE(summary.sku, '') AS sku, COALESCE(summary.currency, '') AS currency,
            summary.price, COALESCE(summary.colour, '') AS colour,
            COALESCE(summary.colours, '{}')::varchar(60)[] AS colours,
            COALESCE(summary.availability, 'out_of_stock') AS availability,
            (image.category_id, image.age_group_id, lower(image.brand), lower(image.gender),
                image.attributes -> 'pattern', lower(image.colour),
                image.colours)
            IS DISTINCT FROM (product.category_id, product.age_group_id, lower(product.brand),
                lower(product.gender), product.attributes -> 'pattern',
                lower(COALESCE(summary.colour, '')),
                COALESCE(summary.colours, '{}')::varchar(60)[])
            AND image.status <> 'held' AS is_mirrored
        FROM catalog_image AS image
        JOIN catalog_product AS product ON product.id = image.product_id
        LEFT JOIN summary ON summary.image_id = image.id
        WHERE image.product_id = ANY(%(products)s) AND image.deleted_at IS NULL
        ORDER BY image.id FOR UPDATE OF image
    )
    UPDATE catalog_image AS image SET
        name = wanted.name, description = wanted.description, category_id = wanted.category_id,
        age_group_id = wanted.age_group_id, brand = wanted.brand, gender = wanted.gender,
        link = wanted.link, attributes = wanted.attributes, item_group_id = wanted.item_group_id,
        status = wanted.status, held_status = wanted.held_status, sku = wanted.sku,
        currency = wanted.currency, price = wanted.price, colour = wanted.colour,
        colours = wanted.colours, availability = wanted.availability, updated_at = now()
    FROM wanted
    WHERE wanted.id = image.id AND (
        image.name, image.description, image.category_id, image.age_group_id, image.brand,
        image.gender, image.link, image.attributes, image.item_group_id, image.status,
        image.held_status, image.sku, image.currency, image.price, image.colour, image.colours,
        image.availability
    ) IS DISTINCT FROM (
        wanted.name, wanted.description, wanted.category_id, wanted.age_group_id, wanted.brand,
        wanted.gender, wanted.link, wanted.attributes, wanted.item_group_id, wanted.status,
        wanted.held_status, wanted.sku, wanted.currency, wanted.price, wanted.colour,
        wanted.colours, wanted.availability
    )
    RETURNING image.id, wanted.is_mirrored
"""
_REMOVE_STYLES = """
    DELETE FROM catalog_image_styles AS link USING catalog_image AS image
    WHERE image.id = link.image_id AND image.product_id = ANY(%(products)s)
        AND NOT EXISTS (
            SELECT 1 FROM catalog_product_styles AS own
            WHERE own.product_id = image.product_id AND own.style_id = link.style_id
        )
    RETURNING link.image_id
"""
_ADD_STYLES = """
    INSERT INTO catalog_image_styles (image_id, style_id)
    SELECT image.id, own.style_id
    FROM catalog_image AS image
    JOIN catalog_product_styles AS own ON own.product_id = image.product_id
    WHERE image.product_id = ANY(%(products)s) AND image.deleted_at IS NULL
    ON CONFLICT DO NOTHING
    RETURNING image_id
"""
_SET_CURRENCY = """
    UPDATE tenants_shop SET default_currency = first.currency
    FROM (
        SELECT currency FROM catalog_variant
        WHERE product_id = ANY(%(products)s) AND currency <> '' AND current_price IS NOT NULL
        ORDER BY position, id LIMIT 1
    ) AS first
    WHERE tenants_shop.id = %(shop)s AND tenants_shop.default_currency = ''
"""
