from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0005_occasions"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="visitor",
            field=models.CharField(
                blank=True,
                db_default="",
                editable=False,
                help_text="Who did it if not a shopper; counts once a day, and on its own if empty.",
                max_length=80,
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="event_id",
            field=models.CharField(max_length=130),
        ),
    ]
