from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_audit_log")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="default_currency",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="ISO 4217: of prices without a currency, and of price filters that name "
                "none. If it is empty, the first price with a currency sets it.",
                max_length=3,
            ),
        ),
    ]
