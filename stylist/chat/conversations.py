"""Conversations kept: begun, a message heard, and what was answered to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.errors import Conflict
from recommendations.feedback.shoppers import get_or_create_shopper, read_preferences
from stylist.chat.shared.memory import Memory
from stylist.chat.shared.pieces import EndPiece, ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.profile import ShopperProfile
from stylist.chat.shared.redaction import redact
from stylist.models import Conversation, Message
from tenants.models import Shop, Shopper

# Longer than any answer may take; a worker that dies meanwhile blocks nobody for ever.
ANSWER_TIMEOUT = timedelta(seconds=90)
PALETTE_FACETS = ("category", "styles", "colour", "brand")


class AlreadyAnswering(Conflict):
    """Another message of this conversation is being answered."""

    code = "already_answering"

    def __init__(self) -> None:
        super().__init__("The stylist is still answering the last message; wait for it to end.")


@dataclass(slots=True)
class PendingAnswer:
    """One message on its way: what is known beforehand, and the answer as it grows."""

    conversation: Conversation
    message: Message
    memory: Memory
    profile: ShopperProfile
    words: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    outfits: list[str] = field(default_factory=list)
    done: EndPiece | None = None

    def add(self, piece: Piece) -> None:
        """Take a piece of the answer down."""
        if isinstance(piece, TextPiece):
            self.words.append(piece.text)
        elif isinstance(piece, ItemsPiece):
            self.items += [{"id": item.id, "source": item.source} for item in piece.items]
        elif isinstance(piece, OutfitsPiece):
            self.outfits += [outfit.id for outfit in piece.outfits]
        else:
            self.done = piece


def begin_conversation(*, shop: Shop, external_id: str) -> Conversation:
    """Open a conversation; the shopper is made if they are new. Raises `InvalidShopperId`."""
    with transaction.atomic():
        shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
        conversation: Conversation = Conversation.objects.create(shop=shop, shopper=shopper)
    return conversation


def receive_message(*, conversation: Conversation, text: str) -> PendingAnswer:
    """Keep a shopper's message, personal data redacted; raises `AlreadyAnswering`."""
    free = Q(answering_until=None) | Q(answering_until__lt=Now())
    with transaction.atomic():
        rows = Conversation.objects.filter(free, pk=conversation.pk)
        if not rows.update(answering_until=timezone.now() + ANSWER_TIMEOUT):
            raise AlreadyAnswering
        message = Message.objects.create(
            shop_id=conversation.shop_id,
            conversation=conversation,
            role=Message.Role.SHOPPER,
            text=redact(text),
        )
    return PendingAnswer(
        conversation=conversation,
        message=message,
        memory=Memory.from_data(conversation.memory),
        profile=build_profile(conversation.shopper),
    )


def store_answer(pending: PendingAnswer) -> Message | None:
    """Keep what was answered, whole or as far as it got, and let the next message in."""
    text, done = "".join(pending.words).strip(), pending.done
    memory = done.memory if done else pending.memory.with_message("shopper", pending.message.text)
    with transaction.atomic():
        kept = Conversation.objects.filter(pk=pending.conversation.pk).update(
            memory=memory.to_data(), answering_until=None, updated_at=Now()
        )
        if not kept or not (text or pending.items or pending.outfits):
            return None
        answered: Message = Message.objects.create(
            shop_id=pending.conversation.shop_id,
            conversation=pending.conversation,
            role=Message.Role.STYLIST,
            text=text,
            items=pending.items,
            outfits=pending.outfits,
            spoken_by=done.spoken_by if done else "",
            fallback=done.reason if done and done.fallback else "",
        )
    return answered


def build_profile(shopper: Shopper) -> ShopperProfile:
    """Return what a shopper stated, in the words of a conversation."""
    stated = read_preferences(shopper)
    avoided: Mapping[str, list[str]] = stated.avoided
    return ShopperProfile(
        palette=tuple(stated.liked.get("colour", ())),
        styles=tuple(stated.liked.get("styles", ())),
        occasions=tuple(stated.occasions),
        disliked=tuple(value for name in PALETTE_FACETS for value in avoided.get(name, ())),
        sizes={str(place): size for place, size in enumerate(stated.sizes)},
        about=stated.text,
    )
