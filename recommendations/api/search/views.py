"""Asking, and what was asked."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from catalog.models import Image
from core.api.parsers import JSONParser
from recommendations import services
from recommendations.answers.comparison import compare
from recommendations.api.search.inputs import (
    MOST_IMAGES,
    MOST_PHOTOS,
    RecommendationInput,
    form_query,
)
from recommendations.api.search.serializers import (
    PromptSerializer,
    RecommendationSerializer,
    SimilarityInput,
    SimilaritySerializer,
)
from recommendations.models import Prompt
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

# Stands for a second image in examples.


class RecommendationView(TenantAPIView):
    write_scope = Scope.RECOMMEND
    serializer_class = RecommendationInput
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(
        tags=["recommendations"],
        summary="Find the images that fit a query best",
        description="Any mix of a prompt, weighted terms, images of the catalogue, photos and a "
        "shopper. With photos: a form with files named `photo`, and the rest as JSON in a field "
        "`query`.",
        request={"application/json": RecommendationInput},
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
            OpenApiExample(
                "Weighted terms, explained",
                {
                    "terms": [
                        {"text": "red t-shirt", "weight": 1},
                        {"text": "buttons", "weight": -0.4},
                    ],
                    "diversity": 0.4,
                    "explain": True,
                },
                request_only=True,
            ),
            OpenApiExample(
                "Like this image, in blue, for a shopper",
                {
                    "images": [{"id": IMAGE, "weight": 1}],
                    "terms": [{"text": "blue", "weight": 0.5}],
                    "shopper": "customer-4711",
                },
                request_only=True,
            ),
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        photos: list[Any] = []
        asked: Any = request.data
        if hasattr(request.data, "getlist"):
            photos = request.data.getlist("photo")[: MOST_PHOTOS + 1]
            asked = form_query(request.data)
        serializer = RecommendationInput(data=asked, context={"photos": photos})
        serializer.is_valid(raise_exception=True)
        answer = services.recommend(shop=self.shop, query=serializer.query())
        return self._answer(answer, explain=serializer.validated_data["explain"])

    def _answer(self, answer: services.Recommendation, *, explain: bool) -> Response:
        context = {**self.get_serializer_context(), "explain": explain}
        body: Any = RecommendationSerializer(answer, context=context).data
        return Response(body, status.HTTP_201_CREATED)


class SimilarImagesView(TenantAPIView):
    read_scope = Scope.RECOMMEND
    serializer_class = RecommendationSerializer

    @extend_schema(
        tags=["recommendations"],
        summary="Find the images most like one of the catalogue",
        description="Short for a recommendation with this image alone.",
        parameters=[
            OpenApiParameter("number_of_images", int, description=f"1 to {MOST_IMAGES}."),
        ],
        responses=RecommendationSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        if not Image.objects.live().filter(pk=pk).exists():
            raise Http404
        asked: dict[str, Any] = {"images": [{"id": str(pk)}]}
        if "number_of_images" in request.query_params:
            asked["number_of_images"] = request.query_params["number_of_images"]
        serializer = RecommendationInput(data=asked)
        serializer.is_valid(raise_exception=True)
        source = Prompt.Source.SIMILAR
        answer = services.recommend(shop=self.shop, query=serializer.query(), source=source)
        body: Any = RecommendationSerializer(answer, context=self.get_serializer_context()).data
        return Response(body)


class SimilarityView(TenantAPIView):
    write_scope = Scope.RECOMMEND
    serializer_class = SimilarityInput

    @extend_schema(
        tags=["recommendations"],
        summary="Say how alike two images of the catalogue are",
        responses=SimilaritySerializer,
        examples=[
            OpenApiExample(
                "Two images",
                {"images": [IMAGE, OTHER]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        serializer = SimilarityInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        first, second = serializer.validated_data["images"]
        comparison = compare(shop=self.shop, first=first, second=second)
        body: Any = SimilaritySerializer(comparison).data
        return Response(body)


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
