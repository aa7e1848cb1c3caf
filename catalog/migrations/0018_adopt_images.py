"""Give every image its product and its variant, batch by batch, while the old code serves.

The old code goes on to add images without a product: the same functions adopt those, from a sweep.
Images with the same SKU, or the same `item_group_id`, become photos of one product. Each variant
keeps its name; other facts that they disagree on are those of the oldest.
"""

from django.db import migrations

BATCH = 1_000

ADOPT_IMAGE = """
CREATE FUNCTION adopt_image(adopted uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    image catalog_image%ROWTYPE;
    owner uuid;
    shown uuid;
    is_new boolean;
BEGIN
    SELECT * INTO image FROM catalog_image
    WHERE id = adopted AND product_id IS NULL AND deleted_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;

    SELECT id, product_id INTO shown, owner FROM catalog_variant
    WHERE shop_id = image.shop_id AND sku = image.sku AND image.sku <> '';
    IF owner IS NULL THEN
        INSERT INTO catalog_product (
            id, shop_id, external_id, name, description, category_id, age_group_id, brand, gender,
            link, attributes, status, is_made_from_photo, source, source_digest, created_at,
            updated_at
        ) VALUES (
            image.id, image.shop_id,
            COALESCE(NULLIF(image.item_group_id, ''), NULLIF(image.sku, ''), image.id::text),
            image.name, image.description, image.category_id, image.age_group_id, image.brand,
            image.gender, image.link, image.attributes,
            CASE WHEN image.status = 'held' THEN COALESCE(NULLIF(image.held_status, ''), 'published')
                ELSE image.status END,
            true, '', '', image.created_at, now()
        ) ON CONFLICT (shop_id, external_id) DO NOTHING RETURNING id INTO owner;
        is_new := owner IS NOT NULL;
        IF is_new THEN
            INSERT INTO catalog_product_styles (product_id, style_id)
            SELECT owner, style_id FROM catalog_image_styles WHERE image_id = image.id;
        ELSE
            SELECT id INTO owner FROM catalog_product
            WHERE shop_id = image.shop_id
                AND external_id = COALESCE(NULLIF(image.item_group_id, ''), image.sku);
        END IF;
    END IF;
    IF shown IS NULL AND image.sku = '' THEN
        SELECT id INTO shown FROM catalog_variant
        WHERE product_id = owner AND sku = '' AND size = '' AND size_system = ''
            AND colour = image.colour;
    END IF;
    IF shown IS NULL THEN
        INSERT INTO catalog_variant (
            id, shop_id, product_id, position, sku, name, size, size_system, colour, price, currency,
            availability, link, updated_at
        ) VALUES (
            image.id, image.shop_id, owner,
            (SELECT LEAST(count(*), 32767) FROM catalog_variant WHERE product_id = owner),
            image.sku,
            (SELECT CASE WHEN name = image.name THEN '' ELSE image.name END
                FROM catalog_product WHERE id = owner),
            '', '', image.colour, image.price, image.currency, image.availability, '',
            now()
        ) RETURNING id INTO shown;
    END IF;
    INSERT INTO catalog_image_variants (image_id, variant_id) VALUES (image.id, shown);
    UPDATE catalog_image SET product_id = owner, product_position = (
        SELECT LEAST(count(*), 32767) FROM catalog_image WHERE product_id = owner
    ) WHERE id = image.id;
END
$$
"""
ADOPT_IMAGES = """
CREATE FUNCTION adopt_images(max_images integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    pending uuid;
    adopted integer := 0;
BEGIN
    FOR pending IN
        SELECT id FROM catalog_image WHERE product_id IS NULL AND deleted_at IS NULL
        ORDER BY id LIMIT max_images
    LOOP
        PERFORM adopt_image(pending);
        adopted := adopted + 1;
    END LOOP;
    RETURN adopted;
END
$$
"""


def adopt(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT adopt_images(%s)", [BATCH])
            if not cursor.fetchone()[0]:
                return


class Migration(migrations.Migration):
    # Each batch is a transaction of its own, so that no row stays locked for long.
    atomic = False

    dependencies = [("catalog", "0017_products_and_variants")]

    operations = [
        migrations.RunSQL(ADOPT_IMAGE, "DROP FUNCTION adopt_image"),
        migrations.RunSQL(ADOPT_IMAGES, "DROP FUNCTION adopt_images"),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]
