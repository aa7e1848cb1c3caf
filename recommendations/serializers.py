from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog.facets import FacetFilter
from catalog.serializers import PUBLIC_FIELDS, FacetFilterInput, PublicImageSerializer
from recommendations.models import Prompt
from recommendations.ranking import Match
from recommendations.services import Recommendation, Result

LONGEST_PROMPT = 1_000
MOST_IMAGES = 100
MATCHES = [match.value for match in Match]
# The words of the API, one for each field of `FacetFilter`.
FACETS = {
    "category": "categories",
    "styles": "styles",
    "age_group": "age_groups",
    "colour": "colours",
    "gender": "genders",
    "brand": "brands",
    "availability": "availability",
}


class RecommendationInput(serializers.Serializer[Any]):
    prompt = serializers.CharField(
        max_length=LONGEST_PROMPT, help_text="What the shopper is looking for, in English."
    )
    number_of_images = serializers.IntegerField(
        min_value=1, max_value=MOST_IMAGES, default=10, help_text="How many images at most."
    )
    filters = FacetFilterInput(required=False)
    min_match = serializers.ChoiceField(
        choices=MATCHES,
        default=Match.NONE.value,
        help_text="Leave out what matches less than this.",
    )

    def facet_filter(self) -> FacetFilter:
        """Return the validated filters as the catalogue understands them."""
        chosen = self.validated_data.get("filters", {})
        values = {name: tuple(chosen.get(word, ())) for word, name in FACETS.items()}
        return FacetFilter(
            **values, price_min=chosen.get("price_min"), price_max=chosen.get("price_max")
        )


class ResultSerializer(PublicImageSerializer):
    """The image's public fields, its score (cosine similarity) and what that means."""

    score = serializers.FloatField(read_only=True)
    match = serializers.ChoiceField(
        choices=MATCHES,
        read_only=True,
        allow_null=True,
        help_text="Null until the shop's index has been measured for the first time.",
    )

    class Meta(PublicImageSerializer.Meta):
        fields = (*PUBLIC_FIELDS, "score", "match")
        read_only_fields = fields

    def to_representation(self, instance: Any) -> Any:
        result: Result = instance
        image: Any = result.image
        image.score, image.match = result.score, result.match
        return super().to_representation(image)


class RecommendationSerializer(serializers.Serializer[Recommendation]):
    id = serializers.UUIDField(
        source="prompt.id", help_text="The attribution token of this answer."
    )
    results = ResultSerializer(many=True)
    answered_by = serializers.ListField(
        source="prompt.answered_by",
        child=serializers.ChoiceField(choices=["cache", "encoder", "index", "exact"]),
        help_text="Who gave the prompt's vector (`cache` or `encoder`), then who searched: the "
        "vector `index`, or `exact` comparison with every image when the index is away.",
    )
    timings_ms = serializers.DictField(source="prompt.timings_ms", child=serializers.FloatField())


class PromptSerializer(serializers.ModelSerializer[Prompt]):
    class Meta:
        model = Prompt
        fields = (
            "id",
            "prompt",
            "number_of_images",
            "filters",
            "results",
            "answered_by",
            "timings_ms",
            "created_at",
        )
