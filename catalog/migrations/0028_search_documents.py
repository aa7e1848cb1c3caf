"""Let the search by words look at the terms of one shop only.

The release before goes on to use `catalog_image.search`, its index, `search_images` and
`find_by_number`, so they stay in the database until the release after this one removes them. It
does not know of documents either, so the database itself deletes them with their owners.

Under row-level security PostgreSQL uses an index only for operators that it trusts not to reveal
rows, to which full-text search does not belong. The owner is not subject to it, so these functions
check the scope themselves, like a policy. Their plans depend on how rare the words are.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

FIND_PRODUCTS = """
CREATE FUNCTION find_products(words tsquery)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    scope uuid := scoped_shop_id();
BEGIN
    RETURN QUERY
    SELECT document.product_id FROM catalog_productdocument AS document
    WHERE document.shop_id = scope AND document.words @@ find_products.words;
END
$$
"""
FIND_IMAGES = """
CREATE FUNCTION find_images(words tsquery, statuses text[], max_hits integer)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    scope uuid := scoped_shop_id();
BEGIN
    RETURN QUERY
    SELECT document.image_id FROM catalog_imagedocument AS document
    JOIN catalog_image AS image ON image.id = document.image_id
    WHERE document.shop_id = scope AND document.words @@ find_images.words
        AND image.deleted_at IS NULL AND image.status = ANY(statuses)
    LIMIT max_hits;
END
$$
"""
CASCADE = """
ALTER TABLE catalog_{owner}document ADD CONSTRAINT {owner}_document_owner
FOREIGN KEY ({owner}_id) REFERENCES catalog_{owner} ON DELETE CASCADE
"""


def make_document(name: str, owner: str) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=name,
        fields=[
            (
                "words",
                django.contrib.postgres.search.SearchVectorField(
                    help_text="See catalog.vocabulary.terms."
                ),
            ),
            ("language", models.CharField(help_text="Whose stems it has.", max_length=2)),
            (
                "digest",
                models.CharField(help_text="MD5 of the texts it was made of.", max_length=32),
            ),
            ("updated_at", models.DateTimeField()),
            (
                owner,
                models.OneToOneField(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    primary_key=True,
                    related_name="document",
                    serialize=False,
                    to=f"catalog.{owner}",
                ),
            ),
            (
                "shop",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="tenants.shop",
                ),
            ),
        ],
        options={
            "abstract": False,
            "indexes": [
                django.contrib.postgres.indexes.GinIndex(
                    fields=["words"], gin_pending_list_limit=256, name=f"{owner}_document_words"
                )
            ],
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0027_shop_words"),
        ("tenants", "0011_language_and_counted_words"),
    ]

    operations = [
        make_document("ImageDocument", "image"),
        make_document("ProductDocument", "product"),
        migrations.AddIndex(
            model_name="productdocument",
            index=models.Index(fields=["shop", "updated_at"], name="product_document_newest"),
        ),
        *(
            migrations.RunSQL(CASCADE.format(owner=owner), migrations.RunSQL.noop)
            for owner in ("image", "product")
        ),
        migrations.RunSQL(FIND_PRODUCTS, "DROP FUNCTION find_products"),
        migrations.RunSQL(FIND_IMAGES, "DROP FUNCTION find_images"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(model_name="image", name="image_search"),
                migrations.RemoveField(model_name="image", name="search"),
            ]
        ),
    ]
