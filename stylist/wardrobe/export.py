"""Export of the data that the stylist stores about a shopper."""

from dataclasses import asdict
from typing import Any

from django.core.files.storage import default_storage

from stylist.models import Conversation, Outfit, OutfitFeedback, WardrobeItem
from stylist.tagging.records import resolve_tags
from tenants.models import Shopper


def export_wardrobe(shopper: Shopper) -> list[dict[str, Any]]:
    return [
        {
            "id": str(item.pk),
            "name": item.name,
            "photo_url": default_storage.url(item.photo.name),
            "tags": {
                name: tag and asdict(tag)
                for name, tag in resolve_tags(item.tags, item.corrected).items()
            },
            "created_at": item.created_at.isoformat(),
        }
        for item in WardrobeItem.objects.filter(shopper=shopper)
    ]


def export_outfits(shopper: Shopper) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.pk),
            "pieces": [{key: p[key] for key in ("source", "id", "kind")} for p in row.pieces],
            "created_at": row.created_at.isoformat(),
        }
        for row in Outfit.objects.filter(shopper=shopper)
    ]


def export_opinions(shopper: Shopper) -> list[dict[str, Any]]:
    rows = OutfitFeedback.objects.filter(shopper=shopper).order_by("-id")
    return [
        {
            "outfit": str(row.outfit_id),
            "opinion": row.opinion,
            "created_at": row.created_at.isoformat(),
        }
        for row in rows
    ]


def export_conversations(shopper: Shopper) -> list[dict[str, Any]]:
    rows = Conversation.objects.filter(shopper=shopper).prefetch_related("messages")
    return [
        {
            "id": str(row.pk),
            "created_at": row.created_at.isoformat(),
            "messages": [
                {"role": m.role, "text": m.text, "created_at": m.created_at.isoformat()}
                for m in row.messages.all()
            ],
        }
        for row in rows
    ]


SECTIONS = {
    "wardrobe": export_wardrobe,
    "outfits": export_outfits,
    "opinions": export_opinions,
    "conversations": export_conversations,
}
