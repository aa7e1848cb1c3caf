"""Messages of a conversation, and the answers to them, streamed while they are made."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, ClassVar, TypeVar

import httpx
import structlog
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.streaming import EventStreamRenderer, encode_event, stream_events, wants_events
from core.api.views import NewestFirst, validate
from core.tenancy import run_in_scope
from stylist.api.base import SOURCES, StylistMixin
from stylist.api.outfits import OutfitOutput, outfit_context, serialize_outfits
from stylist.chat.conversations import PendingAnswer, receive_message, store_answer
from stylist.chat.dialogue import converse
from stylist.chat.llm.client import ChatModel, ModelSettings
from stylist.chat.llm.model_choice import find_model
from stylist.chat.shared.answer import ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.tools import ItemLookup
from stylist.chat.shop_tools import ScopedTools, ShopTools
from stylist.models import Conversation, Message, Outfit
from stylist.tagging.taxonomy import get_taxonomy
from tenants.api.base import TenantAPIView

log = structlog.get_logger(__name__)

T = TypeVar("T")

RESPONDERS = ["rules", "model"]
FAILURE = "Something went wrong on our side; the error was recorded."
MAX_MESSAGE_LENGTH = 2_000


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
        row = {
            **vars(message),
            "items": _select(self.context["items"], [item["id"] for item in message.items]),
            "outfits": _select(self.context["outfits"], message.outfits),
            "spoken_by": message.spoken_by or None,
            "fallback": message.fallback or None,
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


async def stream_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> AsyncGenerator[Piece | Message, None]:
    """Yield an answer in pieces, and then the stored message.

    What was answered before the client left or an error occurred is stored as well.
    """
    try:
        async with AsyncExitStack() as stack:
            chat = None
            if model:
                # No proxies from the environment: only the address that operators allow.
                client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
                chat = ChatModel(client, model)
            answer = converse(pending.question, tools=ScopedTools(tools), model=chat)
            async for piece in await stack.enter_async_context(aclosing(answer)):
                pending.pieces.append(piece)
                yield piece
    finally:
        message = await asyncio.shield(_in_thread(lambda: store_answer(pending), tools))
    if message:
        yield message


async def stream_answer_events(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None, request: Request
) -> AsyncIterator[bytes]:
    """Yield the answer as events: `words`, `items` and `outfits`, then `done` or `failed`."""
    try:
        async with aclosing(stream_answer(pending, tools, model)) as pieces:
            async for piece in pieces:
                yield await _make_event(piece, tools, request)
    except Exception:
        log.exception("stylist_failed", message=str(pending.message.pk))
        yield encode_event("failed", {"problem": {"code": "server_error", "detail": FAILURE}})


async def complete_answer(
    pending: PendingAnswer, tools: ShopTools, model: ModelSettings | None
) -> Message | None:
    """Return the whole answer, as it was stored."""
    async with aclosing(stream_answer(pending, tools, model)) as pieces:
        messages = [piece async for piece in pieces if isinstance(piece, Message)]
    return messages[0] if messages else None


async def _make_event(piece: Piece | Message, tools: ShopTools, request: Request) -> bytes:
    if isinstance(piece, TextPiece):
        return encode_event("words", {"text": piece.text})
    if isinstance(piece, ItemsPiece):
        items = NamedItemOutput(piece.items, many=True).data
        return encode_event("items", {"kind": piece.kind, "items": items})
    if isinstance(piece, OutfitsPiece):
        ids = [outfit.id for outfit in piece.outfits]
        outfits = await _in_thread(lambda: _serialize_outfits(ids, request), tools)
        return encode_event("outfits", {"outfits": outfits})
    if isinstance(piece, Message):
        (body,) = await _in_thread(lambda: serialize_messages([piece], tools, request), tools)
        return encode_event("done", body)
    return b""


def _serialize_outfits(ids: list[str], request: Request) -> list[dict[str, object]]:
    rows = {str(pk): row for pk, row in Outfit.objects.in_bulk(ids).items()}
    return serialize_outfits(_select(rows, ids), request)


async def _in_thread(work: Callable[[], T], tools: ShopTools) -> T:
    return await asyncio.to_thread(run_in_scope, work, tools.shop.pk)


@extend_schema(tags=["stylist"])
class MessagesView(StylistMixin, TenantAPIView):
    """The messages of a conversation."""

    serializer_class = MessageOutput
    filter_backends = ()
    pagination_class = NewestFirst
    audited_parts: ClassVar[dict[str, str]] = {"post": "_receive"}

    def get_queryset(self) -> QuerySet[Conversation]:
        rows: QuerySet[Conversation] = Conversation.objects.select_related("shopper", "shop")
        return rows

    def get_renderers(self) -> list[Any]:
        streaming = [EventStreamRenderer()] if self.request.method == "POST" else []
        return [*super().get_renderers(), *streaming]

    @extend_schema(
        summary="List a conversation's messages, newest first",
        operation_id="messages_list",
        responses=MessageOutput(many=True),
    )
    def get(self, request: Request, pk: str) -> Response:
        conversation = self.get_object()
        page = self.paginate_queryset(conversation.messages.all())
        messages = serialize_messages(page or (), self._make_tools(conversation), request)
        return self.get_paginated_response(messages)

    @extend_schema(
        summary="Send a message to the stylist",
        description="With `Accept: text/event-stream` the answer is streamed: `words` events with "
        "the next `text`, `items` and `outfits` as they are found, then `done` with the stored "
        "message, or `failed`. Otherwise the response is the whole message. `spoken_by` is who "
        "answered, the `model` or the `rules`; `fallback` is the reason if the rules answered "
        "because the model failed. Mail addresses, phone and card numbers are removed before the "
        "message is processed.",
        request=MessageInput,
        responses={201: MessageOutput},
        examples=[
            OpenApiExample(
                "A question", {"text": "What goes with my navy jeans?"}, request_only=True
            )
        ],
    )
    def post(self, request: Request, pk: str) -> Any:
        pending, tools = self._receive(request)
        model = find_model(self.shop.pk)
        if wants_events(request):
            events = stream_answer_events(pending, tools, model, request)
            return stream_events(events, status=status.HTTP_201_CREATED)
        message = asyncio.run(complete_answer(pending, tools, model))
        body = serialize_messages([message], tools, request)[0] if message else {}
        return Response(body, status.HTTP_201_CREATED)

    def _receive(self, request: Request) -> tuple[PendingAnswer, ShopTools]:
        conversation = self.get_object()
        text = validate(MessageInput(data=request.data))["text"]
        tools = self._make_tools(conversation)
        return receive_message(conversation=conversation, text=text, taxonomy=tools.taxonomy), tools

    def _make_tools(self, conversation: Conversation) -> ShopTools:
        base = self.request.build_absolute_uri("/").rstrip("/")
        return ShopTools(self.shop, conversation.shopper, get_taxonomy(self.shop.pk), base)
