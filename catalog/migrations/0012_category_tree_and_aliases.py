import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_rebuilds_and_audits"),
        ("tenants", "0009_audit_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgeGroupAlias",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("key", models.CharField(editable=False, max_length=200)),
            ],
            options={
                "verbose_name_plural": "aliases",
                "ordering": ("text",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CategoryAlias",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("key", models.CharField(editable=False, max_length=200)),
            ],
            options={
                "verbose_name_plural": "aliases",
                "ordering": ("text",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StyleAlias",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("key", models.CharField(editable=False, max_length=200)),
            ],
            options={
                "verbose_name_plural": "aliases",
                "ordering": ("text",),
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="category",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="The wider category that this one is part of.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="children",
                to="catalog.category",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True),
                name="category_not_its_own_parent",
            ),
        ),
        migrations.AddField(
            model_name="agegroupalias",
            name="facet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="aliases",
                to="catalog.agegroup",
            ),
        ),
        migrations.AddField(
            model_name="agegroupalias",
            name="shop",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.shop",
            ),
        ),
        migrations.AddField(
            model_name="categoryalias",
            name="facet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="aliases",
                to="catalog.category",
            ),
        ),
        migrations.AddField(
            model_name="categoryalias",
            name="shop",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.shop",
            ),
        ),
        migrations.AddField(
            model_name="stylealias",
            name="facet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="aliases",
                to="catalog.style",
            ),
        ),
        migrations.AddField(
            model_name="stylealias",
            name="shop",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.shop",
            ),
        ),
        migrations.AddConstraint(
            model_name="agegroupalias",
            constraint=models.UniqueConstraint(
                fields=("shop", "key"), name="agegroupalias_once_per_shop", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="categoryalias",
            constraint=models.UniqueConstraint(
                fields=("shop", "key"), name="categoryalias_once_per_shop", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="stylealias",
            constraint=models.UniqueConstraint(
                fields=("shop", "key"), name="stylealias_once_per_shop", nulls_distinct=False
            ),
        ),
    ]
