"""Write the documents of all products and images, batch by batch, while the old code serves.

The old code goes on to write products without documents: a sweep writes those.
"""

from django.db import migrations

from catalog.products.search_copy import write_missing


def write(apps, schema_editor):
    if apps.get_model("catalog", "Product").objects.exists():
        write_missing()


class Migration(migrations.Migration):
    # Each batch is a transaction of its own, so that no row stays locked for long.
    atomic = False

    dependencies = [("catalog", "0028_search_documents")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
