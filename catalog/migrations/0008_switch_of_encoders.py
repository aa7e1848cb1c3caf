from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_garment_vectors")]

    operations = [
        migrations.AddField(
            model_name="vectorindex",
            name="switched_at",
            field=models.DateTimeField(
                editable=False, help_text="When it became live or retired.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="vectorindex",
            constraint=models.UniqueConstraint(
                condition=Q(("state", "building")),
                fields=("shop",),
                name="one_building_index_per_shop",
            ),
        ),
    ]
