"""What is known of a shop's photos: reports, the whole of them, policy, profiles and batches."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import NewestFirst
from core.api.parsers import JSONParser
from quality import policies, services
from quality.api.examples import BATCH
from quality.api.inputs import BatchInput, OwnProfileInput, PolicySerializer, ReportFilter
from quality.api.outputs import (
    BatchSerializer,
    CountOutput,
    ListedReportOutput,
    ProfileOutput,
    ReportOutput,
    SummaryOutput,
)
from quality.api.showing import show_report
from quality.models import Batch, Enhancement, Job, Report
from quality.policies import get_policy, get_profile
from quality.profiles.builtin import PROFILES
from quality.profiles.model import Profile
from quality.reports.summary import summarise
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope


class WorstFirst(NewestFirst):
    """Reports by their score, the lowest first."""

    ordering = ("score", "id")  # type: ignore[assignment]  # of several keys, as the base takes
    read_position = float


class QualityMixin:
    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE


@extend_schema(tags=["photo quality"])
class ReportViewSet(QualityMixin, TenantViewSet):
    """What was measured in each image's photo, and what came of the shop's rules."""

    serializer_class = ReportOutput
    filter_backends = ()
    lookup_field = "image_id"
    lookup_url_kwarg = "pk"

    def get_queryset(self) -> QuerySet[Report]:
        rows: QuerySet[Report] = Report.objects.select_related("image").filter(
            image__deleted_at=None
        )
        return rows

    @extend_schema(
        summary="List reports, the newest images first, or the worst",
        parameters=[ReportFilter],
        responses=ListedReportOutput(many=True),
    )
    def list(self, request: Request) -> Response:
        asked = ReportFilter(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = asked.narrow(self.get_queryset())
        pages = WorstFirst() if asked.validated_data["order"] == "worst" else NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        gate = get_policy(self.shop.pk).gate
        return pages.get_paginated_response([show_report(row, gate, request) for row in page or ()])

    @extend_schema(
        summary="Show an image's report",
        parameters=[
            OpenApiParameter(
                "profile", str, enum=policies.KEYS, description="Judged by these rules instead."
            )
        ],
        responses=ReportOutput,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        policy = get_policy(self.shop.pk)
        profile = get_profile(policy, request.query_params.get("profile", ""))
        return Response(show_report(self.get_object(), policy.gate, request, profile))

    @extend_schema(
        summary="Clear a held image",
        description="Somebody has looked at it: it is what it was to be, and embedded.",
        request=None,
        responses=ReportOutput,
    )
    @action(detail=True, methods=["post"])
    def clear(self, request: Request, pk: str) -> Response:
        services.clear_report(report=self.get_object())
        return self.retrieve(request, pk)

    @extend_schema(
        summary="Measure failed photos again", request=None, responses={202: CountOutput}
    )
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        body = {"retried": services.retry_failed_reports(shop=self.shop)}
        return Response(body, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Where the shop's photos stand as a whole",
        description="The distribution of scores, the rules that fail most, and photos that break "
        "the shop's own consistency in background, framing or light: of eight photos and more, "
        "those whose modified z-score is above 3.5.",
        responses=SummaryOutput,
    )
    @action(detail=False, methods=["get"])
    def summary(self, request: Request) -> Response:
        return Response(summarise(request))


@extend_schema(tags=["photo quality"])
class PolicyView(QualityMixin, TenantAPIView):
    """The shop's gate, and the rules that it judges by."""

    serializer_class = PolicySerializer

    @extend_schema(summary="Show the gate and the rules that count", responses=PolicySerializer)
    def get(self, request: Request) -> Response:
        return Response(PolicySerializer(get_policy(self.shop.pk)).data)

    @extend_schema(
        summary="Set the gate and the rules that count",
        description="`off`: photos are measured and judged, nothing else. `warn`: what fails a "
        "required rule has the outcome `warned`. `hold`: every new photo is held until it has "
        "been measured, and one that fails until a person clears it or an enhancement makes it "
        "pass. Reports that exist are judged anew within seconds.",
        request=PolicySerializer,
        responses=PolicySerializer,
    )
    def patch(self, request: Request) -> Response:
        data = PolicySerializer(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        policy = policies.set_policy(shop=self.shop, fields=data.validated_data)
        return Response(PolicySerializer(policy).data)


@extend_schema(tags=["photo quality"])
class ProfilesView(QualityMixin, TenantAPIView):
    """The rules there are."""

    serializer_class = ProfileOutput
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        summary="List the rules of marketplaces, and the shop's own",
        operation_id="quality_profiles",
        responses=ProfileOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        policy = get_policy(self.shop.pk)
        profiles = [*PROFILES.values()]
        if policy.own_profile is not None:
            profiles.append(get_profile(policy, policies.OWN))
        return Response([_show_profile(profile) for profile in profiles])


@extend_schema(tags=["photo quality"])
class OwnProfileView(QualityMixin, TenantAPIView):
    """The shop's own rules."""

    serializer_class = OwnProfileInput
    # Rules are nested, which forms cannot say.
    parser_classes = (JSONParser,)

    def get_object(self) -> Profile:
        policy = get_policy(self.shop.pk)
        if policy.own_profile is None:
            raise Http404
        return get_profile(policy, policies.OWN)

    @extend_schema(
        summary="Show the shop's own rules",
        operation_id="quality_own_profile",
        responses=ProfileOutput,
    )
    def get(self, request: Request) -> Response:
        return Response(_show_profile(self.get_object()))

    @extend_schema(
        summary="Set the shop's own rules",
        description="They count once the policy's `profile` is `own`.",
        request=OwnProfileInput,
        responses=ProfileOutput,
    )
    def put(self, request: Request) -> Response:
        data = OwnProfileInput(data=request.data)
        data.is_valid(raise_exception=True)
        policies.set_own_profile(
            shop=self.shop, data=data.validated_data, today=timezone.now().date()
        )
        return Response(_show_profile(self.get_object()))

    @extend_schema(
        summary="Forget the shop's own rules",
        description="Where they counted, the default ones do from now on.",
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request) -> Response:
        policies.drop_own_profile(shop=self.shop)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(summary="List batches, the newest first"),
    retrieve=extend_schema(summary="Show how far a batch has got"),
)
@extend_schema(tags=["photo quality"])
class BatchViewSet(QualityMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Many images enhanced as one job; `GET quality/enhance/?batch=…` lists its previews."""

    serializer_class = BatchSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Batch]:
        counted = {
            standing: Count("enhancements", filter=Q(enhancements__standing=standing))
            for standing in Enhancement.Standing.values
        }
        states = {
            state: Count("enhancements", filter=Q(enhancements__state=state))
            for state in (Job.State.PENDING.value, Job.State.FAILED.value)
        }
        rows: QuerySet[Batch] = Batch.objects.annotate(
            images=Count("enhancements"), **counted, **states
        )
        return rows

    @extend_schema(
        summary="Enhance many images",
        description="At most 1,000 at a time. Previews are applied one by one, all at once by "
        "`apply`, or by themselves.",
        request=BatchInput,
        responses={202: BatchSerializer},
        examples=[BATCH],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = BatchInput(data=request.data)
        data.is_valid(raise_exception=True)
        batch = services.create_batch(
            shop=self.shop,
            image_ids=_chosen(data.validated_data),
            level=data.validated_data["level"],
            steps=data.validated_data.get("steps", ()),
            profile=data.validated_data["profile"],
            applies=data.validated_data["apply"],
        )
        return Response(self._show(batch.pk), status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Apply every preview of a batch",
        description="Those that are ready, and those still to come.",
        request=None,
        responses={202: BatchSerializer},
    )
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        services.apply_batch(batch=self.get_object())
        return Response(self._show(UUID(pk)), status.HTTP_202_ACCEPTED)

    def _show(self, pk: UUID) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=pk)).data


def _chosen(data: dict[str, Any]) -> list[UUID]:
    """Return the ids of the images that a batch chooses; of foreign ones nothing comes."""
    if "images" in data:
        return list(dict.fromkeys(data["images"]))
    rows = Report.objects.done().filter(image__deleted_at=None)
    if "verdict" in data:
        rows = rows.filter(verdict=data["verdict"])
    if "failed_rule" in data:
        rows = rows.filter(failed_rules__contains=[data["failed_rule"]])
    return list(
        rows.order_by("score", "pk").values_list("image_id", flat=True)[: services.MAX_BATCH_IMAGES]
    )


def _show_profile(profile: Profile) -> dict[str, Any]:
    return {
        "key": profile.key,
        "label": profile.label,
        "aspect": profile.aspect,
        "fill": profile.fill,
        "wants_white": profile.wants_white,
        "rules": [
            {
                "rule": rule.name,
                "measures": rule.subject,
                "least": rule.least,
                "most": rule.most,
                "is_required": rule.is_required,
                "source": rule.source,
                "as_of": rule.as_of.isoformat(),
            }
            for rule in profile.rules
        ],
    }
