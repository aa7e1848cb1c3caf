"""The products of a shop, and the variants that shoppers choose from."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Lower
from uuid_utils.compat import uuid7

from catalog.models.facets import AgeGroup, Category, Style
from catalog.vocabulary.terms import make_key, write_query
from core.tenancy import TenantQuerySet, scoped_shop_id, tenant_manager
from tenants.models import Shop

MAX_WORDS = 60  # of a search; words after them do not count


class ProductQuerySet(TenantQuerySet["Product"]):
    def matching(self, words: str, *, language: str) -> Self:
        """Narrow to products with these words, in the syntax of web search engines.

        A text that is the SKU of a variant, or the shop's own id, finds that product. Needs the
        scope of one shop, and its language.
        """
        key = make_key(scoped_shop_id())
        query = write_query(words, language=language, key=key, max_words=MAX_WORDS)
        found = RawSQL("SELECT find_products(%s::tsquery)", [query])
        return self.filter(pk__in=found)


class Product(models.Model):
    """A product under the shop's own id; `catalog.products` writes it.

    Its images hold a copy of its facts (`catalog.products.search_copy`), which search reads.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100, help_text="The shop's own id of the product.")
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=5_000, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    styles = models.ManyToManyField(Style, blank=True, related_name="+")
    age_group = models.ForeignKey(
        AgeGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    brand = models.CharField(max_length=100, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    link = models.URLField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PUBLISHED)
    is_made_from_photo = models.BooleanField(
        default=False, help_text="It was made by an upload, and goes with its last image."
    )
    source = models.CharField(
        max_length=60, blank=True, help_text="The feed that wrote it last; empty for the API."
    )
    source_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what that feed says of it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(ProductQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("shop", "-id"), name="product_newest"),
            models.Index(fields=("shop", "source"), name="product_source", condition=~Q(source="")),
            models.Index(F("shop"), Lower("external_id"), name="product_number"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "external_id"), name="product_once_per_external_id"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def has_own_id(self) -> bool:
        """Whether the shop gave the product its `external_id`."""
        return self.external_id != str(self.pk)


class Variant(models.Model):
    """A product in one size and colour, with its price and its stock."""

    class Availability(models.TextChoices):
        IN_STOCK = "in_stock"
        OUT_OF_STOCK = "out_of_stock"
        PREORDER = "preorder"
        BACKORDER = "backorder"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField(default=0)
    sku = models.CharField("SKU", max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="Empty: the product's name.")
    size = models.CharField(max_length=40, blank=True)
    size_system = models.CharField(max_length=20, blank=True, help_text="Such as EU, UK or US.")
    colour = models.CharField(max_length=60, blank=True)
    price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    sale_price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    current_price = models.GeneratedField(
        expression=Coalesce(F("sale_price"), F("price")),
        output_field=models.DecimalField(max_digits=12, decimal_places=2, null=True),
        db_persist=True,
    )
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217.")
    availability = models.CharField(
        max_length=12, choices=Availability.choices, default=Availability.IN_STOCK
    )
    stock = models.PositiveIntegerField(null=True, blank=True, help_text="Pieces, if known.")
    link = models.URLField(max_length=500, blank=True, help_text="Empty: the product's link.")
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("position", "id")
        indexes = (
            models.Index(F("shop"), Lower("sku"), name="variant_number", condition=~Q(sku="")),
        )
        constraints = (
            models.CheckConstraint(
                # A comparison with NULL is unknown, and so no violation.
                condition=Q(price__gte=0) & Q(sale_price__gte=0),
                name="variant_prices_not_negative",
            ),
            models.UniqueConstraint(
                fields=("shop", "sku"), condition=~Q(sku=""), name="variant_once_per_sku"
            ),
            models.UniqueConstraint(
                fields=("product", "size", "size_system", "colour"),
                condition=Q(sku=""),
                name="variant_once_per_options",
            ),
        )

    def __str__(self) -> str:
        return self.sku or " ".join(filter(None, (self.size, self.colour))) or "one variant"
