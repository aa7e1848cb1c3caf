"""A shopper's feed over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.serializers import FacetFilterInput
from recommendations.answers.feed import Step, read_feed
from recommendations.api.search.inputs import MOST_IMAGES, RecommendationInput
from recommendations.api.search.serializers import ResultSerializer
from tenants.api.base import TenantAPIView
from tenants.models import Scope


class FeedInput(serializers.Serializer[Any]):
    """What may be said of a page; the rest follows from the shopper."""

    number_of_images = serializers.IntegerField(min_value=1, max_value=MOST_IMAGES, default=20)
    session = serializers.CharField(max_length=100, required=False)
    cursor = serializers.CharField(max_length=60, required=False)
    explain = serializers.BooleanField(default=False)


class FeedSerializer(serializers.Serializer[Any]):
    """One page of a feed."""

    id = serializers.UUIDField(
        source="answer.prompt.id", help_text="The attribution token of this page."
    )
    step = serializers.ChoiceField(
        choices=[step.value for step in Step],
        help_text="What it was made of, the first that is known: `taste` learned from what the "
        "shopper did, preferences that they `stated`, what this `session` did, what is `popular`, "
        "what is `new`.",
    )
    results = ResultSerializer(source="answer.results", many=True)
    next = serializers.CharField(
        allow_null=True, help_text="The `cursor` of the next page; null where there is none."
    )
    timings_ms = serializers.DictField(
        source="answer.prompt.timings_ms", child=serializers.FloatField()
    )


class FeedView(TenantAPIView):
    read_scope = Scope.RECOMMEND
    serializer_class = FeedSerializer

    @extend_schema(
        tags=["recommendations"],
        summary="Read a page of a shopper's own feed",
        description="A shopper who is not known is treated as new. Facets narrow the feed as they "
        "narrow recommendations: `?category=dress&category=skirt&price_max=80`.",
        parameters=[
            OpenApiParameter("number_of_images", int, description=f"1 to {MOST_IMAGES}; else 20."),
            OpenApiParameter("session", str, description="What the session did counts, too."),
            OpenApiParameter("cursor", str, description="`next` of the page before."),
            OpenApiParameter("explain", bool, description="Say why each image is there."),
        ],
        responses=FeedSerializer,
    )
    def get(self, request: Request, external_id: str) -> Response:
        params = request.query_params
        page = FeedInput(data=params.dict())
        page.is_valid(raise_exception=True)
        asked: dict[str, Any] = {"shopper": external_id}
        asked |= {
            name: page.validated_data[name]
            for name in ("number_of_images", "session")
            if name in page.validated_data
        }
        filters = {
            name: params[name] if name.startswith("price") else params.getlist(name)
            for name in map(str, FacetFilterInput().get_fields())
            if name in params
        }
        serializer = RecommendationInput(
            data={**asked, **({"filters": filters} if filters else {})}
        )
        serializer.is_valid(raise_exception=True)
        cursor = page.validated_data.get("cursor")
        found = read_feed(shop=self.shop, query=serializer.query(), cursor=cursor)
        explain = page.validated_data["explain"]
        context = {**self.get_serializer_context(), "explain": explain}
        body: Any = FeedSerializer(found, context=context).data
        return Response(body)
