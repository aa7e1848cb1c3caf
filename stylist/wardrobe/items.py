"""What shoppers own: photos added, tags set right, items taken out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from core.errors import Conflict, DomainError
from core.photos import Photo
from core.storage import delete_files, save_file
from recommendations.feedback.shoppers import get_or_create_shopper
from stylist.garments.garment import Garment, GarmentSource
from stylist.models import Outfit, WardrobeItem
from stylist.models.files import delete_files_later, make_wardrobe_key
from stylist.tagging.queues import WARDROBE
from stylist.tagging.records import TAG_VALUES, build_garment
from stylist.tagging.shop_taxonomy import get_taxonomy
from tenants.models import Shop, Shopper

MAX_ITEMS = 1_000


class WardrobeFull(Conflict):
    """A wardrobe holds only so many garments."""

    code = "wardrobe_full"

    def __init__(self) -> None:
        super().__init__(f"A wardrobe holds {MAX_ITEMS} garments; take some out first.")


class TagUnknown(DomainError):
    """A tag was set to what is no value of it."""

    code = "tag_unknown"


class ItemGone(DomainError):
    """The garment was taken out while the request was under way."""

    status_code = 404
    code = "not_found"


def add_items(
    *, shop: Shop, external_id: str, photos: Sequence[Photo], name: str = ""
) -> list[WardrobeItem]:
    """Add a garment for each photo and have them tagged; all of them or none.

    The shopper is made if they are new. Raises `InvalidShopperId` and `WardrobeFull`.
    """
    saved: list[str] = []
    try:
        saved.extend(save_file(make_wardrobe_key(shop.pk), photo.rendition) for photo in photos)
        with transaction.atomic():
            shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
            if WardrobeItem.objects.filter(shopper=shopper).count() + len(photos) > MAX_ITEMS:
                raise WardrobeFull
            items = [
                WardrobeItem(
                    shop=shop,
                    shopper=shopper,
                    name=name,
                    photo=key,
                    width=photo.width,
                    height=photo.height,
                )
                for key, photo in zip(saved, photos, strict=True)
            ]
            WardrobeItem.objects.bulk_create(items)
            WARDROBE.wake()
    except BaseException:
        delete_files(*saved)
        raise
    return items


def correct_item(
    *, item: WardrobeItem, name: str | None, tags: Mapping[str, str | None]
) -> WardrobeItem:
    """Set tags as their owner says, for good; None goes back to what was seen.

    Raises `TagUnknown` and `ItemGone`.
    """
    taxonomy = get_taxonomy(item.shop_id)
    chosen: dict[str, str | None] = dict(tags)
    kind = taxonomy.find(chosen.get("type") or "")
    for tag, value in chosen.items():
        known = taxonomy.names if tag == "type" else TAG_VALUES[tag]
        if value is not None and (kind is None if tag == "type" else value not in known):
            raise TagUnknown(
                f"{value!r} is no {tag.replace('_', ' ')}; there are {', '.join(known)}.", field=tag
            )
    with transaction.atomic():
        row = WardrobeItem.objects.select_for_update().filter(pk=item.pk).first()
        if row is None:
            raise ItemGone("This garment was taken out meanwhile.")
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
    """Take a garment out, and its photo out of the pictures of outfits, which are made anew."""
    with transaction.atomic():
        pictured = Outfit.objects.filter(
            shopper=item.shopper_id, pieces__contains=[{"id": str(item.pk)}]
        ).exclude(picture="")
        delete_files_later(pictured.values_list("picture", flat=True))
        pictured.update(picture="")
        item.delete()


def _kind_and_slot(row: WardrobeItem, kind: Any) -> tuple[str, str]:
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
    """Return a tagged item as outfits see it."""
    return build_garment(
        garment_id=row.pk,
        source=GarmentSource.WARDROBE,
        tags=row.tags,
        slot=row.slot,
        corrected=row.corrected,
        embedding=bytes(row.embedding) if row.embedding else None,
    )
