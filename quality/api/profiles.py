"""The shop's policy, and the profiles of listing rules."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from core.api.views import validate
from quality import services
from quality.api.fields import FigureField, QualityMixin
from quality.models import Policy
from quality.policies import KEYS, OWN, get_policy, get_profile
from quality.profiles import MAX_RULES, PROFILES, SUBJECTS, Profile
from tenants.api.base import TenantAPIView


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """The shop's gate, and the profile whose rules it uses."""

    profile = serializers.ChoiceField(choices=KEYS, help_text="The rules to use.")

    class Meta:
        model = Policy
        fields = ("gate", "profile", "updated_at")
        read_only_fields = ("updated_at",)
        examples: ClassVar[dict[str, Any]] = {"gate": "warn", "profile": "google"}


class OwnRuleInput(serializers.Serializer[Any]):
    subject = serializers.ChoiceField(
        choices=sorted(SUBJECTS), help_text="A raw measure, or a fact of the file."
    )
    least = serializers.FloatField(required=False, allow_null=True)
    most = serializers.FloatField(required=False, allow_null=True)
    required = serializers.BooleanField(  # type: ignore[assignment]
        default=True, help_text="False: a recommendation, which fails no photo."
    )


class OwnProfileInput(serializers.Serializer[Any]):
    """A shop's own rules, and the frame that enhancement aims at."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=100, default="Own rules"
    )
    rules = serializers.ListField(child=OwnRuleInput(), min_length=1, max_length=MAX_RULES)
    aspect = serializers.FloatField(
        min_value=0.1, max_value=10, required=False, help_text="Width by height."
    )
    fill = serializers.FloatField(min_value=0.3, max_value=1, default=0.85)
    wants_white = serializers.BooleanField(default=False)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "label": "Ours",
            "rules": [
                {"subject": "shorter_side", "least": 800},
                {"subject": "subject_fill", "least": 0.7, "most": 0.95, "required": False},
            ],
            "aspect": 0.75,
        }


class ProfileRuleOutput(serializers.Serializer[Any]):
    """A listing rule: bounds for one measure, or for one fact of the file."""

    rule = serializers.CharField(source="name")
    measures = serializers.CharField(source="subject")
    least = FigureField(allow_null=True)
    most = FigureField(allow_null=True)
    is_required = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]
    as_of = serializers.DateField()


class ProfileOutput(serializers.Serializer[Any]):
    """A set of rules, and the frame that enhancement aims at."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    aspect = FigureField(allow_null=True, help_text="Width by height; null if any is allowed.")
    fill = FigureField()
    wants_white = serializers.BooleanField()
    rules = ProfileRuleOutput(many=True)


@extend_schema(tags=["photo quality"])
class PolicyView(QualityMixin, TenantAPIView):
    """The shop's gate, and the profile whose rules it uses."""

    serializer_class = PolicySerializer

    @extend_schema(summary="Get the gate and the profile")
    def get(self, request: Request) -> Response:
        return Response(PolicySerializer(get_policy(self.shop.pk)).data)

    @extend_schema(
        summary="Set the gate and the profile",
        description="`off`: photos are measured and checked, and nothing else happens. `warn`: a "
        "photo that fails a required rule has the outcome `warned`. `hold`: every new photo is "
        "held until it is measured; one that fails is held until a person clears it or an "
        "enhancement makes it pass. A change applies to existing reports too, within seconds.",
    )
    def patch(self, request: Request) -> Response:
        fields = validate(PolicySerializer(data=request.data, partial=True))
        policy = services.set_policy(shop=self.shop, fields=fields)
        return Response(PolicySerializer(policy).data)


@extend_schema(tags=["photo quality"])
class ProfilesView(QualityMixin, TenantAPIView):
    """All profiles that the shop can use."""

    serializer_class = ProfileOutput
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        summary="List the profiles of marketplaces and the shop's own",
        operation_id="quality_profiles",
        responses=ProfileOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        policy = get_policy(self.shop.pk)
        profiles = [*PROFILES.values()]
        if policy.own_profile is not None:
            profiles.append(get_profile(policy, OWN))
        return Response(ProfileOutput(profiles, many=True).data)


@extend_schema(tags=["photo quality"])
class OwnProfileView(QualityMixin, TenantAPIView):
    """The shop's own profile."""

    serializer_class = OwnProfileInput
    # Rules are nested, which forms cannot express.
    parser_classes = (JSONParser,)

    def get_object(self) -> Profile:
        policy = get_policy(self.shop.pk)
        if policy.own_profile is None:
            raise Http404
        return get_profile(policy, OWN)

    @extend_schema(
        summary="Get the shop's own profile",
        operation_id="quality_own_profile",
        responses={
            200: ProfileOutput,
            404: OpenApiResponse(description="The shop has no rules of its own."),
        },
    )
    def get(self, request: Request) -> Response:
        return Response(ProfileOutput(self.get_object()).data)

    @extend_schema(
        summary="Set the shop's own profile",
        description="Its rules are used once the policy's `profile` is `own`.",
        request=OwnProfileInput,
        responses=ProfileOutput,
    )
    def put(self, request: Request) -> Response:
        data = validate(OwnProfileInput(data=request.data))
        services.set_own_profile(shop=self.shop, data=data, today=timezone.now().date())
        return Response(ProfileOutput(self.get_object()).data)

    @extend_schema(
        summary="Delete the shop's own profile",
        description="If the policy used it, it uses the default profile from now on.",
        responses={204: OpenApiResponse(description="Deleted.")},
    )
    def delete(self, request: Request) -> Response:
        services.drop_own_profile(shop=self.shop)
        return Response(status=status.HTTP_204_NO_CONTENT)
