"""A shopper's feed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.filters import FacetFilterInput, make_facet_filter, read_filters
from core.api.views import validate_parameters
from recommendations.answers.feed import FeedPage, FeedStep, read_feed
from recommendations.api.search.inputs import MAX_IMAGES
from recommendations.api.search.recommendations import ResultSerializer
from recommendations.feedback.shoppers import InvalidShopperId
from recommendations.query import Query
from tenants.api.base import TenantAPIView
from tenants.models import Scope, Shop, is_shopper_id


class FeedInput(FacetFilterInput):
    """Query parameters of a feed; facets filter it."""

    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MAX_IMAGES, default=20, help_text="Maximum number of results."
    )
    session = serializers.CharField(
        max_length=100, required=False, help_text="Also use the events of this session."
    )
    cursor = serializers.CharField(
        max_length=60, required=False, help_text="`next` of the previous page."
    )
    explain = serializers.BooleanField(default=False, help_text="Explain why each image is there.")

    def make_query(self, shop: Shop, shopper: str) -> Query:
        """Return the query of a shopper; raises `ValidationError`."""
        wanted = validate_parameters(self)
        body: dict[str, Any] = {"shopper": shopper}
        body |= {name: wanted[name] for name in ("number_of_images", "session") if name in wanted}
        if filters := read_filters(self):
            body["filters"] = filters
        return Query(
            shopper=shopper,
            session=wanted.get("session", ""),
            count=wanted["number_of_images"],
            facets=make_facet_filter(wanted, shop=shop),
            request=body,
        )


class FeedSerializer(serializers.Serializer[FeedPage]):
    """One page of a feed."""

    id = serializers.UUIDField(
        source="answer.prompt.id", help_text="The attribution token of this page."
    )
    step = serializers.ChoiceField(
        choices=[step.value for step in FeedStep],
        help_text="The source of the images. The feed uses the first of these sources that has "
        "data: a `shared_taste`, learned from the shopper's events and from other shoppers who "
        "chose the same; `taste` learned from their events alone, preferences that they `stated`, "
        "events of this `session`, `popular` images, `new` images.",
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
        parameters=[FeedInput],
        responses=FeedSerializer,
    )
    def get(self, request: Request, external_id: str) -> Response:
        if not is_shopper_id(external_id):
            raise InvalidShopperId
        self.access.require_shopper(external_id)
        wanted = FeedInput(data=request.query_params)
        query = wanted.make_query(self.shop, external_id)
        options = wanted.validated_data
        found = read_feed(shop=self.shop, query=query, cursor=options.get("cursor"))
        context = {**self.get_serializer_context(), "explain": options["explain"]}
        return Response(FeedSerializer(found, context=context).data)
