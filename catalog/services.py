"""The catalogue's public door: images in, changed and out; each makes its own index work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from catalog.indexes import Drift, live_index, measure_drift
from catalog.models import Image, IndexEntry, Style, original_key, photo_key
from catalog.tasks import nudge_indexing, nudge_rebuild
from core.errors import DomainError
from core.ml.vectors import CollectionUnusable
from core.photos import Photo
from core.storage import delete_files, save_file
from tenants.models import Shop

# A change of these is a change of what Chroma keeps beside the vector.
MIRRORED_FIELDS = {"category", "age_group", "colour", "gender", "brand", "styles"}


class ImageGone(DomainError):
    """The image was deleted while the request was under way."""

    status_code = 404
    code = "not_found"


def create_image(*, shop: Shop, photo: Photo, fields: dict[str, Any]) -> Image:
    """Store a photo and its facts, and have it indexed; all of it or nothing."""
    styles: list[Style] = fields.pop("styles", [])
    image = Image(shop=shop, **fields)
    names = _store_files(image, photo)
    try:
        with transaction.atomic():
            image.save(force_insert=True)
            image.styles.set(styles)
            IndexEntry.objects.create(shop=shop, index=live_index(shop.pk), image=image)
            nudge_indexing()
    except BaseException:
        delete_files(*names)
        raise
    return image


def update_image(*, image: Image, fields: dict[str, Any], photo: Photo | None = None) -> Image:
    """Change an image's facts or photo; only a new photo is embedded again.

    Raises `ImageGone` if it was deleted meanwhile. Changes at the same time take turns.
    """
    fields = dict(fields)
    styles: list[Style] | None = fields.pop("styles", None)
    is_mirrored = photo is not None or styles is not None or bool(MIRRORED_FIELDS & fields.keys())
    new = _store_files(image, photo) if photo else ()
    try:
        with transaction.atomic():
            before = _lock(image)
            for name, value in fields.items():
                setattr(image, name, value)
            image.version = before.version + (1 if photo else 0)
            image.save(update_fields=[*fields, *_photo_fields(photo), "updated_at"])
            if styles is not None:
                image.styles.set(styles)
            if is_mirrored:
                IndexEntry.objects.filter(image=image).request()
                nudge_indexing()
            if photo:
                old = (before.photo.name, before.original.name)
                transaction.on_commit(lambda: delete_files(*old), robust=True)
    except BaseException:
        delete_files(*new)
        raise
    return image


def delete_image(*, image: Image) -> None:
    """Take an image out of every answer now; a worker removes vector, files and row."""
    with transaction.atomic():
        Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        IndexEntry.objects.filter(image=image).request_removal()
        nudge_indexing()


def retry_failed(*, shop: Shop) -> int:
    """Have every failed image of the shop tried again; return how many there are."""
    with transaction.atomic():
        failed = IndexEntry.objects.filter(shop=shop, state=IndexEntry.State.FAILED).request()
        nudge_indexing()
    return int(failed)


def retry_images(*, images: list[Image]) -> int:
    """Have these images' facts and photos looked at again; return how many entries that is."""
    with transaction.atomic():
        wanted = IndexEntry.objects.filter(image__in=images).request()
        nudge_indexing()
    return int(wanted)


def rebuild(*, shop: Shop) -> None:
    """Have the shop's collection built anew from Postgres."""
    with transaction.atomic():
        nudge_rebuild(live_index(shop.pk))


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
