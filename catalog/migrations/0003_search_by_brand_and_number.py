"""Let full-text search find brands and numbers, too.

A generated column cannot be altered: it is made anew, which rewrites the table.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Replace


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_default_taxonomy")]

    operations = [
        migrations.RemoveIndex(model_name="image", name="image_search"),
        migrations.RemoveField(model_name="image", name="search"),
        migrations.AddField(
            model_name="image",
            name="search",
            field=models.GeneratedField(
                expression=SearchVector("name", "brand", weight="A", config="english")
                + SearchVector(
                    Replace("sku", Value("-"), Value(" ")),
                    Replace("item_group_id", Value("-"), Value(" ")),
                    weight="A",
                    config="english",
                )
                + SearchVector("description", weight="B", config="english"),
                output_field=SearchVectorField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="image", index=GinIndex(fields=["search"], name="image_search")
        ),
    ]
