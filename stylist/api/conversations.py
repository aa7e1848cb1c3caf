"""Conversations of a shopper with the stylist."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import NewestFirst
from recommendations.api.shoppers import EXTERNAL_ID
from stylist.api.base import ShopperMixin, StylistMixin
from stylist.chat.conversations import begin_conversation
from stylist.models import Conversation
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent


class ConversationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    shopper = serializers.CharField(
        source="shopper.external_id", help_text="Your own id of the customer."
    )
    begins_with = serializers.CharField(
        help_text="The beginning of the first message; empty before it."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


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
        row = begin_conversation(shop=self.shop, external_id=external_id)
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
