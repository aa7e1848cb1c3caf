"""Store the texts of products in NFC, in which requests and feeds now bring them.

Where two ids or SKUs of a shop are the same letters in two encodings, one of them gets an ending,
so that both can be named.
"""

from django.db import migrations

# Lengths are those of the columns: a few letters are longer in NFC.
TEXTS = {
    "catalog_product": {"name": 200, "description": 5_000, "brand": 100, "gender": 20},
    "catalog_variant": {"name": 200},
    "catalog_image": {
        **{"name": 200, "description": 5_000, "brand": 100, "gender": 20, "colour": 60},
        **{"sku": 100, "item_group_id": 100},
    },
}
NORMALIZE = "UPDATE {table} SET {values} WHERE {conditions}"
# A variant without a SKU is known by these.
OPTIONS = """
UPDATE catalog_variant AS odd SET size = left(normalize(size, NFC), 40),
    colour = left(normalize(colour, NFC), 60)
WHERE (size IS NOT NFC NORMALIZED OR colour IS NOT NFC NORMALIZED) AND NOT EXISTS (
    SELECT FROM catalog_variant AS twin
    WHERE twin.product_id = odd.product_id AND twin.id <> odd.id
        AND normalize(twin.size, NFC) = normalize(odd.size, NFC)
        AND normalize(twin.colour, NFC) = normalize(odd.colour, NFC)
)
"""
NUMBERS = {"catalog_product": "external_id", "catalog_variant": "sku"}
RENAME = """
UPDATE {table} AS odd SET {field} = CASE
    WHEN EXISTS (
        SELECT FROM {table} AS twin
        WHERE twin.shop_id = odd.shop_id AND twin.id <> odd.id
            AND normalize(twin.{field}, NFC) = normalize(odd.{field}, NFC)
    ) THEN left(normalize({field}, NFC), 91) || '~' || right(id::text, 8)
    ELSE left(normalize({field}, NFC), 100) END
WHERE {field} IS NOT NFC NORMALIZED
"""


def write_statements():
    for table, field in NUMBERS.items():
        yield RENAME.format(table=table, field=field)
    yield OPTIONS
    for table, fields in TEXTS.items():
        values = ", ".join(
            f"{field} = left(normalize({field}, NFC), {length})" for field, length in fields.items()
        )
        conditions = " OR ".join(f"{field} IS NOT NFC NORMALIZED" for field in fields)
        yield NORMALIZE.format(table=table, values=values, conditions=conditions)


class Migration(migrations.Migration):
    # Each table is a transaction of its own, so that no row stays locked for long.
    atomic = False

    dependencies = [("catalog", "0029_write_search_documents")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in write_statements()
    ]
