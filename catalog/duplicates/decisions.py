"""The shop's decisions on near-duplicates: the photos are of one product, or really of two."""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog.indexing.removal import remove_images
from catalog.models import DuplicatePair, Image, Product
from catalog.products.links import name_variants
from catalog.products.merge import merge_products
from catalog.products.search_copy import copy_to_images
from core.errors import Conflict, DomainError


class PairDecided(Conflict):
    """The pair was decided on, or one of its photos has changed."""

    code = "pair_decided"
    message = "This pair was merged or dismissed, or one of its photos has changed."


class NotInPair(DomainError):
    """The image to keep is none of the pair."""

    code = "not_in_pair"
    message = "Name one of the two images of this pair."


def merge_pair(*, pair: DuplicatePair, keep: UUID) -> None:
    """Keep one photo of a pair and delete the other; their products become the kept one's.

    Raises `NotInPair`, `PairDecided` and `SkuClash`.
    """
    if keep not in (pair.first_id, pair.second_id):
        raise NotInPair
    extra = pair.second_id if keep == pair.first_id else pair.first_id
    with transaction.atomic():
        _lock(pair)
        kept_product, other_product = _find_product(keep), _find_product(extra)
        if kept_product.pk != other_product.pk:
            merge_products(kept=kept_product, other=other_product)
        _show_variants(kept_product, keep, extra)
        remove_images(pair.shop_id, [extra])
        DuplicatePair.objects.filter(pk=pair.pk).delete()
        copy_to_images(pair.shop_id, [kept_product.pk])


def dismiss_pair(*, pair: DuplicatePair) -> None:
    """Record that the photos are of two products, which answers show both; `PairDecided`."""
    with transaction.atomic():
        _lock(pair)
        DuplicatePair.objects.filter(pk=pair.pk).update(dismissed_at=timezone.now())


def _lock(pair: DuplicatePair) -> None:
    pairs = DuplicatePair.objects.open().select_for_update(of=("self",))
    if not pairs.filter(pk=pair.pk).exists():
        raise PairDecided


def _find_product(image_id: UUID) -> Product:
    """Return the product of an image; one that an older release added gets its product now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT adopt_image(id) FROM catalog_image WHERE id = %s AND product_id IS NULL",
            [image_id],
        )
    product: Product = Product.objects.get(images=image_id)
    return product


def _show_variants(product: Product, keep: UUID, extra: UUID) -> None:
    """Let the kept photo show the variants that the other one shows too; none named: all."""
    images = Image.objects.prefetch_related("variants").in_bulk([keep, extra])
    kept, other = ({variant.pk for variant in images[pk].variants.all()} for pk in (keep, extra))
    every = set(product.variants.values_list("pk", flat=True))
    name_variants(keep, kept | other if kept and other and kept | other != every else ())
