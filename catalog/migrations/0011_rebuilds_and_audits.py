from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_contradictions")]

    operations = [
        migrations.AddField(
            model_name="vectorindex",
            name="next_collection",
            field=models.CharField(
                blank=True,
                db_default="",
                editable=False,
                help_text="It is filled to replace the collection, and gets every write as well.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="vectorindex",
            name="former_collection",
            field=models.CharField(
                blank=True,
                db_default="",
                editable=False,
                help_text="To be dropped.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="vectorindex",
            name="audited_at",
            field=models.DateTimeField(
                editable=False, help_text="When its last audit began.", null=True
            ),
        ),
    ]
