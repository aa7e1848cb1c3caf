"""A shop for one evaluation, with its goods; everything is deleted again."""

import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError

from catalog.indexing.indexes import ENTRIES, get_live_index
from catalog.models import AgeGroup, Category, Image, Style, Thumbnails, VectorIndex
from catalog.products.specs import ProductChange, ProductSpec
from catalog.products.word_counts import count_words
from catalog.services import count_states, create_image, upsert_products
from core.jobs.models import Job
from core.ml.vector_store import get_vector_store
from core.photos import open_photo
from core.storage import delete_files
from core.tenancy import shop_scope
from demo.garments import Garment, draw_garment
from evaluation.first_results.goods import CURRENCY, SoldGarment
from tenants.models import Shop
from tenants.services import change_shop, create_shop

NAME = "Search evaluation, deleted at its end"
HEIGHT = 256  # of the photos in pixels; more than the bundled encoder uses
EMBEDDING_TIMEOUT_SECONDS, POLL_SECONDS = 300.0, 0.5
DRAWING_THREADS = 4
DELETE_ATTEMPTS = 5


class PhotosNotEmbedded(Exception):
    """No worker embedded the photos in time."""


@dataclass(frozen=True, slots=True)
class StockedShop:
    """A shop whose goods can be searched, and the garment of each of its images."""

    shop: Shop
    sold: Mapping[UUID, SoldGarment]


@contextmanager
def stocked_shop(
    goods: Sequence[SoldGarment], report: Callable[[str], None]
) -> Iterator[StockedShop]:
    """Create a shop, sell the goods, wait until a worker has embedded their photos, and enter it.

    The shop is deleted afterwards, also after an error. Raises `PhotosNotEmbedded`.
    """
    shop, _ = create_shop(name=NAME)
    try:
        with shop_scope(shop.pk):
            change_shop(shop=shop, default_currency=CURRENCY)
            report(f"Drawing {len(goods)} garments.")
            sold = _stock(shop, goods)
            report("Waiting for a worker to embed their photos.")
            _wait_until_searchable(shop, len(goods))
            # A worker calibrates as soon as it has embedded some photos; later ones count too.
            VectorIndex.objects.update(calibration={})
            ENTRIES.wake()
            _wait_until_searchable(shop, len(goods))
            count_words(shop.pk)  # as the sweep does for every shop
            shop.refresh_from_db()
            yield StockedShop(shop, sold)
    finally:
        _delete(shop)


def _stock(shop: Shop, goods: Sequence[SoldGarment]) -> dict[UUID, SoldGarment]:
    """Write the products and their photos; return the garment of each image."""
    written = upsert_products(shop=shop, specs=[_specify(sold) for sold in goods])
    if failed := [one.detail for one in written if one.change == ProductChange.FAILED]:
        raise ValueError(f"The catalogue refuses a product: {failed[0]}")
    by_image = {}
    with ThreadPoolExecutor(DRAWING_THREADS) as pool:
        photos = pool.map(_draw, [sold.garment for sold in goods])
        for sold, photo in zip(goods, photos, strict=True):
            with io.BytesIO(photo) as file:
                fields = {"external_id": sold.article}
                image = create_image(shop=shop, photo=open_photo(file), fields=fields)
            by_image[image.pk] = sold
    return by_image


def _specify(sold: SoldGarment) -> ProductSpec:
    facets = {
        "category": Category.objects.find(sold.listing.category),
        "age_group": AgeGroup.objects.find(sold.age_group),
        "styles": [found for name in sold.listing.styles if (found := Style.objects.find(name))],
    }
    facts: dict[str, Any] = {**sold.product_facts, **facets}
    return ProductSpec(external_id=sold.article, facts=facts, variants=sold.variant_facts)


def _draw(garment: Garment) -> bytes:
    out = io.BytesIO()
    draw_garment(garment, height=HEIGHT).save(out, "JPEG", quality=90)
    return out.getvalue()


def _wait_until_searchable(shop: Shop, images: int) -> None:
    """Wait for the vectors, their calibration and the thumbnails, which end the worker's work."""
    deadline = time.monotonic() + EMBEDDING_TIMEOUT_SECONDS
    while not _is_searchable(shop, images):
        if time.monotonic() > deadline:
            raise PhotosNotEmbedded("The photos were not embedded in time.")
        time.sleep(POLL_SECONDS)


def _is_searchable(shop: Shop, images: int) -> bool:
    index = get_live_index(shop.pk)
    if count_states(index_id=index.pk)["indexed"] < images or not index.is_complete:
        return False
    is_settled = not Thumbnails.objects.filter(state=Job.State.PENDING).exists()
    return index.is_calibrated and is_settled


def _delete(shop: Shop) -> None:
    """Delete the shop with its files and vectors."""
    with shop_scope(shop.pk):
        names = [
            name
            for image in Image.objects.select_related("thumbnails")
            for name in (image.photo.name, image.original.name, *image.thumbnails.files.values())
        ]
        addresses = [address for index in VectorIndex.objects.all() for address in index.addresses]
        _delete_rows(shop)
        for address in addresses:
            get_vector_store(address.node).drop(address.name)
        delete_files(*names)


def _delete_rows(shop: Shop) -> None:
    """Delete the shop; a worker that still changes its images may hold rows in another order."""
    for _ in range(DELETE_ATTEMPTS - 1):
        try:
            shop.delete()
        except OperationalError:  # a deadlock, of which Postgres ends one side
            time.sleep(POLL_SECONDS)
        else:
            return
    shop.delete()
