"""A shopper's feed."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.facets import FacetFilterInput
from core.api.views import validate
from recommendations.answers.feed import FeedPage, FeedStep, read_feed
from recommendations.api.search.inputs import MAX_IMAGES, RecommendationInput
from recommendations.api.search.recommendations import ResultSerializer
from tenants.api.base import TenantAPIView
from tenants.models import Scope


class FeedInput(serializers.Serializer[Any]):
    number_of_images = serializers.IntegerField(min_value=1, max_value=MAX_IMAGES, default=20)
    session = serializers.CharField(max_length=100, required=False)
    cursor = serializers.CharField(max_length=60, required=False)
    explain = serializers.BooleanField(default=False)


class FeedSerializer(serializers.Serializer[FeedPage]):
    """One page of a feed."""

    id = serializers.UUIDField(
        source="answer.prompt.id", help_text="The attribution token of this page."
    )
    step = serializers.ChoiceField(
        choices=[step.value for step in FeedStep],
        help_text="The source of the images. The feed uses the first of these sources that has "
        "data: `taste` learned from the shopper's events, preferences that they `stated`, events "
        "of this `session`, `popular` images, `new` images.",
    )
    results = ResultSerializer(source="answer.results", many=True)
    next = serializers.CharField(
        allow_null=True, help_text="The `cursor` of the next page; null on the last page."
    )
    timings_ms = serializers.DictField(
        source="answer.prompt.timings_ms", child=serializers.FloatField()
    )


class FeedView(TenantAPIView):
    read_scope = Scope.RECOMMEND
    serializer_class = FeedSerializer

    @extend_schema(
        tags=["recommendations"],
        summary="Show one page of a shopper's personal feed",
        description="An unknown shopper is treated as new. Facets filter the feed as they filter "
        "recommendations: `?category=dress&category=skirt&price_max=80`.",
        parameters=[
            OpenApiParameter("number_of_images", int, description=f"1 to {MAX_IMAGES}."),
            OpenApiParameter("session", str, description="Also use the events of this session."),
            OpenApiParameter("cursor", str, description="`next` of the previous page."),
            OpenApiParameter("explain", bool, description="Explain why each image is there."),
        ],
        responses=FeedSerializer,
    )
    def get(self, request: Request, external_id: str) -> Response:
        self.access.require_shopper(external_id)
        params = request.query_params
        options = validate(FeedInput(data=params.dict()))
        body: dict[str, Any] = {"shopper": external_id}
        body |= {name: options[name] for name in ("number_of_images", "session") if name in options}
        filters = {
            name: params[name] if name.startswith("price") else params.getlist(name)
            for name in map(str, FacetFilterInput().get_fields())
            if name in params
        }
        if filters:
            body["filters"] = filters
        query = RecommendationInput(data=body).make_query()
        found = read_feed(shop=self.shop, query=query, cursor=options.get("cursor"))
        context = {**self.get_serializer_context(), "explain": options["explain"]}
        return Response(FeedSerializer(found, context=context).data)
