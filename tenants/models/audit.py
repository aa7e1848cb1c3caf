"""The audit log: what members and operators did."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager


class AuditEntry(models.Model):
    """One action of a person; Postgres refuses to change entries, and to delete recent ones.

    It names people by id only: their addresses are read from their accounts, and gone with them.
    It has no foreign keys that hold, so that it outlives what it is about.
    """

    class Actor(models.TextChoices):
        MEMBER = "member"
        OPERATOR = "operator"
        UNKNOWN = "unknown", "Somebody who did not prove who they are."

    class EntryOutcome(models.TextChoices):
        SUCCEEDED = "succeeded"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        "tenants.Shop",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,  # `audit_newest` begins with it
        related_name="+",
    )
    actor = models.CharField(max_length=8, choices=Actor.choices)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    outcome = models.CharField(max_length=9, choices=EntryOutcome.choices)
    target_type = models.CharField(max_length=40, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    changes = ArrayField(
        models.CharField(max_length=64), default=list, help_text="Names of fields, no values."
    )
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    network = models.CharField(
        max_length=43, blank=True, help_text="Of the client: IPv4 as /24, IPv6 as /48."
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"
        indexes = (models.Index(fields=("shop", "-id"), name="audit_newest"),)

    def __str__(self) -> str:
        return self.action
