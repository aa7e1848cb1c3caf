"""Affinity of products: what shoppers buy and like together, and collaborative vectors."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from catalog.models import Product
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class ProductAffinity(models.Model):
    """What the shop's events say about one product and others.

    `bought` and `liked` are lists of `[product id, score, units]`, best first: `units` is how many
    orders or shoppers have both products. Without a foreign key in the database, like
    `ImageFigures`; ids in the lists may be of deleted products.
    """

    product = models.OneToOneField(
        Product,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    bought = models.JSONField(default=list)
    orders = models.PositiveIntegerField(default=0, help_text="That have the product.")
    liked = models.JSONField(default=list)
    shoppers = models.PositiveIntegerField(default=0, help_text="Who chose the product.")
    strength = models.FloatField(
        default=0.0, help_text="The sum of the squares of how strongly they chose it."
    )
    vector = models.BinaryField(
        null=True, help_text="Collaborative vector, float16; null without enough events."
    )

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "product affinity"

    def __str__(self) -> str:
        return f"Affinity of {self.product_id}"


class AffinityState(models.Model):
    """How far a shop's affinity is computed.

    `events` is the last event that it includes. If a shopper was erased (`erased_at`) after all was
    computed, the next run must compute everything. `claimed_until` is the lease of a run.
    `gram` is Yᵀ Y, float32 (d, d), of all collaborative vectors Y; null without enough events.
    """

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="+")
    events = models.UUIDField(default=UUID(int=0))
    computed_at = models.DateTimeField(null=True, help_text="When all products were computed.")
    updated_at = models.DateTimeField(null=True, help_text="When new events were last included.")
    erased_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    orders = models.PositiveIntegerField(default=0)
    shoppers = models.PositiveIntegerField(default=0)
    propensities = models.JSONField(
        default=list, help_text="The probability that a shopper looks at each position, from 1."
    )
    gram = models.BinaryField(null=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    def __str__(self) -> str:
        return f"Affinity of {self.shop_id}"
