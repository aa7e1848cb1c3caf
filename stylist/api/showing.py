"""What callers are shown of garments and outfits; names and prices are those of this moment."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.storage import default_storage
from rest_framework.request import Request

from catalog.models import Image
from stylist.garments.garment import GarmentSource
from stylist.models import Outfit, WardrobeItem
from stylist.outfits.pictures import picture_path
from stylist.tagging.records import show_tags


def show_item(item: WardrobeItem, request: Request) -> dict[str, Any]:
    """Return a garment of a wardrobe, tagged or not yet."""
    tags = show_tags(item.tags, item.corrected)
    unsure = [name for name, tag in tags.items() if tag and not tag["is_sure"]]
    return {
        "id": str(item.pk),
        "name": item.name,
        "photo_url": request.build_absolute_uri(default_storage.url(item.photo.name)),
        "width": item.width,
        "height": item.height,
        "state": item.state,
        "problem": item.problem,
        "slot": item.slot or None,
        "garments_seen": item.tags.get("sighting"),
        "tags": tags,
        "unsure": unsure,
        "created_at": item.created_at,
    }


def show_outfits(outfits: Iterable[Outfit], request: Request) -> list[dict[str, Any]]:
    """Return outfits with their garments as they are now; makes two queries."""
    listed = list(outfits)
    pieces = [piece for outfit in listed for piece in outfit.pieces]
    items = _by_id(WardrobeItem.objects.all(), pieces, GarmentSource.WARDROBE)
    images = _by_id(Image.objects.live().defer("search"), pieces, GarmentSource.CATALOG)
    return [_show_outfit(outfit, items, images, request) for outfit in listed]


def _by_id(rows: Any, pieces: list[dict[str, Any]], source: GarmentSource) -> Mapping[str, Any]:
    ids = {piece["id"] for piece in pieces if piece["source"] == source}
    return {str(pk): row for pk, row in rows.in_bulk(list(ids)).items()} if ids else {}


def _show_outfit(
    outfit: Outfit, items: Mapping[str, Any], images: Mapping[str, Any], request: Request
) -> dict[str, Any]:
    shown = []
    for piece in outfit.pieces:
        row = (items if piece["source"] == GarmentSource.WARDROBE else images).get(piece["id"])
        shown.append(_show_piece(piece, row, request))
    return {
        "id": str(outfit.pk),
        "score": round(outfit.total, 4),
        "parts": outfit.parts,
        "wish": outfit.wish,
        "pieces": shown,
        "picture_url": request.build_absolute_uri(picture_path(outfit)),
        "created_at": outfit.created_at,
    }


def _show_piece(piece: dict[str, Any], row: Any, request: Request) -> dict[str, Any]:
    """Return one garment; of one that is gone by now only what it was."""
    told = {key: piece[key] for key in ("source", "id", "slot", "kind")} | {"is_gone": row is None}
    if row is None:
        return told
    told["name"] = row.name
    told["photo_url"] = request.build_absolute_uri(default_storage.url(row.photo.name))
    if piece["source"] == GarmentSource.CATALOG:
        price = None if row.price is None else str(row.price)
        told |= {"price": price, "currency": row.currency, "link": row.link}
        told |= {"availability": row.availability}
    return told
