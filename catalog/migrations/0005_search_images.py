"""Let the application's role search words by their index.

Under row-level security PostgreSQL uses an index only for operators that it trusts not to reveal
rows, to which full-text search does not belong. The owner is not subject to it, so this function
checks the scope itself, like a policy. Its plan depends on how rare the words are.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION search_images(words tsquery, statuses text[], max_hits integer)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    scope uuid := scoped_shop_id();
    has_all_shops boolean := is_all_shops();
BEGIN
    RETURN QUERY
    SELECT image.id FROM catalog_image AS image
    WHERE (has_all_shops OR image.shop_id = scope) AND image.deleted_at IS NULL
        AND image.status = ANY(statuses) AND image.search @@ words
    LIMIT max_hits;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_held_images")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION search_images")]
