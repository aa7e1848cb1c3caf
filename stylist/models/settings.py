from typing import Any, ClassVar

from django.db import models

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class StylistSettings(models.Model):
    """What a shop adds to the taxonomy of garments, and the language model it speaks with.

    `model_server` is one of those that operators allow; without one the installation's counts.
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
