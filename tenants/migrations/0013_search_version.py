from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_shopper_ids_in_nfc")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="search_version",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Grows with each change of what processes cache for the shop's searches.",
            ),
        ),
    ]
