"""Delete products, many at once."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from catalog.indexing.removal import remove_images
from catalog.models import Image, Product


def delete_products(shop_id: UUID, product_ids: Sequence[UUID]) -> None:
    """Delete products with their variants, and hide their images now."""
    with transaction.atomic():
        rows = Product.objects.filter(pk__in=product_ids).order_by("external_id")
        ids = [product.pk for product in rows.select_for_update()]
        images = Image.objects.live().filter(product_id__in=ids)
        remove_images(shop_id, list(images.values_list("pk", flat=True)))
        Product.objects.filter(pk__in=ids).delete()
