"""Suggestions while a shopper types."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import validate_parameters
from recommendations.api.search.recommendations import CorrectionSerializer
from recommendations.completions.products import MAX_IMAGES
from recommendations.completions.suggest import suggest_completions
from recommendations.feedback.shoppers import InvalidShopperId
from tenants.api.base import TenantAPIView
from tenants.models import Scope, is_shopper_id

MAX_TEXT_LENGTH = 100
MAX_SUGGESTIONS = 20

EXAMPLE = {
    "corrections": [{"written": "drss", "corrected": "dress"}],
    "prompts": [
        {"text": "red dress for a wedding", "is_own": True},
        {"text": "red midi dress", "is_own": False},
    ],
    "categories": [{"name": "Dresses", "count": 412}],
    "brands": [{"name": "Dress & Dot", "count": 17}],
    "products": [
        {
            "external_id": "P-1047",
            "name": "Red linen dress",
            "brand": "Blue Harbour",
            "link": "https://www.shop.example/p/1047",
            "image": "0195f7a0-6c1e-7d3a-8f52-3b1c9a7e4d20",
        }
    ],
}


class SuggestionsInput(serializers.Serializer[Any]):
    """Query parameters of suggestions."""

    q = serializers.CharField(
        max_length=MAX_TEXT_LENGTH, help_text="What is typed so far; the last word may be begun."
    )
    shopper = serializers.CharField(
        required=False, max_length=200, help_text="The shop's own id of the shopper who types."
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_SUGGESTIONS, default=5, help_text="Of each kind, at most."
    )


class PromptSuggestionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    is_own = serializers.BooleanField(help_text="The shopper asked it before.")


class NameSuggestionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As filters take it.")
    count = serializers.IntegerField(help_text="Published products.")


class ProductSuggestionSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField(help_text="The shop's own id of the product.")
    name = serializers.CharField()
    brand = serializers.CharField()
    link = serializers.CharField(help_text="The address of its page; may be empty.")
    image = serializers.UUIDField(help_text="The id of an image of it.")


class SuggestionsSerializer(serializers.Serializer[Any]):
    """What a text may become; of each kind the best first."""

    corrections = CorrectionSerializer(
        many=True,
        help_text="Words that were taken for others; of the last one, what it may become.",
    )
    prompts = PromptSuggestionSerializer(
        many=True,
        help_text="First the shopper's own, the newest first; then prompts that at least 5 others "
        "asked, the most frequent first. Computed every night from 30 days.",
    )
    categories = NameSuggestionSerializer(
        many=True, help_text="With a word that begins like the last one."
    )
    brands = NameSuggestionSerializer(
        many=True, help_text="With a word that begins like the last one."
    )
    products = ProductSuggestionSerializer(
        many=True,
        help_text="With all words in their names, the most popular first. Of more than "
        f"{MAX_IMAGES} images with these words, some are considered.",
    )


_OUTPUT = SuggestionsSerializer()  # making its fields takes longer than using them


class SuggestionsView(TenantAPIView):
    """What shoppers may be looking for, while they type."""

    read_scope = Scope.RECOMMEND
    serializer_class = SuggestionsSerializer

    @extend_schema(
        tags=["recommendations"],
        summary="Suggest what a shopper may be typing",
        description="Prompts, categories, brands and products of the shop with the words of a text "
        "whose last word may be unfinished. Case and accents do not count, and misspelt words are "
        "corrected. With a `shopper`, their own prompts and the categories and brands that they "
        "like come first. With a publishable key, the shopper is that of the shopper token. Rules "
        "do not apply.",
        parameters=[SuggestionsInput],
        responses=SuggestionsSerializer,
        examples=[OpenApiExample("A misspelt beginning", EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        wanted = validate_parameters(SuggestionsInput(data=request.query_params))
        shopper = wanted.get("shopper")
        if shopper is None:
            shopper = self.access.shopper
        else:
            if not is_shopper_id(shopper):
                raise InvalidShopperId
            self.access.require_shopper(shopper)
        found = suggest_completions(
            shop=self.shop, text=wanted["q"], external_id=shopper, limit=wanted["limit"]
        )
        return Response(_OUTPUT.to_representation(found))
