"""Serializers of messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from stylist.api.fields import SOURCES
from stylist.api.outfits import OutfitOutput, outfit_context
from stylist.chat.shared.tools import ItemLookup
from stylist.chat.shop_tools import ShopTools
from stylist.models import Message, Outfit

RESPONDERS = ["rules", "model"]
MAX_MESSAGE_LENGTH = 2_000

T = TypeVar("T")


class MessageInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MAX_MESSAGE_LENGTH, help_text="What the shopper says.")


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
    """A message with its items and outfits as they are now; deleted ones are left out."""

    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=["shopper", "stylist"])
    text = serializers.CharField()
    items = NamedItemOutput(many=True)
    outfits = OutfitOutput(many=True)
    spoken_by = serializers.ChoiceField(choices=RESPONDERS, allow_null=True)
    fallback = serializers.CharField(
        allow_null=True, help_text="Why the rules answered instead of the model."
    )
    created_at = serializers.DateTimeField()

    def to_representation(self, message: Message) -> dict[str, Any]:
        """Render a message with the live items and outfits of the context, by id."""
        row = {
            "id": message.pk,
            "role": message.role,
            "text": message.text,
            "items": _select(self.context["items"], [item["id"] for item in message.items]),
            "outfits": _select(self.context["outfits"], message.outfits),
            "spoken_by": message.spoken_by or None,
            "fallback": message.fallback or None,
            "created_at": message.created_at,
        }
        return super().to_representation(row)


def serialize_messages(
    messages: Sequence[Message], tools: ShopTools, request: Request
) -> list[dict[str, Any]]:
    """Return messages with their items and outfits as they are now, all looked up together."""
    ids = tuple(item["id"] for message in messages for item in message.items)
    outfits = Outfit.objects.in_bulk({pk for message in messages for pk in message.outfits})
    context = {
        **outfit_context(outfits.values(), request),
        "items": {item.id: item for item in tools.item_details(ItemLookup(ids=ids))},
        "outfits": {str(pk): outfit for pk, outfit in outfits.items()},
    }
    return list(MessageOutput(messages, many=True, context=context).data)


def _select(found: Mapping[str, T], ids: Iterable[str]) -> list[T]:
    """Return the values found for these ids, each once, in their order."""
    return [found[each] for each in dict.fromkeys(ids) if each in found]
