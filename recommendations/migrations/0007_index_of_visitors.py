from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Builds the index while events are written."""

    atomic = False
    dependencies = [
        ("recommendations", "0006_visitors_of_events"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("visitor", ""), _negated=True),
                fields=["image", "visitor", "kind", "occurred_at"],
                name="event_of_visitor",
            ),
        ),
    ]
