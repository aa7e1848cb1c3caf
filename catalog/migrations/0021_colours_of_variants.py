import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0020_photo_fetch_digest")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="colours",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                db_default=[],
                default=list,
                editable=False,
                help_text="Those of the variants it shows, in lower case, if there are several.",
                size=None,
            ),
        ),
    ]
