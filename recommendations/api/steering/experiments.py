"""Experiments that compare two sets of weights."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import validate
from recommendations.api.steering.weights import (
    WEIGHTS,
    ShareField,
    SteeringMixin,
    WeightsInput,
    WeightsSerializer,
)
from recommendations.models import Experiment
from recommendations.steering.experiments import (
    Arm,
    Difference,
    Estimate,
    Outcome,
    end_experiment,
    read_outcome,
    start_experiment,
)
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    control = WeightsSerializer()
    variant = WeightsSerializer()

    class Meta:
        model = Experiment
        fields: tuple[str, ...] = (
            "id",
            "name",
            "control",
            "variant",
            "share",
            "started_at",
            "ended_at",
        )
        read_only_fields = fields


class ExperimentInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    control = WeightsInput(
        default=dict, help_text="Weights that you omit are the shop's at the start."
    )
    variant = WeightsInput(help_text="Weights that you omit are the control's.")
    share = ShareField(
        default=0.5,
        min_value=0.01,
        max_value=0.99,
        help_text="The share of shoppers who see the variant.",
    )


class RoundedField(serializers.FloatField):
    """A number with six decimals, more than the number of a shop's answers supports."""

    def to_representation(self, value: float) -> Any:
        return round(value, 6)


class RateSerializer(serializers.Serializer[Estimate]):
    """A share of answers with its 95 % interval; null without answers."""

    rate = RoundedField(source="value", allow_null=True)
    low = RoundedField()
    high = RoundedField()


class ArmSerializer(serializers.Serializer[Arm]):
    shoppers = serializers.IntegerField()
    answers = serializers.IntegerField()
    click_through = RateSerializer(help_text="The share of answers with a click.")
    add_to_cart = RateSerializer(help_text="The share of answers with an image added to the cart.")


class DifferenceSerializer(serializers.Serializer[Difference]):
    """The variant's rate minus the control's, with its 95 % interval."""

    difference = RoundedField(source="estimate.value", allow_null=True)
    low = RoundedField(source="estimate.low")
    high = RoundedField(source="estimate.high")
    sentence = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Outcome]):
    control = ArmSerializer()
    variant = ArmSerializer()
    click_through = DifferenceSerializer()
    add_to_cart = DifferenceSerializer()


class ReadExperimentSerializer(ExperimentSerializer):
    """An experiment with its outcome so far."""

    outcome = OutcomeSerializer()

    class Meta(ExperimentSerializer.Meta):
        fields = (*ExperimentSerializer.Meta.fields, "outcome")
        read_only_fields = fields


EXPERIMENT = {
    "id": "0199d0c4-7a00-7000-8000-000000000000",
    "name": "More taste",
    "control": WEIGHTS,
    "variant": {**WEIGHTS, "taste": 0.5},
    "share": 0.5,
    "started_at": "2026-04-20T09:30:00Z",
    "ended_at": None,
}


_OUTCOME = Outcome(Arm(410, 1000, 200, 50), Arm(402, 1000, 250, 55))
OUTCOME = {**EXPERIMENT, "outcome": OutcomeSerializer(_OUTCOME).data}


@extend_schema_view(list=extend_schema(summary="List the shop's experiments, newest first"))
@extend_schema(tags=["steering"])
class ExperimentViewSet(SteeringMixin, mixins.ListModelMixin, TenantViewSet):
    """Experiments that compare two sets of weights."""

    serializer_class = ExperimentSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Experiment]:
        queryset: QuerySet[Experiment] = Experiment.objects.all()
        return queryset

    @extend_schema(
        summary="Start an experiment",
        description="From now on, answers to a `share` of shoppers are ranked with the variant's "
        "weights, and answers to the others with the control's; a shopper always sees the same. "
        "Answers without a shopper's id take no part. One experiment runs at a time.",
        request=ExperimentInput,
        responses={201: ExperimentSerializer},
        examples=[
            OpenApiExample(
                "More taste",
                {"name": "More taste", "variant": {"taste": 0.5}, "share": 0.5},
                request_only=True,
            ),
            OpenApiExample("The experiment", EXPERIMENT, response_only=True),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = validate(ExperimentInput(data=request.data))
        experiment = start_experiment(shop=self.shop, **fields)
        return Response(ExperimentSerializer(experiment).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Show one experiment with its outcome so far",
        description="Rates are shares of answers, with 95 % intervals (Wilson's, and Newcombe's "
        "for the difference). The intervals are valid for one reading: decide before the start "
        "when to read them.",
        responses=ReadExperimentSerializer,
        examples=[OpenApiExample("An outcome", OUTCOME, response_only=True)],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._read(self.get_object())

    @extend_schema(
        summary="End an experiment",
        description="The shop's own weights apply to all shoppers again. Ending an experiment "
        "twice changes nothing.",
        request=None,
        responses=ReadExperimentSerializer,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        experiment = self.get_object()
        end_experiment(experiment=experiment)
        return self._read(experiment)

    def _read(self, experiment: Any) -> Response:
        experiment.outcome = read_outcome(experiment=experiment)
        return Response(ReadExperimentSerializer(experiment).data)
