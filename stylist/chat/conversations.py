"""Stored conversations: start one, receive a message, store the answer."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.errors import Conflict
from core.redaction import redact
from recommendations.feedback.shoppers import get_or_create_shopper, read_preferences
from stylist.chat.shared.answer import EndPiece, ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.question import Memory, Question, ShopperProfile
from stylist.models import Conversation, Message
from stylist.tagging.taxonomy import Taxonomy
from tenants.models import Shop, Shopper

# Longer than any answer may take; after it, a process that died blocks the conversation no more.
MAX_ANSWER_TIME = timedelta(seconds=90)
DISLIKED_FACETS = ("category", "styles", "colour", "brand")


class AlreadyAnswering(Conflict):
    """Another message of this conversation is being answered."""

    code = "already_answering"

    def __init__(self) -> None:
        super().__init__("The stylist is still answering the last message; wait for it to end.")


@dataclass(slots=True)
class PendingAnswer:
    """A stored message, the question in it, and the pieces of its answer so far."""

    message: Message
    question: Question
    pieces: list[Piece] = field(default_factory=list)


def begin_conversation(*, shop: Shop, external_id: str) -> Conversation:
    """Open a conversation, and create a new shopper if necessary. Raises `InvalidShopperId`."""
    with transaction.atomic():
        shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
        conversation: Conversation = Conversation.objects.create(shop=shop, shopper=shopper)
    return conversation


def receive_message(*, conversation: Conversation, text: str, taxonomy: Taxonomy) -> PendingAnswer:
    """Store a shopper's message without personal data. Raises `AlreadyAnswering`."""
    is_free = Q(answering_until=None) | Q(answering_until__lt=Now())
    with transaction.atomic():
        rows = Conversation.objects.filter(is_free, pk=conversation.pk)
        if not rows.update(answering_until=timezone.now() + MAX_ANSWER_TIME):
            raise AlreadyAnswering
        message = Message.objects.create(
            shop_id=conversation.shop_id,
            conversation=conversation,
            role=Message.Role.SHOPPER,
            text=redact(text),
        )
    question = Question(
        text=message.text,
        message_id=str(message.pk),
        shop_name=conversation.shop.name,
        profile=build_profile(conversation.shopper),
        memory=Memory.from_data(conversation.memory),
        taxonomy=taxonomy,
        currency=conversation.shop.default_currency,
    )
    return PendingAnswer(message, question)


def store_answer(pending: PendingAnswer) -> Message | None:
    """Store the answer, complete or not, and allow the next message.

    Returns None for an empty answer, or if the conversation was deleted.
    """
    pieces = pending.pieces
    end = next((piece for piece in pieces if isinstance(piece, EndPiece)), None)
    text = "".join(piece.text for piece in pieces if isinstance(piece, TextPiece)).strip()
    items = [item for piece in pieces if isinstance(piece, ItemsPiece) for item in piece.items]
    outfits = [o for piece in pieces if isinstance(piece, OutfitsPiece) for o in piece.outfits]
    message, memory = pending.message, pending.question.memory
    memory = end.memory if end else memory.with_message("shopper", message.text)
    with transaction.atomic():
        updated = Conversation.objects.filter(pk=message.conversation_id).update(
            memory=memory.to_data(), answering_until=None, updated_at=Now()
        )
        if not updated or not (text or items or outfits):
            return None
        answer: Message = Message.objects.create(
            shop_id=message.shop_id,
            conversation_id=message.conversation_id,
            role=Message.Role.STYLIST,
            text=text,
            items=[{"id": item.id, "source": item.source} for item in items],
            outfits=[outfit.id for outfit in outfits],
            spoken_by=end.spoken_by if end else "",
            fallback=end.reason if end and end.fallback else "",
        )
    return answer


def build_profile(shopper: Shopper) -> ShopperProfile:
    """Return the preferences of a shopper as the stylist uses them."""
    preferences = read_preferences(shopper)
    return ShopperProfile(
        palette=tuple(preferences.liked.get("colour", ())),
        styles=tuple(preferences.liked.get("styles", ())),
        occasions=tuple(preferences.occasions),
        disliked=tuple(
            value for name in DISLIKED_FACETS for value in preferences.avoided.get(name, ())
        ),
        sizes={str(place): size for place, size in enumerate(preferences.sizes)},
        about=preferences.text,
    )
