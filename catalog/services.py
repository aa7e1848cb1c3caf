"""The public functions of the catalogue: add, change, hold and delete images, and index them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.dispatch import Signal
from django.utils import timezone

from catalog.indexing.drift import Drift, measure_drift
from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import (
    ENTRIES,
    MIRRORED_FIELDS,
    add_entries,
    get_live_index,
    request_entries,
)
from catalog.indexing.repair import start_rebuild
from catalog.indexing.switches import start_switch
from catalog.models import (
    Image,
    IndexEntry,
    PhotoFetch,
    Style,
    Thumbnails,
    VectorIndex,
    make_original_key,
    make_photo_key,
)
from catalog.models.fetches import FETCHES, pack_fields
from catalog.models.thumbnails import NO_FILES, THUMBNAILS
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
    """Store a photo and its facts, and have it indexed; after an error nothing is left.

    If the shop holds its photos, indexing waits for `clear_image`.
    """
    styles: list[Style] = fields.pop("styles", [])
    image = Image(shop=shop, **fields)
    if shop.holds_photos:
        image.status, image.held_status = Image.Status.HELD, image.status
    with new_files() as save:
        _set_photo(image, photo, save)
        with transaction.atomic():
            image.save(force_insert=True)
            image.styles.set(styles)
            if image.status != Image.Status.HELD:
                add_entries(image, IndexEntry.State.PENDING)
                ENTRIES.wake()
            _request_thumbnails(image)
            _send_saved(image)
    return image


def request_fetch(*, shop: Shop, url: str, fields: dict[str, Any]) -> PhotoFetch:
    """Have a worker fetch a photo from a link, and make an image of it with these fields."""
    with transaction.atomic():
        fetch: PhotoFetch = PhotoFetch.objects.create(shop=shop, url=url, facts=pack_fields(fields))
        FETCHES.wake()
    return fetch


def update_image(*, image: Image, fields: dict[str, Any], photo: Photo | None = None) -> Image:
    """Change an image's facts or photo; only a new photo is embedded again.

    A new status of a held image takes effect when it is cleared. Concurrent changes run one after
    the other. Raises `ImageGone`.
    """
    fields = dict(fields)
    styles: list[Style] | None = fields.pop("styles", None)
    is_mirrored = photo is not None or styles is not None or bool(MIRRORED_FIELDS & fields.keys())
    with new_files() as save:
        if photo:
            _set_photo(image, photo, save)
        with transaction.atomic():
            before = _lock(image)
            if before.status == Image.Status.HELD or (photo and before.shop.holds_photos):
                fields = _held_fields(before, fields)
            for name, value in fields.items():
                setattr(image, name, value)
            image.version = before.version + (1 if photo else 0)
            image.save(update_fields=[*fields, *(PHOTO_FIELDS if photo else ()), "updated_at"])
            if styles is not None:
                image.styles.set(styles)
            if is_mirrored and image.status != Image.Status.HELD:
                request_entries(image)
            if photo:
                _request_thumbnails(image)
                _send_saved(image)
                old = (before.photo.name, before.original.name)
                transaction.on_commit(lambda: delete_files(*old), robust=True)
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
                request_entries(image)
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
            request_entries(current)


def delete_image(*, image: Image) -> None:
    """Hide an image from every search now; a worker removes its vector, files and row."""
    with transaction.atomic():
        found = Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        if found and not IndexEntry.objects.filter(image=image).request_removal():
            # It was always held, so it has no entry, but its files and row must go.
            add_entries(image, IndexEntry.State.REMOVING)
        ENTRIES.wake()


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
        for image in free:
            request_entries(image)
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


def _held_fields(before: Image, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a held image: a new status becomes its `held_status`."""
    is_held = before.status == Image.Status.HELD
    status = fields.pop("status", before.held_status if is_held else before.status)
    return {**fields, "status": Image.Status.HELD, "held_status": status}


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
