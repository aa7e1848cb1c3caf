"""Facet values, the default ones and those of shops: a tree of categories, styles, age groups."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from catalog.vocabulary.name_keys import make_key
from core.tenancy import scoped_shop_id
from tenants.models import Shop

MAX_ALIAS_LENGTH = 200


class SharedQuerySet(models.QuerySet[Any]):
    """Rows that a shop owns, and rows without a shop, which all shops share."""

    def visible(self) -> Self:
        """Narrow to the rows of the shop in scope: the default ones and its own."""
        return self.filter(Q(shop=None) | Q(shop_id=scoped_shop_id()))


class FacetQuerySet(SharedQuerySet):
    """Facet values: the default ones, which all shops share, and each shop's own."""

    def named(self, reference: str) -> Self:
        """Narrow to the value with this id, or to values with this name in any case, or alias."""
        try:
            return self.filter(pk=UUID(reference))
        except ValueError:
            aliases = self._aliases(reference).values("facet")
            return self.filter(Q(name__iexact=reference) | Q(pk__in=aliases))

    def find(self, reference: str) -> Any:
        """Return the visible value with this id, name or alias in any spelling; None without one.

        Names and aliases of the shop come before default ones, and names before aliases.
        """
        return self.find_exactly(reference) or self._find_spelling(reference)

    def find_exactly(self, reference: str) -> Any:
        """Return the same as `find`, in one query, except for other spellings of names."""
        reference = reference.strip()
        own = self._aliases(reference).filter(shop_id=scoped_shop_id()).values("facet")
        rank = Case(
            When(Q(shop_id=scoped_shop_id(), name__iexact=reference), Value(0)),
            When(Q(pk__in=own), Value(1)),
            When(Q(name__iexact=reference), Value(2)),
            default=Value(3),
        )
        return self.visible().named(reference).order_by(rank, "pk").first()

    def list_ids(self, reference: str) -> list[UUID]:
        """Return the ids of all visible values with this id, name or alias, in any spelling."""
        ids = list(self.visible().named(reference).values_list("pk", flat=True))
        spelt = None if ids else self._find_spelling(reference)
        return [spelt.pk] if spelt else ids

    def _find_spelling(self, reference: str) -> Any:
        """Return the value whose name has the same key; the shop's own come first."""
        key = make_key(reference)
        values = self.visible().order_by(F("shop_id").asc(nulls_last=True), "pk")
        return next((facet for facet in values if key and make_key(facet.name) == key), None)

    def _aliases(self, reference: str) -> Any:
        aliases: Any = self.model._meta.get_field("aliases").related_model
        return aliases.objects.visible().filter(key=make_key(reference))


class Facet(models.Model):
    """A value that describes images; a value without a shop is a default of all shops."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = FacetQuerySet.as_manager()
    has_shared_rows = True

    class Meta:
        abstract = True
        ordering = ("name",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                "shop", Lower("name"), name="%(class)s_name_once_per_shop", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name


class Category(Facet):
    """The kind of a garment: dress, shirt, shoes …, below wider ones: trousers, clothing.

    `catalog.taxonomy.tree` holds the rules of the tree.
    """

    parent = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="children",
        help_text="The wider category that this one is part of.",
    )

    class Meta(Facet.Meta):
        verbose_name_plural = "categories"
        constraints = (
            *Facet.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="category_not_its_own_parent"
            ),
        )


class Style(Facet):
    """The occasion or the look of a garment: casual, formal, sporty …"""


class AgeGroup(Facet):
    """The age of a garment's wearers: adults, teens, kids …"""


class FacetAlias(models.Model):
    """Another name of a facet value; a shop may have its own for a default value.

    `key` is that of `make_key`, and identifies one value of a shop.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    text = models.CharField(max_length=MAX_ALIAS_LENGTH)
    key = models.CharField(max_length=MAX_ALIAS_LENGTH, editable=False)

    objects: ClassVar[Any] = SharedQuerySet.as_manager()
    has_shared_rows = True

    class Meta:
        abstract = True
        ordering = ("text",)
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "key"), name="%(class)s_once_per_shop", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.text


class CategoryAlias(FacetAlias):
    facet = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="aliases")

    class Meta(FacetAlias.Meta):
        verbose_name_plural = "aliases"


class StyleAlias(FacetAlias):
    facet = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="aliases")

    class Meta(FacetAlias.Meta):
        verbose_name_plural = "aliases"


class AgeGroupAlias(FacetAlias):
    facet = models.ForeignKey(AgeGroup, on_delete=models.CASCADE, related_name="aliases")

    class Meta(FacetAlias.Meta):
        verbose_name_plural = "aliases"
