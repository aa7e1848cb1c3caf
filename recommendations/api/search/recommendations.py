"""Recommendations: images for a query, images similar to one, and stored prompts."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from catalog.api.filters import (
    FACET_COUNTS_HELP,
    FacetCountSerializer,
    FacetFilterInput,
    make_facets_field,
    read_filters,
)
from catalog.api.image_serializers import PUBLIC_FIELDS, PublicImageSerializer
from catalog.models import Image
from core.api.parsers import JSONParser, MultiPartParser
from core.api.views import validate, validate_parameters
from recommendations.answers.facets import MAX_COUNTED
from recommendations.answers.results import AlternativeReason, Alternatives
from recommendations.api.search.inputs import (
    CURSOR_HELP,
    MAX_IMAGES,
    MIN_MATCH_HELP,
    SORT_HELP,
    RecommendationForm,
    RecommendationInput,
)
from recommendations.models import Prompt
from recommendations.query import AnswerOrder
from recommendations.ranking.match import MATCHES, Match
from recommendations.ranking.rank import PlacedBy
from recommendations.services import (
    ImageComparison,
    Recommendation,
    Result,
    compare_images,
    recommend,
)
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

EXAMPLES = {
    "A prompt": {"prompt": "red dress with floral patterns", "number_of_images": 5},
    "A prompt in another language": {"prompt": "rotes Kleid mit Blumen", "number_of_images": 5},
    "A prompt with filters": {
        "prompt": "something warm for the evening",
        "number_of_images": 10,
        "filters": {"category": ["sweater", "hoodie"], "price_max": "80.00"},
        "min_match": "weak",
    },
    "In a size, below a price, with counts for the next choice": {
        "prompt": "red dress",
        "filters": {"size": ["38"], "availability": ["in_stock"], "price_max": "80.00"}
        | {"currency": "EUR"},
        "sort": "price",
        "facets": ["size", "colour", "brand"],
    },
    "Weighted terms, explained": {
        "terms": [{"text": "red t-shirt", "weight": 1}, {"text": "buttons", "weight": -0.4}],
        "diversity": 0.4,
        "explain": True,
    },
    "Filters alone": {
        "filters": {"category": ["dress"], "colour": ["red"]},
        "facets": ["size", "brand"],
    },
    "Like this image, in blue, for a shopper": {
        "images": [{"id": IMAGE, "weight": 1}],
        "terms": [{"text": "blue", "weight": 0.5}],
        "shopper": "customer-4711",
    },
}

ANSWER = {
    "id": "0195f7a0-6c1e-7d3a-8f52-3b1c9a7e4d20",
    "understood": {
        "language": "de",
        "searched_for": "red dress with flowers",
        "unknown_words": [],
        "chips": [
            {"kind": "price", "text": "unter 50 Euro", "value": "–50 EUR"}
            | {"without": "rotes Kleid mit Blumen", "is_applied": True}
        ],
        "corrections": [],
        "nearest": [],
        "synonyms": [],
    },
    "results": [],
    "alternatives": None,
    "answered_by": ["encoder", "index"],
    "next": "0195f7a0-6c1e-7d3a-8f52-3b1c9a7e4d20",
    "facets": {"size": [{"value": "EU 38", "count": 14, "up_to": None}]},
    "related_searches": ["red midi dress", "floral summer dress"],
    "timings_ms": {"total": 21.5, "encode": 9.2, "search": 6.4, "rank": 1.9},
}


SCORE_HELP = (
    "Answers are in this order, but for diversity. From 0 to 1, and the same in every answer: from "
    "2/3 for a `strong` match, from 1/3 for a `weak` one or one that is not known, below for "
    "`none`; within these thirds by relevance, taste, popularity and rules."
)


class ExplanationSerializer(serializers.Serializer[Any]):
    """The reasons for an image's position; the factors add up to its score."""

    factors = serializers.DictField(child=serializers.FloatField())
    sentence = serializers.CharField()


class ResultSerializer(PublicImageSerializer):
    """The image's public fields, its score and its match."""

    score = serializers.FloatField(read_only=True, help_text=SCORE_HELP)
    similarity = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Cosine to the query, from -1 to 1."
    )
    garment = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="The number of the garment in the photo that has this similarity, 0 for the main "
        "one; null if it is that of the whole photo.",
    )
    match = serializers.ChoiceField(
        choices=MATCHES,
        read_only=True,
        allow_null=True,
        help_text="At most `weak` for an image of another kind of garment, colour or pattern than "
        "the prompt names, and at least `weak` for one of its kind. `strong` for one that is known "
        "to be all that the prompt says. Null until the shop's index is calibrated for the first "
        "time.",
    )
    placed_by = serializers.ChoiceField(
        choices=[placement.value for placement in PlacedBy],
        read_only=True,
        allow_null=True,
        help_text="What put the image in its place instead of its match and score: a `rule` of the "
        "shop that pins it or, in a feed, `discovery`. Else null.",
    )
    explanation = ExplanationSerializer(
        required=False, help_text="Only if the request sets `explain`."
    )

    class Meta(PublicImageSerializer.Meta):
        fields = (
            *PUBLIC_FIELDS,
            *("score", "similarity", "garment", "match", "placed_by", "explanation"),
        )
        read_only_fields = fields

    def to_representation(self, instance: Any) -> Any:
        """Return the public fields as search read them; fields of a model would cost more time."""
        result: Result = instance
        url, thumbnails = result.image["photo_url"], result.image["thumbnails"]
        if request := self.context.get("request"):
            url = request.build_absolute_uri(url)
            thumbnails = [
                {**found, "url": request.build_absolute_uri(found["url"])} for found in thumbnails
            ]
        body: dict[str, Any] = {
            **result.image,
            "photo_url": url,
            "thumbnails": thumbnails,
            "score": result.score,
            "similarity": result.similarity,
            "garment": result.garment,
            "match": result.match,
            "placed_by": result.placed_by,
        }
        if self.context.get("explain"):
            body["explanation"] = ExplanationSerializer(result).data
        return body


class ChipSerializer(serializers.Serializer[Any]):
    """Something that the texts were taken to name."""

    kind = serializers.CharField(
        help_text="`price`, `size`, `reduced`, `new`, `person`, `excluded`, `kind`, `colour` or "
        "`pattern`."
    )
    text = serializers.CharField(help_text="The words that name it.")
    value = serializers.CharField(help_text="What they stand for: `–50 EUR`, `floral`, `sneakers`.")
    without = serializers.CharField(help_text="The prompt without it, to search for instead.")
    is_applied = serializers.BooleanField(
        help_text="False for a size that no variant has, for a price while no currency is known, "
        "and for what the request's own filters decide."
    )


class CorrectionSerializer(serializers.Serializer[Any]):
    """A word that was taken for another; `understand: false` searches for it as it is written."""

    written = serializers.CharField()
    corrected = serializers.CharField()


class SynonymUseSerializer(serializers.Serializer[Any]):
    """A phrase of the query and what else it means to the shop."""

    phrase = serializers.CharField(help_text="As it is written in the query.")
    meanings = serializers.ListField(child=serializers.CharField())


class UnderstandingSerializer(serializers.Serializer[Any]):
    """How the query's texts were understood."""

    language = serializers.CharField(
        allow_null=True,
        help_text="Code of the language (ISO 639-1); null if no word of the texts is known, and "
        "for a multilingual encoder, which gets them as they are.",
    )
    searched_for = serializers.CharField(
        help_text="The text that was encoded: English for prompts in another language."
    )
    unknown_words = serializers.ListField(
        child=serializers.CharField(),
        help_text="Words whose look the encoder was not taught. Numbers, sizes, prices and brands "
        "of the catalogue are not among them. Empty for English with an encoder that does not list "
        "its words.",
    )
    chips = ChipSerializer(
        many=True,
        required=False,
        help_text="What the texts were taken to name. Prices, sizes and sales are filters on "
        "variants, what is excluded is not in the answer, and the others only describe.",
    )
    corrections = CorrectionSerializer(
        many=True, required=False, help_text="Words that were spelt otherwise."
    )
    nearest = CorrectionSerializer(
        many=True,
        required=False,
        help_text="Known words that unknown ones are spelt like, to offer: they were not searched "
        "for.",
    )
    synonyms = SynonymUseSerializer(
        many=True,
        default=(),
        help_text="The shop's synonyms for phrases of the query. Images with their words are found "
        "too; `searched_for` has those whose phrase the encoder does not know.",
    )


class AlternativesSerializer(serializers.Serializer[Alternatives]):
    """What an empty answer has instead of results."""

    reason = serializers.ChoiceField(
        choices=[reason.value for reason in AlternativeReason],
        help_text="The `nearest` images; for a prompt that is not about clothing, or has no known "
        "word, `popular` and new ones.",
    )
    results = ResultSerializer(many=True)


class RecommendationSerializer(serializers.Serializer[Recommendation]):
    id = serializers.UUIDField(
        source="prompt.id", help_text="The attribution token of this answer."
    )
    understood = UnderstandingSerializer(
        allow_null=True, help_text="Null if the query has no texts."
    )
    results = ResultSerializer(many=True)
    alternatives = AlternativesSerializer(
        allow_null=True,
        help_text="Only if there are no results: images that do not match as well as requested.",
    )
    answered_by = serializers.ListField(
        source="prompt.answered_by",
        child=serializers.ChoiceField(choices=["cache", "encoder", "index", "exact"]),
        help_text="First the source of the query's vector: `cache` or `encoder`; missing if the "
        "catalogue has the vector. Then the search: the vector `index`, or `exact` comparison "
        "with every image if the index is unavailable.",
    )
    next = serializers.UUIDField(
        allow_null=True,
        help_text="The `cursor` of the next page; null on the last page, which may be empty.",
    )
    facets = serializers.DictField(
        child=FacetCountSerializer(many=True),
        allow_null=True,
        help_text=f"{FACET_COUNTS_HELP} The {MAX_COUNTED:,} images count that are nearest to the "
        "query; without one, all that pass the filters. Null unless the request names facets.",
    )
    related_searches = serializers.ListField(
        source="related",
        child=serializers.CharField(),
        allow_null=True,
        help_text="Up to 8 prompts that shoppers asked in the same sessions or for the same "
        "products, the nearest first; each was asked by at least 5 shoppers or sessions. Computed "
        "every night. Null unless the request sets `related`.",
    )
    timings_ms = serializers.DictField(source="prompt.timings_ms", child=serializers.FloatField())

    def to_representation(self, instance: Any) -> Any:
        """Return the parts of an answer; making these fields for each one would take longer."""
        answer: Recommendation = instance
        write_result = ResultSerializer(context=self.context).to_representation
        understood, found, facets = answer.understood, answer.alternatives, answer.facets
        return {
            "id": str(answer.prompt.pk),
            "understood": understood and _UNDERSTANDING.to_representation(understood),
            "results": [write_result(result) for result in answer.results],
            "alternatives": found
            and {"reason": found.reason, "results": [write_result(each) for each in found.results]},
            "answered_by": answer.prompt.answered_by,
            "next": answer.next and str(answer.next),
            "facets": facets
            and {
                name: [_FACET_COUNT.to_representation(count) for count in counts]
                for name, counts in facets.items()
            },
            "related_searches": answer.related,
            "timings_ms": answer.prompt.timings_ms,
        }


_UNDERSTANDING, _FACET_COUNT = UnderstandingSerializer(), FacetCountSerializer()


class RecommendationView(TenantAPIView):
    write_scope = Scope.RECOMMEND
    reading_methods = ("POST",)
    serializer_class = RecommendationInput
    parser_classes = (JSONParser, MultiPartParser)
    source = Prompt.Source.SEARCH

    @extend_schema(
        tags=["recommendations"],
        summary="Find the images that fit a query best",
        description="Any mix of a prompt, weighted terms, images of the catalogue, photos and a "
        "shopper. Filters alone return all that passes them, popular and new products first. To "
        "send photos, use a form with files named `photo`, and everything else as JSON in a field "
        "named `query`. With a publishable key, the shopper is that of the shopper token.",
        request={
            "application/json": RecommendationInput,
            "multipart/form-data": RecommendationForm,
        },
        responses={
            201: RecommendationSerializer,
            404: OpenApiResponse(description="The shopper is not that of the page's token."),
        },
        examples=[
            *(OpenApiExample(name, body, request_only=True) for name, body in EXAMPLES.items()),
            OpenApiExample("How a prompt was understood", ANSWER, response_only=True),
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        photos: list[Any] = []
        body: Any = request.data
        if isinstance(body, QueryDict):
            form = validate(RecommendationForm(data=body))
            photos, body = form.get("photo", []), form.get("query", {})
        if isinstance(body, dict) and self.access.shopper is not None:
            body = {"shopper": self.access.shopper, **body}
        serializer = RecommendationInput(data=body, context={"photos": photos})
        if shopper := validate(serializer).get("shopper"):
            self.access.require_shopper(shopper)
        query = serializer.make_query(self.shop)
        answer = recommend(shop=self.shop, query=query, source=self.source)
        explain = serializer.validated_data["explain"]
        context = {**self.get_serializer_context(), "explain": explain}
        return Response(
            RecommendationSerializer(answer, context=context).data, status.HTTP_201_CREATED
        )


class SimilarImagesInput(FacetFilterInput):
    """Query parameters of similar images; facets filter them."""

    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MAX_IMAGES, default=10, help_text="Maximum number of results."
    )
    sort = serializers.ChoiceField(
        choices=[order.value for order in AnswerOrder],
        default=AnswerOrder.RELEVANCE.value,
        help_text=SORT_HELP,
    )
    min_match = serializers.ChoiceField(
        choices=MATCHES, default=Match.WEAK.value, help_text=MIN_MATCH_HELP
    )
    cursor = serializers.UUIDField(required=False, help_text=CURSOR_HELP)
    facets = make_facets_field()


class SimilarImagesView(TenantAPIView):
    read_scope = Scope.RECOMMEND
    serializer_class = RecommendationSerializer

    @extend_schema(
        tags=["recommendations"],
        summary="Find the images most similar to one of the catalogue",
        description="The same as a recommendation with this image as its only part. Facets filter "
        "it as they filter recommendations: `?kind=dress&pattern=floral&colour=red`.",
        parameters=[SimilarImagesInput],
        responses={
            200: RecommendationSerializer,
            409: OpenApiResponse(description="The image is not indexed yet."),
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        if not Image.objects.live().filter(pk=pk).exists():
            raise Http404
        parameters = SimilarImagesInput(data=request.query_params)
        wanted = validate_parameters(parameters)
        body: dict[str, Any] = {
            "images": [{"id": str(pk)}],
            "number_of_images": wanted["number_of_images"],
        }
        if wanted["sort"] != AnswerOrder.RELEVANCE:
            body["sort"] = wanted["sort"]
        if wanted["min_match"] != Match.WEAK:
            body["min_match"] = wanted["min_match"]
        if "cursor" in wanted:
            body["cursor"] = str(wanted["cursor"])
        if "facets" in wanted:
            body["facets"] = wanted["facets"]
        if filters := read_filters(parameters):
            body["filters"] = filters
        query = RecommendationInput(data=body).make_query(self.shop)
        answer = recommend(shop=self.shop, query=query, source=Prompt.Source.SIMILAR)
        context = self.get_serializer_context()
        return Response(RecommendationSerializer(answer, context=context).data)


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
    reading_methods = ("POST",)
    serializer_class = SimilarityInput

    @extend_schema(
        tags=["recommendations"],
        summary="Compare two images of the catalogue",
        responses={
            200: SimilaritySerializer,
            404: OpenApiResponse(description="The shop has no such image."),
        },
        examples=[OpenApiExample("Two images", {"images": [IMAGE, OTHER]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        first, second = validate(SimilarityInput(data=request.data))["images"]
        comparison = compare_images(shop=self.shop, first=first, second=second)
        return Response(SimilaritySerializer(comparison).data)


class PromptSerializer(serializers.ModelSerializer[Prompt]):
    understood = UnderstandingSerializer(
        allow_null=True, help_text="Null if the query has no texts."
    )

    class Meta:
        model = Prompt
        fields = (
            "id",
            "source",
            "prompt",
            "query",
            "understood",
            "number_of_images",
            "filters",
            "results",
            "answered_by",
            "timings_ms",
            "created_at",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "query": {"help_text": "The request's body: the prompt and everything else."}
        }


@extend_schema_view(
    list=extend_schema(summary="List prompts, newest first"),
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
