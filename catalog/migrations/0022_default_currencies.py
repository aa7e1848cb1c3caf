from django.db import migrations

# The most frequent currency of each shop's variants becomes its default one.
SET_CURRENCIES = """
UPDATE tenants_shop SET default_currency = frequent.currency
FROM (
    SELECT shop_id, mode() WITHIN GROUP (ORDER BY currency) AS currency
    FROM catalog_variant WHERE currency <> '' AND current_price IS NOT NULL GROUP BY shop_id
) AS frequent
WHERE tenants_shop.id = frequent.shop_id AND tenants_shop.default_currency = ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0021_colours_of_variants"),
        ("tenants", "0010_default_currency"),
    ]

    operations = [migrations.RunSQL(SET_CURRENCIES, migrations.RunSQL.noop)]
