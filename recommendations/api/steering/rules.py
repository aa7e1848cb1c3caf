"""Rules: pin, boost, bury or hide images."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.filters import MAX_VALUES, FacetFilterInput
from catalog.models import Facet, Image
from core.api.views import validate
from recommendations.api.steering.weights import ShareField, SteeringMixin
from recommendations.models import Rule
from recommendations.steering import rules
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent

MAX_PHRASES = 50


class TargetInput(FacetFilterInput):
    """The images of a rule, in the format of filters; an image must have everything named here."""

    images = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_VALUES
    )
    # Availability and price change often, and a rule is about the garment as the shop states it.
    availability = size = price_min = price_max = currency = None  # type: ignore[assignment]
    attribute = None  # type: ignore[assignment]
    kind = pattern = only_stated = exact_category = None  # type: ignore[assignment]

    def validate_images(self, ids: list[UUID]) -> list[UUID]:
        found = set(Image.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
        if missing := [str(pk) for pk in ids if pk not in found]:
            raise serializers.ValidationError(f"There is no image {', '.join(missing)}.")
        return list(dict.fromkeys(ids))

    def validate(self, attrs: dict[str, Any]) -> dict[str, list[str]]:
        """Return the target as a rule stores it: ids and names."""
        target = {
            name: [value.name if isinstance(value, Facet) else str(value) for value in values]
            for name, values in attrs.items()
            if values
        }
        if not target:
            message = f"Name at least one of: {', '.join(self.fields)}."
            raise serializers.ValidationError(message)
        return target


@extend_schema_field(TargetInput)
class TargetField(serializers.JSONField):
    """A stored target."""


class RuleSerializer(serializers.ModelSerializer[Rule]):
    target = TargetField()
    prompts = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Rule
        fields = (
            "id",
            "name",
            "action",
            "strength",
            "target",
            "prompts",
            "starts_at",
            "ends_at",
            "is_active",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RuleInput(serializers.Serializer[Rule]):
    name = serializers.CharField(max_length=120)
    action = serializers.ChoiceField(choices=Rule.Action.choices)
    strength = ShareField(
        default=0.5, help_text="How strongly the rule boosts or buries images, from 0 to 1."
    )
    target = TargetInput()
    prompts = serializers.ListField(
        child=serializers.CharField(max_length=200),
        default=list,
        max_length=MAX_PHRASES,
        help_text="The rule is active if a prompt contains all words of one of these; with an "
        "empty list, it is active for every prompt.",
    )
    starts_at = serializers.DateTimeField(default=None, allow_null=True)
    ends_at = serializers.DateTimeField(default=None, allow_null=True)
    is_active = serializers.BooleanField(default=True)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "name": "Summer dresses first",
            "action": "boost",
            "strength": 0.6,
            "target": {"category": ["dress"], "styles": ["summer", "beach"]},
            "prompts": ["holiday", "summer dress"],
            "starts_at": "2026-05-01T00:00:00Z",
            "ends_at": "2035-09-01T00:00:00Z",
        }

    def validate_prompts(self, phrases: list[str]) -> list[str]:
        if not all(rules.split_words(phrase) for phrase in phrases):
            raise serializers.ValidationError("Each of these needs at least one word.")
        return phrases

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        starts_at, ends_at = (
            attrs.get(name, getattr(self.instance, name, None)) for name in ("starts_at", "ends_at")
        )
        if starts_at and ends_at and ends_at <= starts_at:
            raise serializers.ValidationError({"ends_at": ["This is not after `starts_at`."]})
        return attrs


RULE = {
    "id": "0199d0c4-7a00-7000-8000-000000000000",
    **RuleInput.Meta.examples,
    "is_active": True,
    "created_at": "2026-04-20T09:30:00Z",
    "updated_at": "2026-04-20T09:30:00Z",
}


@extend_schema_view(
    list=extend_schema(summary="List the shop's rules, newest first"),
    retrieve=extend_schema(summary="Show one rule"),
    destroy=extend_schema(
        summary="Delete a rule", responses={204: OpenApiResponse(description="Deleted.")}
    ),
)
@extend_schema(tags=["steering"])
class RuleViewSet(
    SteeringMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    TenantViewSet,
):
    """Rules that pin, boost, bury or hide images, for some prompts and times or for all."""

    serializer_class = RuleSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Rule]:
        rows: QuerySet[Rule] = Rule.objects.all()
        return rows

    @extend_schema(
        summary="Add a rule",
        description="A rule applies to an image that has everything in `target`; each name needs "
        "only one of its values. `hide` overrides everything else, and the pins of newer rules "
        "come first. Sold-out images are neither pinned nor boosted. At most "
        f"{rules.MAX_RULES} rules.",
        request=RuleInput,
        responses={201: RuleSerializer},
        examples=[
            OpenApiExample("A boost for summer", RuleInput.Meta.examples, request_only=True),
            OpenApiExample(
                "Hide a brand",
                {"name": "Recall", "action": "hide", "target": {"brand": ["Acme"]}},
                request_only=True,
            ),
            OpenApiExample("The rule", RULE, response_only=True),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        rule = rules.create_rule(shop=self.shop, fields=validate(RuleInput(data=request.data)))
        return Response(RuleSerializer(rule).data, status.HTTP_201_CREATED)

    @extend_schema(summary="Replace a rule", request=RuleInput)
    def update(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        rule = self.get_object()
        ignored = () if partial else RuleSerializer.Meta.fields
        fields = validate(RuleInput(rule, data=request.data, partial=partial), ignored=ignored)
        rules.update_rule(rule=rule, fields=fields)
        return Response(RuleSerializer(rule).data)

    @extend_schema(summary="Change parts of a rule", request=RuleInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk, partial=True)
