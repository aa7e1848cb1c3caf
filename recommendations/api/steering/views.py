"""Weights, rules and experiments: parse, one call, answer."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from recommendations.api.steering.serializers import (
    ExperimentInput,
    ExperimentSerializer,
    ReadExperimentSerializer,
    RuleInput,
    RuleSerializer,
    WeightsInput,
    WeightsSerializer,
)
from recommendations.models import Experiment, Rule
from recommendations.steering import settings
from recommendations.steering.weights import Weights
from tenants.api.base import TenantAPIView, TenantMixin, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

ID = "0199d0c4-7a00-7000-8000-000000000000"
WEIGHTS = Weights().named()
RULE_EXAMPLE = {
    "id": ID,
    **RuleInput.Meta.examples,
    "is_active": True,
    "created_at": "2026-04-20T09:30:00Z",
    "updated_at": "2026-04-20T09:30:00Z",
}
EXPERIMENT_EXAMPLE = {
    "id": ID,
    "name": "More taste",
    "control": WEIGHTS,
    "variant": {**WEIGHTS, "taste": 0.5},
    "share": 0.5,
    "started_at": "2026-04-20T09:30:00Z",
    "ended_at": None,
}
OUTCOME_EXAMPLE = {
    "control": {
        "shoppers": 410,
        "answers": 1000,
        "click_through": {"rate": 0.2, "low": 0.176377, "high": 0.225919},
        "add_to_cart": {"rate": 0.05, "low": 0.03813, "high": 0.065314},
    },
    "variant": {
        "shoppers": 402,
        "answers": 1000,
        "click_through": {"rate": 0.25, "low": 0.224153, "high": 0.27776},
        "add_to_cart": {"rate": 0.055, "low": 0.042497, "high": 0.070908},
    },
    "click_through": {
        "difference": 0.05,
        "low": 0.013396,
        "high": 0.086451,
        "sentence": "The variant's click-through rate is higher; the interval excludes zero.",
    },
    "add_to_cart": {
        "difference": 0.005,
        "low": -0.014769,
        "high": 0.024849,
        "sentence": "No difference in the add-to-cart rate can be told yet.",
    },
}


class SteeringMixin(TenantMixin):
    """Read by whoever reads the catalogue, changed by whoever changes it."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    # Targets and weights are nested, which forms cannot say.
    parser_classes = (JSONParser,)


@extend_schema_view(
    list=extend_schema(summary="List the shop's rules, the newest first"),
    retrieve=extend_schema(summary="Show one rule"),
)
@extend_schema(tags=["steering"])
class RuleViewSet(SteeringMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What is pinned, boosted, buried or hidden, for which prompts, and when."""

    serializer_class = RuleSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Rule]:
        rules: QuerySet[Rule] = Rule.objects.all()
        return rules

    @extend_schema(
        summary="Add a rule",
        description="An image is meant when everything that `target` names holds; within one "
        "name, any of the values will do. `hide` beats all else, and of pins the newest rule's "
        "come first. What is out of stock is neither pinned nor boosted. At most "
        f"{settings.MOST_RULES} rules.",
        request=RuleInput,
        responses={201: RuleSerializer},
        examples=[
            OpenApiExample("A boost for summer", RuleInput.Meta.examples, request_only=True),
            OpenApiExample(
                "Hide a brand",
                {"name": "Recall", "action": "hide", "target": {"brand": ["Acme"]}},
                request_only=True,
            ),
            OpenApiExample("The rule", RULE_EXAMPLE, response_only=True),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = _valid(RuleInput(data=request.data))
        rule = settings.create_rule(shop=self.shop, fields=fields)
        return Response(RuleSerializer(rule).data, status.HTTP_201_CREATED)

    @extend_schema(summary="Replace a rule", request=RuleInput)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(summary="Change some of a rule", request=RuleInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(summary="Delete a rule", responses={204: OpenApiResponse(description="Gone.")})
    def destroy(self, request: Request, pk: str) -> Response:
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        rule = self.get_object()
        fields = _valid(RuleInput(rule, data=request.data, partial=partial))
        settings.update_rule(rule=rule, fields=fields)
        return Response(RuleSerializer(rule).data)


@extend_schema(tags=["steering"])
class RankingView(SteeringMixin, TenantAPIView):
    """How much each part of a ranking counts in this shop."""

    serializer_class = WeightsSerializer

    def get_object(self) -> Any:
        """Return the shop's weights, which OPTIONS looks for too."""
        return settings.weights_of(self.shop).named()

    @extend_schema(
        summary="Show the shop's weights",
        examples=[OpenApiExample("The defaults", WEIGHTS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(self.get_object())

    @extend_schema(
        summary="Replace the shop's weights",
        description="Numbers from 0 to 1. A weight that is not sent is the default again.",
        request=WeightsInput,
        examples=[
            OpenApiExample("More variety", {"diversity": 0.4}, request_only=True),
            OpenApiExample("The weights", {**WEIGHTS, "diversity": 0.4}, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        values = _valid(WeightsInput(data=request.data))
        return Response(settings.set_weights(shop=self.shop, values=values).named())


@extend_schema_view(list=extend_schema(summary="List the shop's experiments, the newest first"))
@extend_schema(tags=["steering"])
class ExperimentViewSet(SteeringMixin, mixins.ListModelMixin, TenantViewSet):
    """Two weightings side by side, and which of them does better."""

    serializer_class = ExperimentSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Experiment]:
        experiments: QuerySet[Experiment] = Experiment.objects.all()
        return experiments

    @extend_schema(
        summary="Start an experiment",
        description="From now on, answers to a `share` of shoppers are ranked with the variant's "
        "weights and the others' with the control's; a shopper always sees the same. Answers "
        "that name no shopper take no part. One runs at a time.",
        request=ExperimentInput,
        responses={201: ExperimentSerializer},
        examples=[
            OpenApiExample(
                "More taste",
                {"name": "More taste", "variant": {"taste": 0.5}, "share": 0.5},
                request_only=True,
            ),
            OpenApiExample("The experiment", EXPERIMENT_EXAMPLE, response_only=True),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = _valid(ExperimentInput(data=request.data))
        experiment = settings.start_experiment(shop=self.shop, **fields)
        return Response(ExperimentSerializer(experiment).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Show one experiment with its outcome so far",
        description="Rates are shares of answers, with 95 % intervals (Wilson's, and Newcombe's "
        "for the difference). They hold for one reading: choose before the start when to read.",
        responses=ReadExperimentSerializer,
        examples=[
            OpenApiExample(
                "An outcome", {**EXPERIMENT_EXAMPLE, "outcome": OUTCOME_EXAMPLE}, response_only=True
            )
        ],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._read(self.get_object())

    @extend_schema(
        summary="End an experiment",
        description="The shop's own weights count for everybody again. One that has ended stays "
        "as it is.",
        request=None,
        responses=ReadExperimentSerializer,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        experiment = self.get_object()
        settings.end_experiment(experiment=experiment)
        return self._read(experiment)

    def _read(self, experiment: Any) -> Response:
        experiment.outcome = settings.read_outcome(experiment=experiment)
        return Response(ReadExperimentSerializer(experiment).data)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
