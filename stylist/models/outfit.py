from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop, Shopper


class Outfit(models.Model):
    """An outfit that was suggested, stored so that it can be pictured and judged.

    `pieces` are its garments in the order of their slots: source, id, slot, kind, primary colour.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, null=True, related_name="+")
    pieces = models.JSONField()
    total = models.FloatField()
    parts = models.JSONField()
    wish = models.JSONField(default=dict)
    picture = models.FileField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shopper", "-id"), name="outfit_newest"),)

    def __str__(self) -> str:
        return ", ".join(piece["kind"] for piece in self.pieces)


class OutfitFeedback(models.Model):
    """A shopper's opinion of an outfit; a newer opposite one replaces it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="+")
    outfit = models.ForeignKey(Outfit, on_delete=models.CASCADE, related_name="feedback")
    opinion = models.CharField(max_length=8)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "outfit feedback"
        constraints = (
            models.UniqueConstraint(fields=("outfit", "opinion"), name="opinion_once_per_outfit"),
        )
        indexes = (models.Index(fields=("shopper", "-id"), name="outfit_feedback_newest"),)

    def __str__(self) -> str:
        return self.opinion
