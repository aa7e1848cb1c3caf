"""The similarity of two images of the catalogue."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from core.api.views import validate
from recommendations.answers.comparison import ImageComparison, compare_images
from recommendations.query.match import MATCHES
from tenants.api.base import TenantAPIView
from tenants.models import Scope


class SimilarityInput(serializers.Serializer[Any]):
    images = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=2)


class SharedSerializer(serializers.Serializer[Any]):
    """Facets that both images share; null where one of them has no value."""

    category = serializers.BooleanField(allow_null=True)
    colour = serializers.BooleanField(allow_null=True)
    pattern = serializers.BooleanField(allow_null=True)


class SimilaritySerializer(serializers.Serializer[ImageComparison]):
    similarity = serializers.FloatField(help_text="Cosine, from -1 to 1.")
    match = serializers.ChoiceField(choices=MATCHES, allow_null=True)
    shared = SharedSerializer()


class SimilarityView(TenantAPIView):
    write_scope = Scope.RECOMMEND
    serializer_class = SimilarityInput

    @extend_schema(
        tags=["recommendations"],
        summary="Compare two images of the catalogue",
        responses=SimilaritySerializer,
        examples=[OpenApiExample("Two images", {"images": [IMAGE, OTHER]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        first, second = validate(SimilarityInput(data=request.data))["images"]
        comparison = compare_images(shop=self.shop, first=first, second=second)
        return Response(SimilaritySerializer(comparison).data)
