"""Asking, and what was asked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from recommendations import services
from recommendations.models import Prompt
from recommendations.ranking import Match
from recommendations.serializers import (
    PromptSerializer,
    RecommendationInput,
    RecommendationSerializer,
)
from tenants.api import TenantAPIView, TenantViewSet
from tenants.idempotency import idempotent
from tenants.models import Scope


class RecommendationView(TenantAPIView):
    write_scope = Scope.RECOMMEND
    serializer_class = RecommendationInput
    # Filters are nested, which forms cannot say.
    parser_classes = (JSONParser,)

    @extend_schema(
        tags=["recommendations"],
        summary="Find the images that fit a prompt best",
        responses={201: RecommendationSerializer},
        examples=[
            OpenApiExample(
                "A prompt",
                {"prompt": "red dress with floral patterns", "number_of_images": 5},
                request_only=True,
            ),
            OpenApiExample(
                "A prompt with filters",
                {
                    "prompt": "something warm for the evening",
                    "number_of_images": 10,
                    "filters": {"category": ["sweater", "hoodie"], "price_max": "80.00"},
                    "min_match": "weak",
                },
                request_only=True,
            ),
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = RecommendationInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        answer = services.recommend(
            shop=self.shop,
            prompt=data["prompt"],
            count=data["number_of_images"],
            facets=serializer.facet_filter(),
            min_match=Match(data["min_match"]),
            filters=serializer.initial_data.get("filters") or {},
        )
        body: Any = RecommendationSerializer(answer, context=self.get_serializer_context()).data
        return Response(body, status.HTTP_201_CREATED)


@extend_schema_view(
    list=extend_schema(summary="List what was asked, the latest first"),
    retrieve=extend_schema(summary="Show one prompt with its answer"),
)
@extend_schema(tags=["recommendations"])
class PromptViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    read_scope = Scope.CATALOG_READ
    serializer_class = PromptSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Prompt]:
        prompts: QuerySet[Prompt] = Prompt.objects.all()
        return prompts
