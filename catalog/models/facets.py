from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from core.tenancy import scoped_shop_id
from tenants.models import Shop


class FacetQuerySet(models.QuerySet["Facet"]):
    """Facet values: the default ones, which all shops share, and each shop's own."""

    def visible(self) -> Self:
        """Narrow to the values of the shop in scope: the default ones and its own."""
        return self.filter(Q(shop=None) | Q(shop_id=scoped_shop_id()))

    def named(self, reference: str) -> Self:
        """Narrow to the value with this id, or to values with this name in any case."""
        try:
            return self.filter(pk=UUID(reference))
        except ValueError:
            return self.filter(name__iexact=reference)


class Facet(models.Model):
    """A value that describes images; a value without a shop is a default of all shops."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = FacetQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "shop", Lower("name"), name="%(class)s_name_once_per_shop", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name


class Category(Facet):
    """The kind of a garment: dress, shirt, shoes …"""

    class Meta(Facet.Meta):
        verbose_name_plural = "categories"


class Style(Facet):
    """The occasion or the look of a garment: casual, formal, sporty …"""


class AgeGroup(Facet):
    """The age of a garment's wearers: adults, teens, kids …"""
