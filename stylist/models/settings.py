from typing import Any, ClassVar

from django.db import models

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class StylistSettings(models.Model):
    """A shop's own types of garment, and its language model.

    `model_server` is one that operators allow; the installation's is used if it is empty.
    """

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, primary_key=True, related_name="+", editable=False
    )
    own_types = models.JSONField(default=list, blank=True)
    model_server = models.CharField(max_length=60, blank=True)
    model_name = models.CharField(max_length=120, blank=True)
    model_key = models.TextField(blank=True, editable=False, help_text="Encrypted.")
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "stylist settings"

    def __str__(self) -> str:
        return f"{len(self.own_types)} own types"
