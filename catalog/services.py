"""The catalogue's public door: images in, changed and out; each makes its own index work."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from catalog.indexing.indexes import ENTRIES, Drift, live_index, mark_incomplete, measure_drift
from catalog.models import Image, IndexEntry, Style, original_key, photo_key
from catalog.signals import images_saved
from core.errors import Conflict, DomainError
from core.jobs.queues import wake_on_commit
from core.ml.vector_store import CollectionUnusable
from core.photos import Photo
from core.storage import delete_files, save_file
from tenants.models import Shop

# A change of these is a change of what Chroma keeps beside the vector.
MIRRORED_FIELDS = {"category", "age_group", "colour", "gender", "brand", "styles"}


class ImageGone(DomainError):
    """The image was deleted while the request was under way."""

    status_code = 404
    code = "not_found"


class PhotoChanged(Conflict):
    """The image has another photo by now than the one that was meant."""

    code = "photo_changed"

    def __init__(self) -> None:
        super().__init__("The image has had another photo since; look at that one.")


@dataclass(frozen=True, slots=True)
class Rendition:
    """A JPEG to be shown in place of the one made of the original; `digest` tells it apart."""

    jpeg: bytes
    width: int
    height: int
    digest: str


def create_image(*, shop: Shop, photo: Photo, fields: dict[str, Any]) -> Image:
    """Store a photo and its facts, and have it indexed; all of it or nothing.

    Where the shop holds its photos, indexing waits for `clear_image`.
    """
    styles: list[Style] = fields.pop("styles", [])
    image = Image(shop=shop, **fields)
    if shop.holds_photos:
        image.status, image.held_status = Image.Status.HELD, image.status
    names = _store_files(image, photo)
    try:
        with transaction.atomic():
            image.save(force_insert=True)
            image.styles.set(styles)
            if image.status != Image.Status.HELD:
                IndexEntry.objects.create(shop=shop, index=live_index(shop.pk), image=image)
                ENTRIES.wake()
            _tell_saved(image)
    except BaseException:
        delete_files(*names)
        raise
    return image


def update_image(*, image: Image, fields: dict[str, Any], photo: Photo | None = None) -> Image:
    """Change an image's facts or photo; only a new photo is embedded again.

    The status of a held image is the one that it gets once it is cleared. Raises `ImageGone` if it
    was deleted meanwhile. Changes at the same time take turns.
    """
    fields = dict(fields)
    styles: list[Style] | None = fields.pop("styles", None)
    is_mirrored = photo is not None or styles is not None or bool(MIRRORED_FIELDS & fields.keys())
    new = _store_files(image, photo) if photo else ()
    try:
        with transaction.atomic():
            before = _lock(image)
            if before.status == Image.Status.HELD or (photo and before.shop.holds_photos):
                fields = _held(before, fields)
            for name, value in fields.items():
                setattr(image, name, value)
            image.version = before.version + (1 if photo else 0)
            image.save(update_fields=[*fields, *_photo_fields(photo), "updated_at"])
            if styles is not None:
                image.styles.set(styles)
            if is_mirrored and image.status != Image.Status.HELD:
                _request_index(image)
            if photo:
                _tell_saved(image)
                old = (before.photo.name, before.original.name)
                transaction.on_commit(lambda: delete_files(*old), robust=True)
    except BaseException:
        delete_files(*new)
        raise
    return image


def replace_rendition(*, image: Image, version: int, rendition: Rendition) -> Image:
    """Show another rendition, as a new version, and have it embedded; the original is kept.

    Raises `PhotoChanged` unless the image's photo is still of this version, and `ImageGone`.
    """
    name = save_file(photo_key(image), rendition.jpeg)
    try:
        with transaction.atomic():
            before = _lock(image)
            if before.version != version:
                raise PhotoChanged
            old = before.photo.name
            before.photo.name, before.version = name, version + 1
            before.width, before.height = rendition.width, rendition.height
            before.digest = rendition.digest
            before.save(
                update_fields=["photo", "version", "width", "height", "digest", "updated_at"]
            )
            if before.status != Image.Status.HELD:
                _request_index(before)
            _tell_saved(before)
            transaction.on_commit(lambda: delete_files(old), robust=True)
    except BaseException:
        delete_files(name)
        raise
    return before


def clear_image(*, image: Image) -> None:
    """Let a held image into the index and into answers; nothing happens to one that is not held.

    Raises `PhotoChanged` where `image` is not of its present photo, which nobody has seen yet, and
    `ImageGone`.
    """
    with transaction.atomic():
        before = _lock(image)
        if before.status == Image.Status.HELD:
            if before.version != image.version:
                raise PhotoChanged
            before.status, before.held_status = before.held_status or Image.Status.PUBLISHED, ""
            before.save(update_fields=["status", "held_status", "updated_at"])
            _request_index(before)


def delete_image(*, image: Image) -> None:
    """Take an image out of every answer now; a worker removes vector, files and row."""
    with transaction.atomic():
        found = Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        if found and not IndexEntry.objects.filter(image=image).request_removal():
            # It was held ever since it came, and its files and row are to go nevertheless.
            IndexEntry.objects.create(
                shop_id=image.shop_id,
                index=live_index(image.shop_id),
                image=image,
                state=IndexEntry.State.REMOVING,
            )
        ENTRIES.wake()


def retry_failed(*, shop: Shop) -> int:
    """Have every failed image of the shop tried again; return how many there are."""
    with transaction.atomic():
        failed = IndexEntry.objects.filter(shop=shop, state=IndexEntry.State.FAILED).request()
        ENTRIES.wake()
    return int(failed)


def retry_images(*, images: list[Image]) -> int:
    """Have these images' facts and photos looked at again, but for held ones; return how many."""
    free = [image for image in images if image.status != Image.Status.HELD]
    with transaction.atomic():
        for image in free:
            _request_index(image)
    return len(free)


def rebuild(*, shop: Shop) -> None:
    """Have the shop's collection built anew from Postgres."""
    with transaction.atomic():
        index = live_index(shop.pk)
        mark_incomplete(index)
        wake_on_commit("catalog.tasks.repair_index", index_id=str(index.pk), rebuild=True)


def find_drift(*, shop: Shop) -> Drift:
    """Compare the shop's collection with Postgres; one that is unusable has nothing in it."""
    index = live_index(shop.pk)
    try:
        return measure_drift(index)
    except CollectionUnusable:
        indexed = IndexEntry.objects.filter(index=index, state=IndexEntry.State.INDEXED)
        return Drift(frozenset(map(str, indexed.values_list("image_id", flat=True))), frozenset())


def count_states(*, index_id: UUID) -> dict[str, int]:
    """Return how many images of an index are in each state."""
    entries = IndexEntry.objects.filter(index_id=index_id)
    counted = entries.values_list("state").annotate(count=Count("pk")).order_by()
    return {**dict.fromkeys(IndexEntry.State.values, 0), **dict(counted)}


def _request_index(image: Image) -> None:
    """Have a worker look at an image once this transaction commits, whether or not it ever did."""
    if not IndexEntry.objects.filter(image=image).request():
        index = live_index(image.shop_id)
        IndexEntry.objects.get_or_create(
            image=image, index=index, defaults={"shop_id": image.shop_id}
        )
    ENTRIES.wake()


def _tell_saved(image: Image) -> None:
    """Tell the rooms above of a new photo, once this transaction commits."""
    told = {"shop_id": image.shop_id, "image_ids": [image.pk]}
    transaction.on_commit(lambda: images_saved.send(sender=Image, **told), robust=True)


def _held(before: Image, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an image that is held, its status for later kept apart."""
    is_held = before.status == Image.Status.HELD
    wanted = fields.pop("status", before.held_status if is_held else before.status)
    return {**fields, "status": Image.Status.HELD, "held_status": wanted}


def _lock(image: Image) -> Image:
    """Return the image as it is now, locked until this transaction ends."""
    found: Image | None = Image.objects.live().select_for_update().filter(pk=image.pk).first()
    if found is None:
        raise ImageGone("This image was deleted meanwhile.")
    return found


def _store_files(image: Image, photo: Photo) -> tuple[str, str]:
    """Write rendition and original under fresh keys, and point the image at them."""
    image.photo.name = save_file(photo_key(image), photo.rendition)
    try:
        image.original.name = save_file(original_key(image, photo.extension), photo.original)
    except BaseException:
        delete_files(image.photo.name)
        raise
    image.width, image.height, image.digest = photo.width, photo.height, photo.digest
    return str(image.photo.name), str(image.original.name)


def _photo_fields(photo: Photo | None) -> tuple[str, ...]:
    if photo is None:
        return ()
    return ("photo", "original", "width", "height", "digest", "version")
