from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.image import Image
from catalog.models.product import Product
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

# Searches read the entries that wait to be merged into an index, of all shops: few kilobytes only.
PENDING_KILOBYTES = 256


class SearchDocument(models.Model):
    """The terms by which a search by words finds a row; `catalog.products` writes it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    words = SearchVectorField(help_text="See catalog.vocabulary.terms.")
    language = models.CharField(max_length=2, help_text="Whose stems it has.")
    digest = models.CharField(max_length=32, help_text="MD5 of the texts it was made of.")
    updated_at = models.DateTimeField()

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class ProductDocument(SearchDocument):
    """Of a product with all its variants."""

    product = models.OneToOneField(
        Product,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="document",
        db_constraint=False,  # the migration adds one that deletes by itself
    )

    class Meta(SearchDocument.Meta):
        indexes = (
            GinIndex(
                fields=("words",),
                name="product_document_words",
                gin_pending_list_limit=PENDING_KILOBYTES,
            ),
            # The newest change of a shop, after which its words are counted again.
            models.Index(fields=("shop", "updated_at"), name="product_document_newest"),
        )


class ImageDocument(SearchDocument):
    """Of an image with the variants that it shows."""

    image = models.OneToOneField(
        Image,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="document",
        db_constraint=False,  # the migration adds one that deletes by itself
    )

    class Meta(SearchDocument.Meta):
        indexes = (
            GinIndex(
                fields=("words",),
                name="image_document_words",
                gin_pending_list_limit=PENDING_KILOBYTES,
            ),
        )
