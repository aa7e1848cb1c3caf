"""Serializers of conversations and messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from stylist.api.fields import SOURCES
from stylist.api.outfits import OutfitOutput, serialize_outfits
from stylist.chat.shared.tools import Item
from stylist.chat.shop_tools import ShopTools
from stylist.models import Message, Outfit

SPEAKERS = ["rules", "model"]
MAX_MESSAGE_LENGTH = 2_000

T = TypeVar("T")


class MessageInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_MESSAGE_LENGTH, help_text="What the shopper says.")


class ModelInput(serializers.Serializer[Any]):
    server = serializers.CharField(
        max_length=60, allow_blank=True, help_text="One that the operators allow."
    )
    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    key = serializers.CharField(
        max_length=500,
        allow_blank=True,
        allow_null=True,
        default=None,
        write_only=True,
        help_text="Null leaves it as it is.",
    )


class ConversationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    shopper = serializers.CharField(help_text="Your own id of the customer.")
    begins_with = serializers.CharField(help_text="The first words said in it; empty before.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class NamedItemOutput(serializers.Serializer[Any]):
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    slot = serializers.CharField()
    colour = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    link = serializers.CharField()
    photo_url = serializers.URLField()


class MessageOutput(serializers.Serializer[Any]):
    """What one side said, with items and outfits as they are now."""

    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=["shopper", "stylist"])
    text = serializers.CharField()
    items = NamedItemOutput(many=True)
    outfits = OutfitOutput(many=True)
    spoken_by = serializers.ChoiceField(choices=SPEAKERS, allow_null=True)
    fallback = serializers.CharField(
        allow_null=True, help_text="Why the rules spoke in the model's place."
    )
    created_at = serializers.DateTimeField()


class ModelOutput(serializers.Serializer[Any]):
    server = serializers.CharField()
    name = serializers.CharField()
    has_key = serializers.BooleanField()
    speaks = serializers.ChoiceField(choices=SPEAKERS)


def show_items(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return items as the stylist names them."""
    return [
        {
            "source": item.source,
            "id": item.id,
            "name": item.name,
            "kind": item.kind,
            "slot": item.slot,
            "colour": item.colour,
            "price": None if item.price is None else str(item.price),
            "currency": item.currency,
            "link": item.link,
            "photo_url": item.photo_url,
        }
        for item in items
    ]


def show_message(message: Message, tools: ShopTools, request: Request) -> dict[str, Any]:
    """Return a message with its items and outfits as they are now."""
    return show_messages([message], tools, request)[0]


def show_messages(
    messages: Sequence[Message], tools: ShopTools, request: Request
) -> list[dict[str, Any]]:
    """Return messages with their items and outfits as they are now, all looked up together."""
    item_ids = [item["id"] for message in messages for item in message.items]
    items = {item.id: item for item in tools.item_details(item_ids)}
    rows = Outfit.objects.in_bulk({pk for message in messages for pk in message.outfits})
    outfits = {outfit["id"]: outfit for outfit in serialize_outfits(rows.values(), request)}
    return [
        {
            "id": str(message.pk),
            "role": message.role,
            "text": message.text,
            "items": show_items(_present(items, [item["id"] for item in message.items])),
            "outfits": _present(outfits, message.outfits),
            "spoken_by": message.spoken_by or None,
            "fallback": message.fallback or None,
            "created_at": message.created_at,
        }
        for message in messages
    ]


def _present(found: Mapping[str, T], ids: Iterable[str]) -> list[T]:
    """Return what was found of these ids, each once, in their order."""
    return [found[own_id] for own_id in dict.fromkeys(ids) if own_id in found]
