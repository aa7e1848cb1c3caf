"""Conversations with the stylist, their messages, and the language model that answers."""

import asyncio
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import NewestFirst
from core.api.streaming import EventStreamRenderer, stream_events, wants_events
from recommendations.api.shoppers import EXTERNAL_ID
from stylist.api.answer_stream import complete_answer, stream_answer_events
from stylist.api.base import ShopperMixin, StylistMixin
from stylist.api.message_serializers import (
    ConversationOutput,
    MessageInput,
    MessageOutput,
    ModelInput,
    ModelOutput,
    serialize_messages,
)
from stylist.chat import conversations
from stylist.chat.llm.model_choice import choose_model, find_model
from stylist.chat.shop_tools import ShopTools
from stylist.models import Conversation, StylistSettings
from stylist.tagging.shop_taxonomy import get_taxonomy
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent


@extend_schema(tags=["stylist"])
class ShopperConversationsView(ShopperMixin, TenantAPIView):
    """A shopper's conversations."""

    serializer_class = ConversationOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Conversation]:
        rows: QuerySet[Conversation] = Conversation.objects.with_first_words()
        rows = rows.select_related("shopper")
        return rows.filter(shopper=self.shopper).exclude(shopper=None)

    @extend_schema(
        summary="List a shopper's conversations, newest first",
        operation_id="conversations_list",
        parameters=[EXTERNAL_ID],
        responses=ConversationOutput(many=True),
    )
    def get(self, request: Request, external_id: str) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ConversationOutput(page, many=True).data)

    @extend_schema(
        summary="Begin a conversation",
        description="Creates the shopper if they are new.",
        parameters=[EXTERNAL_ID],
        request=None,
        responses={201: ConversationOutput},
    )
    @idempotent
    def post(self, request: Request, external_id: str) -> Response:
        row = conversations.begin_conversation(shop=self.shop, external_id=external_id)
        return Response(ConversationOutput(row).data, status.HTTP_201_CREATED)


@extend_schema_view(
    retrieve=extend_schema(summary="Show a conversation", responses=ConversationOutput),
    destroy=extend_schema(
        summary="Delete a conversation",
        responses={
            204: OpenApiResponse(description="The conversation and its messages are deleted.")
        },
    ),
)
@extend_schema(tags=["stylist"])
class ConversationViewSet(
    StylistMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, TenantViewSet
):
    """One conversation."""

    serializer_class = ConversationOutput
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Conversation]:
        rows: QuerySet[Conversation] = Conversation.objects.with_first_words()
        return rows.select_related("shopper", "shop")


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
        pending = conversations.receive_message(
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


@extend_schema(tags=["stylist"])
class ModelView(StylistMixin, TenantAPIView):
    """The language model of the shop's stylist."""

    serializer_class = ModelOutput

    @extend_schema(summary="Show the stylist's language model", responses=ModelOutput)
    def get(self, request: Request) -> Response:
        chosen = StylistSettings.objects.filter(shop=self.shop).first() or StylistSettings()
        body = {
            "server": chosen.model_server,
            "name": chosen.model_name,
            "has_key": bool(chosen.model_key),
            "speaks": "model" if find_model(self.shop.pk) else "rules",
        }
        return Response(ModelOutput(body).data)

    @extend_schema(
        summary="Choose the stylist's language model",
        description="One of the servers that the operators allow; an empty `server` selects the "
        "installation's. The key is stored encrypted and never returned.",
        request=ModelInput,
        responses=ModelOutput,
    )
    def patch(self, request: Request) -> Response:
        data = ModelInput(data=request.data)
        data.is_valid(raise_exception=True)
        choose_model(shop=self.shop, **data.validated_data)
        return self.get(request)
