"""Prompts: queries with their answers."""

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from recommendations.models.steering import Experiment
from tenants.models import Shop, Shopper


class Prompt(models.Model):
    """One query and its answer; the id is the attribution token of later events."""

    class Source(models.TextChoices):
        SEARCH = "search"
        SIMILAR = "similar"
        FEED = "feed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(
        Shopper, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.SEARCH)
    feed = models.UUIDField(
        null=True, editable=False, db_index=True, help_text="The feed that this is a page of."
    )
    prompt = models.CharField(max_length=1_000, blank=True)
    query = models.JSONField(
        default=dict, blank=True, help_text="All that was asked beside the prompt."
    )
    number_of_images = models.PositiveSmallIntegerField()
    filters = models.JSONField(default=dict, blank=True)
    results = models.JSONField(default=list, help_text="Image ids, scores and match strengths.")
    answered_by = models.JSONField(default=list)
    timings_ms = models.JSONField(default=dict)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    is_variant = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shop", "-id"), name="prompt_newest"),)

    def __str__(self) -> str:
        return self.prompt or f"{self.source} {self.pk}"
