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
            "id": str(outfit.pk),
            "pieces": [
                {key: piece[key] for key in ("source", "id", "kind")} for piece in outfit.pieces
            ],
            "created_at": outfit.created_at.isoformat(),
        }
        for outfit in Outfit.objects.filter(shopper=shopper)
    ]


def export_opinions(shopper: Shopper) -> list[dict[str, Any]]:
    opinions = OutfitFeedback.objects.filter(shopper=shopper).order_by("-id")
    return [
        {
            "outfit": str(row.outfit_id),
            "opinion": row.opinion,
            "created_at": row.created_at.isoformat(),
        }
        for row in opinions
    ]


def export_conversations(shopper: Shopper) -> list[dict[str, Any]]:
    conversations = Conversation.objects.filter(shopper=shopper).prefetch_related("messages")
    return [
        {
            "id": str(conversation.pk),
            "created_at": conversation.created_at.isoformat(),
            "messages": [
                {
                    "role": message.role,
                    "text": message.text,
                    "created_at": message.created_at.isoformat(),
                }
                for message in conversation.messages.all()
            ],
        }
        for conversation in conversations
    ]


SECTIONS = {
    "wardrobe": export_wardrobe,
    "outfits": export_outfits,
    "opinions": export_opinions,
    "conversations": export_conversations,
}
