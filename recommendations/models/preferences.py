"""Preferences that shoppers state; learned taste is not stored."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop, Shopper


class Preferences(models.Model):
    """A shopper's stated preferences; `liked` and `avoided` have the format of filters."""

    shopper = models.OneToOneField(
        Shopper, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    liked = models.JSONField(default=dict, blank=True)
    avoided = models.JSONField(default=dict, blank=True)
    sizes = models.JSONField(default=list, blank=True)
    occasions = models.JSONField(default=list, blank=True)
    budget_min = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    budget_max = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    text = models.CharField(max_length=1_000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.shopper_id}"
