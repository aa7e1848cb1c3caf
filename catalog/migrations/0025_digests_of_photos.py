from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Uploads go on while the indexes are built.
    atomic = False

    dependencies = [("catalog", "0024_imports")]

    operations = [
        AddIndexConcurrently(
            model_name="image",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["shop", "digest"],
                name="image_digest",
            ),
        ),
        AddIndexConcurrently(
            model_name="indexentry",
            index=models.Index(
                condition=models.Q(("embedding__isnull", False)),
                fields=["index", "embedded_digest"],
                name="entry_digest",
            ),
        ),
    ]
