import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

# Entries of the last 30 days stay, whoever holds the application's role.
PROTECT = """
CREATE FUNCTION tenants_protect_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.created_at < now() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER protect_audit BEFORE UPDATE OR DELETE ON tenants_auditentry
FOR EACH ROW EXECUTE FUNCTION tenants_protect_audit();
"""
EXPOSE = """
DROP TRIGGER protect_audit ON tenants_auditentry;
DROP FUNCTION tenants_protect_audit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_verify_people_and_hash_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
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
                (
                    "actor",
                    models.CharField(
                        choices=[
                            ("member", "Member"),
                            ("operator", "Operator"),
                            ("unknown", "Somebody who did not prove who they are."),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("action", models.CharField(max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("succeeded", "Succeeded"), ("refused", "Refused")], max_length=9
                    ),
                ),
                ("target_type", models.CharField(blank=True, max_length=40)),
                ("target_id", models.CharField(blank=True, max_length=40)),
                (
                    "changes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="Names of fields, no values.",
                        size=None,
                    ),
                ),
                ("details", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                (
                    "network",
                    models.CharField(
                        blank=True,
                        help_text="Of the client: IPv4 as /24, IPv6 as /48.",
                        max_length=43,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.shop",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["shop", "-id"], name="audit_newest")],
            },
        ),
        migrations.RunSQL(PROTECT, EXPOSE),
    ]
