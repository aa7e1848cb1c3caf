from typing import Any, ClassVar

from django.db import models

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class Policy(models.Model):
    """The rules of a shop for its photos, and the gate: what happens to photos that fail."""

    class Gate(models.TextChoices):
        OFF = "off", "Photos are measured and judged; nothing comes of it."
        WARN = "warn", "Photos that fail are marked, and shown nevertheless."
        HOLD = "hold", "Photos that fail are held until a person or an enhancement clears them."

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, primary_key=True, related_name="+", editable=False
    )
    gate = models.CharField(max_length=4, choices=Gate.choices, default=Gate.OFF)
    profile = models.CharField(max_length=20, default="default", help_text="The rules that count.")
    own_profile = models.JSONField(null=True, help_text="The shop's own rules.")
    own_profile_as_of = models.DateField(null=True)
    version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the changes that reports are judged anew by.",
    )
    judged_version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The version that every report was judged by.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"{self.gate}, {self.profile}"
