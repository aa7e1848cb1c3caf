from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_thumbnails")]

    operations = [
        migrations.AddField(
            model_name="vectorindex",
            name="is_switched_manually",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Whether the shop decides when it becomes live.",
            ),
        ),
        migrations.AddField(
            model_name="vectorindex",
            name="trial",
            field=models.JSONField(
                editable=False, help_text="How it compares with the live index.", null=True
            ),
        ),
        migrations.AddField(
            model_name="vectorindex",
            name="restorable_until",
            field=models.DateTimeField(
                editable=False,
                help_text="Until then, a retired index can be taken back.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="vectorindex",
            name="switched_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When it became live or retired, or was taken back.",
                null=True,
            ),
        ),
    ]
