"""Wardrobe items: adding photos, correcting tags, removing items."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from catalog.vocabulary.kinds import GarmentKind
from core.errors import Conflict, DomainError
from core.photos import Photo
from core.storage import new_files
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.garments.garment import Garment, GarmentSource
from stylist.models import Outfit, WardrobeItem
from stylist.models.files import delete_files_later, make_wardrobe_key
from stylist.tagging.queues import WARDROBE
from stylist.tagging.records import TAG_VALUES, build_garment
from stylist.tagging.taxonomy import get_taxonomy
from tenants.models import Shop, Shopper

MAX_ITEMS = 1_000


class WardrobeFull(Conflict):
    """The wardrobe is full."""

    code = "wardrobe_full"


class TagUnknown(DomainError):
    """The value does not exist for this tag."""

    code = "tag_unknown"


class ItemGone(DomainError):
    """The garment was removed during the request."""

    status_code = 404
    code = "not_found"


def add_items(
    *,
    shop: Shop,
    external_id: str,
    photos: Sequence[Photo],
    name: str = "",
    ids: Sequence[UUID] | None = None,
) -> list[WardrobeItem]:
    """Add a garment for each photo, all or none, and request their tags.

    `ids` are those of the garments, new ones by default. Creates the shopper if needed. Raises
    `InvalidShopperId` and `WardrobeFull`.
    """
    ids = ids or [uuid7() for _ in photos]
    with new_files() as save:
        keys = [save(make_wardrobe_key(shop.pk), photo.rendition) for photo in photos]
        with transaction.atomic():
            shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
            if WardrobeItem.objects.filter(shopper=shopper).count() + len(photos) > MAX_ITEMS:
                message = f"A wardrobe holds {MAX_ITEMS} garments; remove some first."
                raise WardrobeFull(message)
            items = [
                WardrobeItem(
                    id=pk,
                    shop=shop,
                    shopper=shopper,
                    name=name,
                    photo=key,
                    width=photo.width,
                    height=photo.height,
                )
                for pk, key, photo in zip(ids, keys, photos, strict=True)
            ]
            WardrobeItem.objects.bulk_create(items)
            WARDROBE.wake()
    return items


def correct_item(
    *, item: WardrobeItem, name: str | None, tags: Mapping[str, str | None]
) -> WardrobeItem:
    """Correct tags permanently; None restores the tag that was found in the photo.

    Raises `TagUnknown` and `ItemGone`.
    """
    taxonomy = get_taxonomy(item.shop_id)
    chosen: dict[str, str | None] = dict(tags)
    kind = taxonomy.find(chosen.get("type") or "")
    for tag, value in chosen.items():
        known = taxonomy.names if tag == "type" else TAG_VALUES[tag]
        if value is not None and (kind is None if tag == "type" else value not in known):
            name_of_tag, values = tag.replace("_", " "), ", ".join(known)
            message = f"{value!r} is not a {name_of_tag}; the values are {values}."
            raise TagUnknown(message, field=tag)
    with transaction.atomic():
        row = WardrobeItem.objects.select_for_update().filter(pk=item.pk).first()
        if row is None:
            raise ItemGone("This garment has just been removed.")
        corrected = {**row.corrected, **chosen}
        row.corrected = {tag: value for tag, value in corrected.items() if value is not None}
        if "type" in chosen:
            row.kind, row.slot = _kind_and_slot(row, kind)
            if kind:
                row.corrected["type"] = kind.name
        if name is not None:
            row.name = name
        row.save(update_fields=["corrected", "kind", "slot", "name", "updated_at"])
    return row  # type: ignore[no-any-return]


def remove_item(*, item: WardrobeItem) -> None:
    """Remove a garment, and the pictures of outfits with it, which are rendered again."""
    with transaction.atomic():
        pictured = Outfit.objects.filter(
            shopper=item.shopper_id, pieces__contains=[{"id": str(item.pk)}]
        ).exclude(picture="")
        delete_files_later(pictured.values_list("picture", flat=True))
        pictured.update(picture="")
        item.delete()


def _kind_and_slot(row: WardrobeItem, kind: GarmentKind | None) -> tuple[str, str]:
    if kind:
        return kind.name, kind.slot
    if not row.tags:
        return "", ""
    return row.tags["type"]["value"], row.tags["slot"]["value"]


def load_wardrobe(shopper: Shopper) -> list[Garment]:
    """Return a shopper's tagged garments; makes one query."""
    rows = WardrobeItem.objects.filter(shopper=shopper).exclude(slot="").exclude(tags={})
    return [build_item_garment(row) for row in rows.order_by("pk")]


def build_item_garment(row: WardrobeItem) -> Garment:
    """Return the garment of a tagged item."""
    return build_garment(
        garment_id=row.pk,
        source=GarmentSource.WARDROBE,
        tags=row.tags,
        slot=row.slot,
        corrected=row.corrected,
        embedding=bytes(row.embedding) if row.embedding else None,
    )
