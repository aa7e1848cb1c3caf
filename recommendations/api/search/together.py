"""Views of the products that shoppers buy and like together with another one."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.filters import FacetFilterInput, make_facet_filter, read_filters
from catalog.models import Image
from core.api.views import validate_parameters
from recommendations.answers.together import TogetherAnswer, TogetherSource, find_together
from recommendations.api.search.inputs import MAX_IMAGES
from recommendations.api.search.recommendations import ResultSerializer
from recommendations.query import Query
from tenants.api.base import TenantAPIView
from tenants.models import Scope, Shop

ANSWER = {
    "id": "0195f7a0-6c1e-7d3a-8f52-3b1c9a7e4d20",
    "found_by": "liked_together",
    "is_fallback": True,
    "results": [],
    "timings_ms": {"total": 9.1, "search": 4.4, "rank": 1.2},
}
SIMILAR_ANSWER = {**ANSWER, "found_by": "similar"}


class TogetherInput(FacetFilterInput):
    """Query parameters of what is bought or liked together; facets filter it."""

    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MAX_IMAGES, default=10, help_text="Maximum number of results."
    )

    def make_query(self, shop: Shop, image: UUID, wanted: TogetherSource) -> Query:
        """Return the query; raises `ValidationError`."""
        values = validate_parameters(self)
        count = values["number_of_images"]
        body: dict[str, Any] = {"images": [{"id": str(image)}], "number_of_images": count}
        body["together"] = wanted
        if filters := read_filters(self):
            body["filters"] = filters
        return Query(count=count, facets=make_facet_filter(values, shop=shop), request=body)


class TogetherSerializer(serializers.Serializer[TogetherAnswer]):
    """Products that go with one, one image of each, and the source that they have."""

    id = serializers.UUIDField(
        source="answer.prompt.id", help_text="The attribution token of this answer."
    )
    found_by = serializers.ChoiceField(
        source="source",
        choices=[source.value for source in TogetherSource],
        help_text="The source of all results: products of the same orders (`bought_together`), "
        "products that the same shoppers chose (`liked_together`), `similar` photos, or `popular` "
        "products.",
    )
    is_fallback = serializers.BooleanField(
        help_text="True if there is nothing of what you asked for yet, and the results have "
        "another source: show them under another title, or not at all."
    )
    results = ResultSerializer(source="answer.results", many=True)
    timings_ms = serializers.DictField(
        source="answer.prompt.timings_ms", child=serializers.FloatField()
    )


class TogetherView(TenantAPIView):
    """Base of the two lists; a subclass names its source."""

    read_scope = Scope.RECOMMEND
    serializer_class = TogetherSerializer
    wanted: ClassVar[TogetherSource]

    def find(self, request: Request, pk: UUID) -> Response:
        image = Image.objects.live().filter(pk=pk).first()
        if image is None:
            raise Http404
        parameters = TogetherInput(data=request.query_params)
        query = parameters.make_query(self.shop, pk, self.wanted)
        found = find_together(shop=self.shop, image=image, wanted=self.wanted, query=query)
        return Response(TogetherSerializer(found, context=self.get_serializer_context()).data)


class BoughtTogetherView(TogetherView):
    wanted = TogetherSource.BOUGHT_TOGETHER

    @extend_schema(
        tags=["recommendations"],
        summary="Find what is often bought together with the product of an image",
        description="Products that are in the same orders more often than by chance: all that a "
        "shopper buys on one day is an order, and at least three orders have both products. "
        "Without any, the answer has those that are liked together, else similar ones, else "
        "popular ones, and says so. Sold-out and hidden products are left out. "
        "Facets filter the answer as they filter recommendations.",
        parameters=[TogetherInput],
        responses=TogetherSerializer,
        examples=[OpenApiExample("A fallback", ANSWER, response_only=True)],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self.find(request, pk)


class LikedTogetherView(TogetherView):
    wanted = TogetherSource.LIKED_TOGETHER

    @extend_schema(
        tags=["recommendations"],
        summary="Find what shoppers who liked the product of an image liked, too",
        description="Products that the same shoppers clicked, liked, put into the cart or bought "
        "more often than by chance, of at least three shoppers. Clicks far down in an answer count "
        "more. Without any, the answer has similar products, else popular ones, and says so. "
        "Sold-out and hidden products are left out. Facets filter the answer as they filter "
        "recommendations.",
        parameters=[TogetherInput],
        responses=TogetherSerializer,
        examples=[OpenApiExample("A fallback", SIMILAR_ANSWER, response_only=True)],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self.find(request, pk)
