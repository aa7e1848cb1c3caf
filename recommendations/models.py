"""What was asked and what was answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from tenants.models import Shop
from tenants.scope import TenantQuerySet, tenant_manager


class Prompt(models.Model):
    """One recommendation: its id is the token that later events are attributed to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    prompt = models.CharField(max_length=1_000)
    number_of_images = models.PositiveSmallIntegerField()
    filters = models.JSONField(default=dict, blank=True)
    results = models.JSONField(default=list, help_text="Image ids, scores and match strengths.")
    answered_by = models.JSONField(default=list)
    timings_ms = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shop", "-id"), name="prompt_newest"),)

    def __str__(self) -> str:
        return self.prompt
