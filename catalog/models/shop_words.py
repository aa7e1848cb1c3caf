from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

MAX_WORD_LENGTH = 100


class ShopWord(models.Model):
    """A word that the published products of a shop have, for spelling and suggestions.

    One of `NAME` is a single word of names; others are whole names, "Blue Harbour" or "Dark blue".
    `catalog.products.word_counts` writes them.
    """

    class Kind(models.TextChoices):
        BRAND = "brand"
        CATEGORY = "category"
        COLOUR = "colour"
        NAME = "name"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    folded = models.CharField(max_length=MAX_WORD_LENGTH, help_text="As words are compared.")
    written = models.CharField(max_length=MAX_WORD_LENGTH, help_text="As most products have it.")
    count = models.PositiveIntegerField(help_text="How many products have it.")

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-count", "folded")
        constraints = (
            models.UniqueConstraint(fields=("shop", "kind", "folded"), name="shop_word_once"),
        )

    def __str__(self) -> str:
        return self.written
