"""The weights of a shop's rankings."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from core.api.views import validate
from recommendations.steering.weights import Weights, read_weights, set_weights
from tenants.api.base import TenantAPIView, TenantMixin
from tenants.models import Scope

WEIGHTS = asdict(Weights())


class ShareField(serializers.FloatField):
    """A number from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0.0, "max_value": 1.0, **kwargs})


class WeightsInput(serializers.Serializer[Any]):
    text = ShareField(
        required=False,
        help_text="The weight of matching words in the name and description; the weight of the "
        "photo is 1 minus this.",
    )
    taste = ShareField(required=False, help_text="The weight of the shopper's taste.")
    collaboration = ShareField(
        required=False,
        help_text="The weight of what shoppers with the same taste chose, if there are enough "
        "events; 0 for photos alone.",
    )
    popularity = ShareField(
        required=False, help_text="The weight of how often shoppers click and buy an image."
    )
    diversity = ShareField(
        required=False, help_text="How strongly similar images give way to others."
    )


class WeightsSerializer(serializers.Serializer[Any]):
    """How much each factor of a ranking weighs."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.FloatField() for name in WEIGHTS}


class SteeringMixin(TenantMixin):
    """Steering needs the same scopes as the catalogue."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    # Targets and weights are nested, which forms cannot express.
    parser_classes = (JSONParser,)


@extend_schema(tags=["steering"])
class RankingView(SteeringMixin, TenantAPIView):
    """The weights of the factors of this shop's rankings."""

    serializer_class = WeightsSerializer

    def get_object(self) -> Weights:
        """Return the shop's weights; OPTIONS calls this too."""
        return read_weights(self.shop)

    @extend_schema(
        summary="Show the shop's weights",
        examples=[OpenApiExample("The defaults", WEIGHTS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(WeightsSerializer(self.get_object()).data)

    @extend_schema(
        summary="Replace the shop's weights",
        description="Numbers from 0 to 1. Weights that you omit return to their defaults.",
        request=WeightsInput,
        examples=[
            OpenApiExample("More variety", {"diversity": 0.4}, request_only=True),
            OpenApiExample("The weights", {**WEIGHTS, "diversity": 0.4}, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        values = validate(WeightsInput(data=request.data))
        return Response(WeightsSerializer(set_weights(shop=self.shop, values=values)).data)
