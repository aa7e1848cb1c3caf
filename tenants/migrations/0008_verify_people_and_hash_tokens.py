import hashlib
from typing import Any

from django.db import migrations
from django.db.models import F

from tenants.models.credentials import normalize_address


def verify_people(apps: Any, schema_editor: Any) -> None:
    """Give each address to the person who has it: until now it could only belong to one."""
    people = apps.get_model("tenants", "User").objects
    for user in people.filter(email_verified_at=None).iterator():
        address = normalize_address(user.email)
        if address != user.email and people.filter(email=address).exists():
            address = user.email
        people.filter(pk=user.pk).update(email=address, email_verified_at=F("created_at"))


def rename_staff(apps: Any, schema_editor: Any) -> None:
    apps.get_model("tenants", "Membership").objects.filter(role="staff").update(role="editor")


def move_tokens(apps: Any, schema_editor: Any) -> None:
    """Turn refresh tokens into sessions, which store a digest, and blank the tokens."""
    sessions = apps.get_model("tenants", "Session").objects
    tokens = apps.get_model("token_blacklist", "OutstandingToken").objects
    valid = tokens.filter(blacklistedtoken=None).exclude(user=None)
    for token in valid.iterator():
        digest = hashlib.sha256(token.jti.encode()).hexdigest()
        sessions.get_or_create(
            token_digest=digest,
            defaults={"user_id": token.user_id, "expires_at": token.expires_at},
        )
    tokens.exclude(token="").update(token="")


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_accounts"),
        ("token_blacklist", "0013_alter_blacklistedtoken_options_and_more"),
    ]

    operations = [
        migrations.RunPython(verify_people, migrations.RunPython.noop),
        migrations.RunPython(rename_staff, migrations.RunPython.noop),
        migrations.RunPython(move_tokens, migrations.RunPython.noop),
    ]
