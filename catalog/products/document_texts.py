"""Statements that read the texts of products and images, and write their documents.

The release before this one writes no documents; those that are missing are found by `FIND_MISSING`.
"""

# Part of every digest: a new value has all documents made again.
VERSION = "2"

# Numbers are SKUs, and ids that the shop gave. Suggestions find images by the title; a product
# without images is not suggested.
_PRODUCT_TEXTS = r"""
    SELECT product.id, product.shop_id, product.id AS product_id,
        concat_ws(E'\n', product.name, product.brand, own.names, product.description) AS text,
        '' AS title,
        array_remove(own.skus || CASE WHEN product.external_id <> product.id::text
            THEN product.external_id::text END, NULL) AS numbers
    FROM catalog_product AS product
    CROSS JOIN LATERAL (
        SELECT string_agg(DISTINCT name, E'\n') FILTER (WHERE name <> '') AS names,
            array_agg(DISTINCT sku::text) FILTER (WHERE sku <> '') AS skus
        FROM catalog_variant WHERE product_id = product.id
    ) AS own
"""
_IMAGE_TEXTS = r"""
    SELECT image.id, image.shop_id, image.product_id,
        concat_ws(E'\n', image.name, image.brand, image.description) AS text,
        image.name AS title,
        array_remove(shown.skus || NULLIF(image.item_group_id, '')::text, NULL) AS numbers
    FROM catalog_image AS image
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT sku::text) AS skus
        FROM catalog_variant AS variant
        WHERE variant.product_id = image.product_id AND sku <> '' AND (
            EXISTS (
                SELECT FROM catalog_image_variants AS link
                WHERE link.image_id = image.id AND link.variant_id = variant.id
            ) OR NOT EXISTS (
                SELECT FROM catalog_image_variants AS link WHERE link.image_id = image.id
            )
        )
    ) AS shown
    WHERE image.deleted_at IS NULL AND image.product_id IS NOT NULL
"""
_DIGEST = "md5(concat_ws(' ', %(version)s::text, shop.language, texts.text, texts.numbers::text))"
_STALE = """
    SELECT {columns} FROM ({texts}) AS texts
    JOIN tenants_shop AS shop ON shop.id = texts.shop_id
    LEFT JOIN {table} AS document ON document.{owner}_id = texts.id
    WHERE document.digest IS DISTINCT FROM {digest}
"""
_OF_PRODUCTS = """
    WITH locked AS MATERIALIZED (
        SELECT id FROM catalog_product WHERE id = ANY(%(products)s::uuid[])
        FOR NO KEY UPDATE SKIP LOCKED
    ) {stale} AND texts.product_id = ANY(ARRAY(SELECT id FROM locked)) ORDER BY texts.id
"""
_WRITE = """
    INSERT INTO {table} ({owner}_id, shop_id, language, digest, words, updated_at)
    SELECT id, shop, language, digest, words::tsvector, clock_timestamp()
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
        AS new (id, shop, language, digest, words)
    ON CONFLICT ({owner}_id) DO UPDATE SET language = excluded.language, digest = excluded.digest,
        words = excluded.words, updated_at = excluded.updated_at
"""
_MISSING_OF = """
    SELECT texts.product_id FROM ({texts}) AS texts
    JOIN tenants_shop AS shop ON shop.id = texts.shop_id
    LEFT JOIN {table} AS document ON document.{owner}_id = texts.id
    WHERE document.language IS DISTINCT FROM shop.language
"""
_OWNERS = (
    {"table": "catalog_productdocument", "owner": "product", "texts": _PRODUCT_TEXTS},
    {"table": "catalog_imagedocument", "owner": "image", "texts": _IMAGE_TEXTS},
)
_COLUMNS = (
    f"texts.id, texts.shop_id, shop.language, {_DIGEST}, texts.text, texts.numbers, texts.title"
)
READ_PRODUCTS, READ_IMAGES = (
    _OF_PRODUCTS.format(stale=_STALE.format(columns=_COLUMNS, digest=_DIGEST, **owner))
    for owner in _OWNERS
)
WRITE_PRODUCTS, WRITE_IMAGES = (
    _WRITE.format(table=owner["table"], owner=owner["owner"]) for owner in _OWNERS
)
FIND_OUTDATED = (
    " UNION ALL ".join(
        _STALE.format(columns="texts.product_id", digest=_DIGEST, **owner) for owner in _OWNERS
    )
    + " LIMIT %(limit)s"
)
FIND_MISSING = " UNION ALL ".join(_MISSING_OF.format(**owner) for owner in _OWNERS) + (
    " LIMIT %(limit)s"
)
