"""Store the ids of shoppers in NFC, in which requests now name them.

Two shoppers whose ids are the same letters in two encodings become one: the older one gets what
refers to the other, except rows of which a shopper has only one, where it has its own.
"""

from django.db import migrations

NORMALIZE = """
DO $$
DECLARE
    pair record;
    link record;
BEGIN
    FOR pair IN
        SELECT odd.id AS other, (
            SELECT twin.id FROM tenants_shopper AS twin
            WHERE twin.shop_id = odd.shop_id AND twin.id <> odd.id
                AND normalize(twin.external_id, NFC) = normalize(odd.external_id, NFC)
            ORDER BY twin.external_id IS NFC NORMALIZED DESC, twin.id LIMIT 1
        ) AS kept
        FROM tenants_shopper AS odd WHERE odd.external_id IS NOT NFC NORMALIZED
    LOOP
        CONTINUE WHEN pair.kept IS NULL
            OR NOT EXISTS (SELECT FROM tenants_shopper WHERE id = pair.kept);
        FOR link IN
            SELECT conrelid::regclass AS name, attname AS field FROM pg_constraint
            JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
            WHERE contype = 'f' AND confrelid = 'tenants_shopper'::regclass
        LOOP
            BEGIN
                EXECUTE format(
                    'UPDATE %s SET %I = $1 WHERE %I = $2', link.name, link.field, link.field
                ) USING pair.kept, pair.other;
            EXCEPTION WHEN unique_violation THEN
                EXECUTE format('DELETE FROM %s WHERE %I = $1', link.name, link.field)
                USING pair.other;
            END;
        END LOOP;
        DELETE FROM tenants_shopper WHERE id = pair.other;
    END LOOP;
    UPDATE tenants_shopper SET external_id = left(normalize(external_id, NFC), 200)
    WHERE external_id IS NOT NFC NORMALIZED;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_language_and_counted_words")]

    operations = [migrations.RunSQL(NORMALIZE, migrations.RunSQL.noop)]
