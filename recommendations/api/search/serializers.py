from typing import Any

from rest_framework import serializers

from catalog.api.serializers import PUBLIC_FIELDS, PublicImageSerializer
from recommendations.api.search.inputs import MATCHES
from recommendations.models import Prompt
from recommendations.services import Recommendation, Result


class ExplanationSerializer(serializers.Serializer[Any]):
    """What put an image where it is; the factors add up to its score."""

    factors = serializers.DictField(child=serializers.FloatField())
    sentence = serializers.CharField()


class ResultSerializer(PublicImageSerializer):
    """The image's public fields, its score and what that means."""

    score = serializers.FloatField(read_only=True, help_text="What answers are ordered by.")
    similarity = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Cosine to what was asked, from -1 to 1."
    )
    match = serializers.ChoiceField(
        choices=MATCHES,
        read_only=True,
        allow_null=True,
        help_text="Null until the shop's index has been measured for the first time.",
    )
    explanation = ExplanationSerializer(
        read_only=True, required=False, help_text="Only where `explain` was asked for."
    )

    class Meta(PublicImageSerializer.Meta):
        fields = (*PUBLIC_FIELDS, "score", "similarity", "match", "explanation")
        read_only_fields = fields

    def to_representation(self, instance: Any) -> Any:
        result: Result = instance
        told: dict[str, Any] = {
            "score": result.score,
            "similarity": result.similarity,
            "match": result.match,
        }
        if self.context.get("explain"):
            told["explanation"] = {"factors": result.factors, "sentence": result.sentence}
        url = result.image["photo_url"]
        if request := self.context.get("request"):
            url = request.build_absolute_uri(url)
        return {**result.image, "photo_url": url, **told}


class RecommendationSerializer(serializers.Serializer[Recommendation]):
    id = serializers.UUIDField(
        source="prompt.id", help_text="The attribution token of this answer."
    )
    results = ResultSerializer(many=True)
    answered_by = serializers.ListField(
        source="prompt.answered_by",
        child=serializers.ChoiceField(choices=["cache", "encoder", "index", "exact"]),
        help_text="Who gave the query's vector (`cache` or `encoder`; nobody where the catalogue "
        "has it), then who searched: the vector `index`, or `exact` comparison with every image "
        "when the index is away.",
    )
    timings_ms = serializers.DictField(source="prompt.timings_ms", child=serializers.FloatField())


class SimilarityInput(serializers.Serializer[Any]):
    images = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=2)


class SharedSerializer(serializers.Serializer[Any]):
    """What both images have; null where one of them does not say."""

    category = serializers.BooleanField(allow_null=True)
    colour = serializers.BooleanField(allow_null=True)
    pattern = serializers.BooleanField(allow_null=True)


class SimilaritySerializer(serializers.Serializer[Any]):
    similarity = serializers.FloatField(help_text="Cosine, from -1 to 1.")
    match = serializers.ChoiceField(choices=MATCHES, allow_null=True)
    shared = SharedSerializer()


class PromptSerializer(serializers.ModelSerializer[Prompt]):
    class Meta:
        model = Prompt
        fields = (
            "id",
            "source",
            "prompt",
            "query",
            "number_of_images",
            "filters",
            "results",
            "answered_by",
            "timings_ms",
            "created_at",
        )
