"""The products that a feed had before and does not have any more."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from catalog.imports.leases import Lease
from catalog.models import ImportJob, Product, Variant
from catalog.models.imports import VanishedAction
from catalog.products.deletion import delete_products
from catalog.products.search_copy import copy_to_images

OUT_OF_STOCK = Variant.Availability.OUT_OF_STOCK
BATCH_SIZE = 500
# A feed that loses more than this share of its products may be broken.
MAX_SHARE = 0.2


class SeenIds:
    """The ids of the products in a feed, in a few bytes each, and the rows that have none."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()
        self.unknown_rows = 0

    def add(self, external_id: str) -> None:
        self._digests.add(_digest(external_id))

    def __contains__(self, external_id: str) -> bool:
        return _digest(external_id) in self._digests


def _digest(external_id: str) -> bytes:
    return hashlib.blake2b(external_id.encode(), digest_size=12).digest()


def find_vanished(job: ImportJob, seen: SeenIds) -> tuple[list[UUID], int]:
    """Return the products of the job's feed that were not seen, and how many it has.

    Products that an earlier import has marked as out of stock are left out of both.
    """
    sold = Variant.objects.filter(product=OuterRef("pk")).exclude(availability=OUT_OF_STOCK)
    products = Product.objects.filter(source=job.source).annotate(is_sold=Exists(sold))
    rows = products.values_list("pk", "external_id", "is_sold").order_by()
    total, vanished = 0, []
    for pk, external_id, is_sold in rows.iterator(2_000):
        is_gone = external_id not in seen
        if is_gone and not is_sold and job.vanished == VanishedAction.OUT_OF_STOCK:
            continue
        total += 1
        if is_gone:
            vanished.append(pk)
    return sorted(vanished), total


def is_doubtful(seen: SeenIds, *, vanished: int, total: int) -> bool:
    """Return whether a person should confirm that these products are gone.

    Rows that could not be read may be theirs.
    """
    return vanished > 0 and (seen.unknown_rows > 0 or vanished > MAX_SHARE * total)


def handle_vanished(job: ImportJob, product_ids: Sequence[UUID], lease: Lease) -> None:
    """Mark products as out of stock, or remove them, as the job says, and count them."""
    act = delete_products if job.vanished == VanishedAction.REMOVE else mark_out_of_stock
    for batch in _split(product_ids):
        with transaction.atomic():
            act(job.shop_id, batch)
            lease.store(vanished_count=job.vanished_count + len(batch))


def mark_out_of_stock(shop_id: UUID, product_ids: Sequence[UUID]) -> None:
    """Set the variants of products out of stock.

    The products lose their digests, so that a feed that has them again writes them again.
    """
    with transaction.atomic():
        rows = Product.objects.filter(pk__in=product_ids).order_by("external_id")
        ids = [product.pk for product in rows.select_for_update()]
        Product.objects.filter(pk__in=ids).exclude(source_digest="").update(source_digest="")
        variants = Variant.objects.filter(product_id__in=ids).exclude(availability=OUT_OF_STOCK)
        variants.update(availability=OUT_OF_STOCK)
        copy_to_images(shop_id, ids)


def _split(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH_SIZE)):
        yield batch
