"""Conversations with the stylist: parse, one call, answer."""

import asyncio
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import NewestFirst
from core.api.streaming import EventStreamRenderer, stream_events, wants_events
from recommendations.api.shoppers import EXTERNAL_ID
from stylist.api.answer_stream import complete_answer, stream_events_of
from stylist.api.base import ShopperMixin, StylistMixin
from stylist.api.message_serializers import (
    ConversationOutput,
    MessageInput,
    MessageOutput,
    ModelInput,
    ModelOutput,
    show_message,
    show_messages,
)
from stylist.chat import conversations
from stylist.chat.llm.servers import choose_model, find_model
from stylist.chat.shop_tools import ShopTools
from stylist.models import Conversation, StylistSettings
from stylist.tagging.shop_taxonomy import taxonomy_of
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent


def show_conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.pk),
        "shopper": conversation.shopper.external_id,
        "begins_with": conversation.begins_with,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
    }


@extend_schema(tags=["stylist"])
class ShopperConversationsView(ShopperMixin, TenantAPIView):
    """A shopper's conversations."""

    serializer_class = ConversationOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Conversation]:
        kept: QuerySet[Conversation] = Conversation.objects.with_first_words()
        kept = kept.select_related("shopper")
        return kept.filter(shopper=self.shopper).exclude(shopper=None)

    @extend_schema(
        summary="List a shopper's conversations, the newest first",
        operation_id="conversations_list",
        parameters=[EXTERNAL_ID],
        responses=ConversationOutput(many=True),
    )
    def get(self, request: Request, external_id: str) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([show_conversation(row) for row in page or ()])

    @extend_schema(
        summary="Begin a conversation",
        description="A shopper who is not known yet is added.",
        parameters=[EXTERNAL_ID],
        request=None,
        responses={201: ConversationOutput},
    )
    @idempotent
    def post(self, request: Request, external_id: str) -> Response:
        begun = conversations.begin_conversation(shop=self.shop, external_id=external_id)
        return Response(show_conversation(begun), status.HTTP_201_CREATED)


@extend_schema_view(
    retrieve=extend_schema(summary="Show a conversation", responses=ConversationOutput),
    destroy=extend_schema(
        summary="Forget a conversation",
        responses={204: OpenApiResponse(description="Nothing is kept of it any more.")},
    ),
)
@extend_schema(tags=["stylist"])
class ConversationViewSet(StylistMixin, mixins.DestroyModelMixin, TenantViewSet):
    """One conversation."""

    serializer_class = ConversationOutput
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Conversation]:
        kept: QuerySet[Conversation] = Conversation.objects.with_first_words()
        return kept.select_related("shopper", "shop")

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(show_conversation(self.get_object()))


@extend_schema(tags=["stylist"])
class MessagesView(StylistMixin, TenantAPIView):
    """What was said in a conversation, and the next word."""

    serializer_class = MessageOutput
    filter_backends = ()
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Conversation]:
        kept: QuerySet[Conversation] = Conversation.objects.select_related("shopper", "shop")
        return kept

    def get_renderers(self) -> list[Any]:
        told = [EventStreamRenderer()] if self.request.method == "POST" else []
        return [*super().get_renderers(), *told]

    @extend_schema(
        summary="List a conversation's messages, the newest first",
        operation_id="messages_list",
        responses=MessageOutput(many=True),
    )
    def get(self, request: Request, pk: str) -> Response:
        conversation = self.get_object()
        page = self.paginate_queryset(conversation.messages.all())
        tools = self._tools(conversation)
        return self.get_paginated_response(show_messages(page or (), tools, request))

    @extend_schema(
        summary="Say something to the stylist",
        description="With `Accept: text/event-stream` the answer is told as it is made: `words` "
        "with the next `text`, `items` and `outfits` as they are found, then `done` with the "
        "message as it is kept, or `failed`. Otherwise the whole message is answered. "
        "`spoken_by` says who spoke, the `model` or the `rules`, and `fallback` why the rules did "
        "in the model's place. Mail addresses, phone and card numbers are taken out before "
        "anybody reads them.",
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
        tools, model = self._tools(conversation), find_model(self.shop.pk)
        pending = conversations.receive_message(
            conversation=conversation, text=data.validated_data["text"]
        )
        if wants_events(request):
            return stream_events(
                stream_events_of(pending, tools, model, request), status=status.HTTP_201_CREATED
            )
        message = asyncio.run(complete_answer(pending, tools, model))
        body = show_message(message, tools, request) if message else {}
        return Response(body, status.HTTP_201_CREATED)

    def _tools(self, conversation: Conversation) -> ShopTools:
        base = self.request.build_absolute_uri("/").rstrip("/")
        return ShopTools(self.shop, conversation.shopper, taxonomy_of(self.shop.pk), base)


@extend_schema(tags=["stylist"])
class ModelView(StylistMixin, TenantAPIView):
    """The language model that the shop's stylist speaks with."""

    serializer_class = ModelOutput

    @extend_schema(summary="Show the stylist's language model", responses=ModelOutput)
    def get(self, request: Request) -> Response:
        chosen = StylistSettings.objects.filter(shop=self.shop).first()
        model = find_model(self.shop.pk)
        return Response(
            {
                "server": chosen.model_server if chosen else "",
                "name": chosen.model_name if chosen else "",
                "has_key": bool(chosen and chosen.model_key),
                "speaks": "model" if model else "rules",
            }
        )

    @extend_schema(
        summary="Choose the stylist's language model",
        description="Of the servers that the operators allow; an empty `server` goes back to the "
        "installation's. The key is kept encrypted and never shown.",
        request=ModelInput,
        responses=ModelOutput,
    )
    def patch(self, request: Request) -> Response:
        data = ModelInput(data=request.data)
        data.is_valid(raise_exception=True)
        choose_model(shop=self.shop, **data.validated_data)
        return self.get(request)
