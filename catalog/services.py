"""The public functions of the catalogue: add, change, hold and delete images, and index them."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.dispatch import Signal

from catalog.indexing.drift import Drift, measure_drift
from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import (
    ENTRIES,
    add_entries,
    get_live_index,
    request_entries,
)
from catalog.indexing.removal import remove_images
from catalog.indexing.repair import start_rebuild
from catalog.indexing.switches import start_switch
from catalog.models import (
    Image,
    IndexEntry,
    PhotoFetch,
    Product,
    Thumbnails,
    Variant,
    VectorIndex,
    make_original_key,
    make_photo_key,
)
from catalog.models.fetches import FETCHES, pack_fields
from catalog.models.thumbnails import NO_FILES, THUMBNAILS
from catalog.products import deletion, upsert
from catalog.products.changes import change_facts
from catalog.products.placement import place_photo
from catalog.products.search_copy import COPIED_FIELDS, copy_to_images
from catalog.products.specs import ProductSpec, WrittenProduct
from core.errors import Conflict, DomainError
from core.jobs.models import Job
from core.jobs.queues import wake_on_commit
from core.ml.vector_store import CollectionUnusable, get_vector_store
from core.photos import Photo
from core.storage import delete_files, new_files
from tenants.models import Shop

# Sent after commit, with the `shop_id` and `image_ids` of new images and of new photos. A receiver
# that misses one repairs this in its own sweep.
images_saved = Signal()


class ImageGone(DomainError):
    """The image was deleted during the request."""

    status_code = 404
    code = "not_found"
    message = "This image was deleted during the request."


class PhotoChanged(Conflict):
    """The image has a newer photo than the one that the request is about."""

    code = "photo_changed"
    message = "The image has a newer photo; look at that one."


@dataclass(frozen=True, slots=True)
class Rendition:
    """A JPEG that replaces the rendition of the original; `digest` identifies it."""

    jpeg: bytes
    width: int
    height: int
    digest: str


@dataclass(frozen=True, slots=True)
class IndexedImage:
    """An image of which the vector store holds vectors, and how many."""

    image_id: str
    vectors: int


def create_image(*, shop: Shop, photo: Photo, fields: dict[str, Any]) -> Image:
    """Store a photo of a product, and have it indexed; after an error nothing is left.

    The product is found by `external_id` or `sku`, or made of the fields. If the shop holds its
    photos, indexing waits for `clear_image`. Raises `SkuTaken`.
    """
    image = Image(shop=shop, source_url=fields.get("source_url", ""))
    with new_files() as save:
        _set_photo(image, photo, save)
        with transaction.atomic():
            image.product, variants = place_photo(shop=shop, facts=fields)
            _add_image(image, variants)
    return image


def add_photo(
    *, product: Product, photo: Photo, position: int, skus: Collection[str], source_url: str
) -> Image:
    """Store a photo that a product names by link, and have it indexed, in this transaction."""
    image = Image(shop=product.shop, product=product, position=position, source_url=source_url)
    with new_files() as save:
        _set_photo(image, photo, save)
        with transaction.atomic():
            Product.objects.select_for_update().get(pk=product.pk)
            _add_image(image, list(product.variants.filter(sku__in=skus)))
    return image


def request_fetch(*, shop: Shop, url: str, fields: dict[str, Any]) -> PhotoFetch:
    """Have a worker fetch a photo from a link, and make an image of it with these fields."""
    with transaction.atomic():
        fetch: PhotoFetch = PhotoFetch.objects.create(shop=shop, url=url, facts=pack_fields(fields))
        FETCHES.wake()
    return fetch


def update_image(*, image: Image, fields: dict[str, Any], photo: Photo | None = None) -> Image:
    """Change an image's photo, or the facts of what it shows; only a new photo is embedded again.

    The facts are those of its product and its variant, and so of the product's other images. A new
    status of a held image takes effect when it is cleared. Concurrent changes run one after the
    other. Raises `ImageGone`, `SkuTaken`, `SeveralVariants` and `IdTaken`.
    """
    with new_files() as save:
        if photo:
            _set_photo(image, photo, save)
        with transaction.atomic():
            change_facts(image, fields)
            before = _lock(image)
            if photo:
                image.version = before.version + 1
                _hold_new_photo(image, before)
                image.save(update_fields=[*PHOTO_FIELDS, "status", "held_status", "updated_at"])
                if image.status != Image.Status.HELD:
                    request_entries(image.shop_id, [image.pk])
                _request_thumbnails(image)
                _send_saved(image)
                old = (before.photo.name, before.original.name)
                transaction.on_commit(lambda: delete_files(*old), robust=True)
            _read_copy(image)
    return image


def replace_rendition(*, image: Image, version: int, rendition: Rendition) -> Image:
    """Store another rendition as a new version and have it indexed; the original stays.

    Raises `PhotoChanged` unless `version` is the image's current one, and `ImageGone`.
    """
    with new_files() as save:
        name = save(make_photo_key(image), rendition.jpeg)
        with transaction.atomic():
            image = _lock(image)
            if image.version != version:
                raise PhotoChanged
            old = image.photo.name
            image.photo.name, image.version = name, version + 1
            image.width, image.height = rendition.width, rendition.height
            image.digest = rendition.digest
            image.save(
                update_fields=["photo", "version", "width", "height", "digest", "updated_at"]
            )
            if image.status != Image.Status.HELD:
                request_entries(image.shop_id, [image.pk])
            _request_thumbnails(image)
            _send_saved(image)
            transaction.on_commit(lambda: delete_files(old), robust=True)
    return image


def clear_image(*, image: Image) -> None:
    """Publish a held image and have it indexed; does nothing to an image that is not held.

    Raises `PhotoChanged` if the photo of `image` is not the current one, and `ImageGone`.
    """
    with transaction.atomic():
        current = _lock(image)
        if current.status == Image.Status.HELD:
            if current.version != image.version:
                raise PhotoChanged
            current.status, current.held_status = current.held_status or Image.Status.PUBLISHED, ""
            current.save(update_fields=["status", "held_status", "updated_at"])
            request_entries(current.shop_id, [current.pk])


def delete_image(*, image: Image) -> None:
    """Hide an image from every search now; a worker removes its vector, files and row.

    A product that an upload made goes with its last image.
    """
    with transaction.atomic():
        product = Product.objects.select_for_update().filter(pk=image.product_id).first()
        remove_images(image.shop_id, [image.pk])
        images = Image.objects.live().filter(product=product)
        if product and product.is_made_from_photo and not images.exists():
            product.delete()


def delete_product(*, product: Product) -> None:
    """Delete a product with its variants, and hide its images now; see `delete_image`."""
    deletion.delete_products(product.shop_id, [product.pk])


def delete_products(*, shop_id: UUID, product_ids: Sequence[UUID]) -> None:
    """Delete products; see `delete_product`."""
    deletion.delete_products(shop_id, product_ids)


def upsert_products(*, shop: Shop, specs: Sequence[ProductSpec]) -> list[WrittenProduct]:
    """Create and change products, each found by its own id; see `catalog.products.upsert`."""
    return upsert.upsert_products(shop=shop, specs=specs)


def retry_failed(*, shop: Shop) -> int:
    """Have every failed image of the shop indexed again; return how many."""
    with transaction.atomic():
        failed = IndexEntry.objects.filter(shop=shop, state=IndexEntry.State.FAILED)
        count = failed.values("image").distinct().count()
        failed.request()
        ENTRIES.wake()
    return int(count)


def retry_images(*, images: list[Image]) -> int:
    """Have these images indexed again, except held ones; return how many."""
    free = [image for image in images if image.status != Image.Status.HELD]
    with transaction.atomic():
        for shop_id in {image.shop_id for image in free}:
            request_entries(shop_id, [image.pk for image in free if image.shop_id == shop_id])
    return len(free)


def request_rebuild(*, shop: Shop) -> None:
    """Have the shop's collection built again from Postgres while it answers.

    Raises `VectorStoreUnavailable`.
    """
    with transaction.atomic():
        index = get_live_index(shop.pk)
        start_rebuild(index)
        wake_on_commit("catalog.tasks.repair_index", index_id=str(index.pk))


def request_switch(*, shop: Shop, encoder: str, is_manual: bool) -> VectorIndex:
    """Have a second index of the shop built with another encoder; see `start_switch`."""
    with transaction.atomic():
        index = start_switch(shop=shop, encoder=encoder, is_manual=is_manual)
        wake_on_commit("catalog.tasks.advance_switches")
    return index


def find_drift(*, shop: Shop) -> Drift:
    """Compare the shop's collection with Postgres; an unusable collection counts as empty."""
    index = get_live_index(shop.pk)
    try:
        return measure_drift(index)
    except CollectionUnusable:
        indexed = IndexEntry.objects.filter(index=index, state=IndexEntry.State.INDEXED)
        return Drift(frozenset(map(str, indexed.values_list("image_id", flat=True))), frozenset())


def list_indexed_images(*, shop: Shop) -> list[IndexedImage]:
    """Return what the shop's collection holds, the newest first; nothing if it is unusable.

    Raises `VectorStoreUnavailable`.
    """
    index = get_live_index(shop.pk)
    try:
        ids = get_vector_store(index.node).ids(index.collection)
    except CollectionUnusable:
        return []
    counts = Counter(map(find_image_id, ids))
    return [IndexedImage(pk, counts[pk]) for pk in sorted(counts, reverse=True)]


def count_states(*, index_id: UUID) -> dict[str, int]:
    """Return how many images of an index are in each state."""
    entries = IndexEntry.objects.filter(index_id=index_id)
    counted = entries.values_list("state").annotate(count=Count("pk")).order_by()
    return {**dict.fromkeys(IndexEntry.State.values, 0), **dict(counted)}


def _request_thumbnails(image: Image) -> None:
    """Have thumbnails of a new photo made; those of the photo before are deleted after commit."""
    rows = Thumbnails.objects.filter(image=image)
    if before := rows.select_for_update().first():
        rows.restart(state=Job.State.PENDING, problem=None, **NO_FILES)
        old = before.files.values()
        transaction.on_commit(lambda: delete_files(*old), robust=True)
    else:
        Thumbnails.objects.create(shop_id=image.shop_id, image=image)
    THUMBNAILS.wake()


def _send_saved(image: Image) -> None:
    """Send `images_saved` once this transaction commits."""
    arguments = {"shop_id": image.shop_id, "image_ids": [image.pk]}
    transaction.on_commit(lambda: images_saved.send(sender=Image, **arguments), robust=True)


def _add_image(image: Image, variants: list[Variant]) -> None:
    """Store a new image of a locked product, held if the shop holds its photos."""
    if image.shop.holds_photos:
        image.status = Image.Status.HELD
    image.save(force_insert=True)
    image.variants.set(variants)
    if image.status != Image.Status.HELD:
        add_entries(image.shop_id, [image.pk], IndexEntry.State.PENDING)
        ENTRIES.wake()
    copy_to_images(image.shop_id, [image.product_id] if image.product_id else [])
    _request_thumbnails(image)
    _send_saved(image)
    _read_copy(image)


def _hold_new_photo(image: Image, before: Image) -> None:
    """Set the status of an image with a new photo: it is held if the shop holds its photos."""
    image.status, image.held_status = before.status, before.held_status
    if before.shop.holds_photos and before.status != Image.Status.HELD:
        image.status, image.held_status = Image.Status.HELD, before.status


def _read_copy(image: Image) -> None:
    """Read the facts of the image again, which were copied from its product."""
    image.refresh_from_db(fields=COPIED_FIELDS)


def _lock(image: Image) -> Image:
    """Return the current image, locked until this transaction ends; raises `ImageGone`."""
    current: Image | None = Image.objects.live().select_for_update().filter(pk=image.pk).first()
    if current is None:
        raise ImageGone
    return current


PHOTO_FIELDS = ("photo", "original", "width", "height", "digest", "version")


def _set_photo(image: Image, photo: Photo, save: Callable[[str, bytes], str]) -> None:
    """Save rendition and original under fresh keys, and set the image's fields to them."""
    image.photo.name = save(make_photo_key(image), photo.rendition)
    image.original.name = save(make_original_key(image, photo.extension), photo.original)
    image.width, image.height, image.digest = photo.width, photo.height, photo.digest
