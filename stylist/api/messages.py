"""Messages of a conversation, and the answers to them."""

import asyncio
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import NewestFirst
from core.api.streaming import EventStreamRenderer, stream_events, wants_events
from stylist.api.answer_stream import complete_answer, stream_answer_events
from stylist.api.base import StylistMixin
from stylist.api.message_serializers import MessageInput, MessageOutput, serialize_messages
from stylist.chat.conversations import receive_message
from stylist.chat.llm.model_choice import find_model
from stylist.chat.shop_tools import ShopTools
from stylist.models import Conversation
from stylist.tagging.shop_taxonomy import get_taxonomy
from tenants.api.base import TenantAPIView


@extend_schema(tags=["stylist"])
class MessagesView(StylistMixin, TenantAPIView):
    """The messages of a conversation."""

    serializer_class = MessageOutput
    filter_backends = ()
    pagination_class = NewestFirst

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
        conversation = self.get_object()
        data = MessageInput(data=request.data)
        data.is_valid(raise_exception=True)
        tools, model = self._make_tools(conversation), find_model(self.shop.pk)
        pending = receive_message(
            conversation=conversation, text=data.validated_data["text"], taxonomy=tools.taxonomy
        )
        if wants_events(request):
            events = stream_answer_events(pending, tools, model, request)
            return stream_events(events, status=status.HTTP_201_CREATED)
        message = asyncio.run(complete_answer(pending, tools, model))
        body = serialize_messages([message], tools, request)[0] if message else {}
        return Response(body, status.HTTP_201_CREATED)

    def _make_tools(self, conversation: Conversation) -> ShopTools:
        base = self.request.build_absolute_uri("/").rstrip("/")
        return ShopTools(self.shop, conversation.shopper, get_taxonomy(self.shop.pk), base)
