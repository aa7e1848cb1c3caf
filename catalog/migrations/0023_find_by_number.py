"""Find products by the SKU of a variant or the shop's own id, in any case.

Under row-level security PostgreSQL uses no index of `lower`, which it does not trust, so this
function checks the scope itself, as `search_images` does.
"""

from django.db import migrations, models
from django.db.models.functions import Lower

CREATE = """
CREATE FUNCTION find_by_number(number text)
RETURNS TABLE (product_id uuid, variant_id uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    scope uuid := scoped_shop_id();
BEGIN
    RETURN QUERY
    SELECT variant.product_id, variant.id FROM catalog_variant AS variant
    WHERE variant.shop_id = scope AND variant.sku <> '' AND lower(variant.sku) = lower(number)
    UNION ALL
    SELECT product.id, NULL::uuid FROM catalog_product AS product
    WHERE product.shop_id = scope AND lower(product.external_id) = lower(number);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0022_default_currencies")]

    operations = [
        migrations.AddIndex(
            model_name="variant",
            index=models.Index(
                models.F("shop"),
                Lower("sku"),
                name="variant_number",
                condition=models.Q(("sku", ""), _negated=True),
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(models.F("shop"), Lower("external_id"), name="product_number"),
        ),
        migrations.RunSQL(CREATE, "DROP FUNCTION find_by_number"),
    ]
