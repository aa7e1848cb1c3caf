"""Reports: the stored assessment of each image, and a summary of all of them."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.image_serializers import THUMBNAILS_HELP, ThumbnailsField
from catalog.models import Image
from catalog.services import clear_image
from core.api.views import NewestFirst, validate_parameters
from quality import services
from quality.api.assessments import AssessmentOutput
from quality.api.fields import (
    VERDICTS,
    FigureField,
    PhotoURLField,
    ProblemOutput,
    QualityMixin,
    StagedSerializer,
)
from quality.models import Job, Policy, Report
from quality.policies import KEYS, get_policy, get_profile
from quality.profiles import judge
from quality.reports import summarise
from tenants.api.base import TenantViewSet

# `noted`, `warned` and `held`: a rule failed. `noted` while the gate is off.
OUTCOMES = ["passed", "noted", "warned", "held"]


class ReportFilter(serializers.Serializer[Any]):
    """Query parameters of the list: filters and an order."""

    order = serializers.ChoiceField(
        choices=["newest", "worst"],
        default="newest",
        help_text="`worst`: finished reports by score, lowest first.",
    )
    state = serializers.ChoiceField(choices=Job.State.choices, required=False)
    verdict = serializers.ChoiceField(choices=VERDICTS, required=False)
    passed = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="No required rule failed."
    )
    failed_rule = serializers.CharField(max_length=100, required=False)
    held = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="The image is held."
    )

    def narrow(self, reports: QuerySet[Report]) -> QuerySet[Report]:
        """Apply the filters."""
        wanted = self.validated_data
        for name in ("state", "verdict", "passed"):
            if wanted.get(name) is not None:
                reports = reports.filter(**{name: wanted[name]})
        if "failed_rule" in wanted:
            reports = reports.filter(failed_rules__contains=[wanted["failed_rule"]])
        if wanted["held"] is not None:
            is_held = Q(image__status=Image.Status.HELD)
            reports = reports.filter(is_held if wanted["held"] else ~is_held)
        return reports.filter(state=Job.State.DONE) if wanted["order"] == "worst" else reports


class ProfileChoice(serializers.Serializer[Any]):
    """Query parameters of one report."""

    profile = serializers.ChoiceField(
        choices=KEYS, required=False, help_text="The rules to use instead."
    )


class OutcomeField(serializers.ChoiceField):
    """The outcome of the policy's rules for a report; null before they were checked.

    Needs the policy's `gate` in the context.
    """

    def __init__(self) -> None:
        super().__init__(choices=OUTCOMES, allow_null=True, source="*")

    def to_representation(self, value: Any) -> Any:
        if value.image.status == Image.Status.HELD:
            return "held"
        if value.passed is None:
            return None
        if value.passed:
            return "passed"
        return "noted" if self.context["gate"] == Policy.Gate.OFF else "warned"


class ReportStateOutput(StagedSerializer):
    """What a report has before its figures."""

    image = serializers.UUIDField(source="image_id")
    name = serializers.CharField(source="image.name")
    photo_url = PhotoURLField(source="image.photo")
    thumbnails = ThumbnailsField(source="image", read_only=True, help_text=THUMBNAILS_HELP)
    status = serializers.ChoiceField(choices=Image.Status.choices, source="image.status")
    state = serializers.ChoiceField(choices=Job.State.choices)
    outcome = OutcomeField()
    is_current = serializers.BooleanField(help_text="It is about the image's current photo.")
    problem = ProblemOutput(allow_null=True)
    measured_at = serializers.DateTimeField(source="updated_at")

    def has_figures(self, row: Report) -> bool:
        return bool(row.examined)


class ListedReportOutput(ReportStateOutput):
    """A report in a list, with the results of the rules of the shop's policy."""

    figures = ("score", "verdict", "profile", "passed", "failed_rules")

    score = FigureField(1, required=False)
    verdict = serializers.ChoiceField(choices=VERDICTS, required=False)
    profile = serializers.CharField(required=False)
    passed = serializers.BooleanField(required=False)
    failed_rules = serializers.ListField(child=serializers.CharField(), required=False)


class ReportOutput(AssessmentOutput, ReportStateOutput):
    """An image's report; the figures are present once `state` has been `done`."""

    figures = AssessmentOutput().fields.keys() - {"image"}


class ScoreBinOutput(serializers.Serializer[Any]):
    to = serializers.IntegerField()
    images = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(), **super().get_fields()}


class FailedRuleOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    images = serializers.IntegerField()


class BreachOutput(serializers.Serializer[Any]):
    """A photo that differs from the shop's usual photos."""

    image = serializers.UUIDField(source="image.pk")
    name = serializers.CharField(source="image.name")
    photo_url = PhotoURLField(source="image.photo")
    thumbnails = ThumbnailsField(source="image", read_only=True, help_text=THUMBNAILS_HELP)
    groups = serializers.ListField(
        child=serializers.ChoiceField(choices=["background", "framing", "light"]),
        source="outlier.groups",
    )
    looks = serializers.ListField(child=serializers.CharField(), source="outlier.looks")
    distance = FigureField(
        2, source="outlier.distance", help_text="The modified z-score, above 3.5."
    )


class SummaryOutput(serializers.Serializer[Any]):
    """Figures over all photos of the shop."""

    images = serializers.IntegerField()
    measured = serializers.IntegerField()
    pending = serializers.IntegerField()
    failed = serializers.IntegerField()
    passed = serializers.IntegerField()
    held = serializers.IntegerField()
    mean_score = FigureField(1, allow_null=True)
    scores = ScoreBinOutput(many=True)
    verdicts = serializers.DictField(child=serializers.IntegerField())
    failed_rules = FailedRuleOutput(many=True)
    breaches = BreachOutput(many=True)


class CountOutput(serializers.Serializer[Any]):
    retried = serializers.IntegerField()


class WorstFirst(NewestFirst):
    """Reports by their score, lowest first."""

    ordering = ("score", "id")  # type: ignore[assignment]  # of several keys, as the base takes
    parse_position = float


@extend_schema(tags=["photo quality"])
class ReportViewSet(QualityMixin, TenantViewSet):
    """The measures of each image's photo, and the results of the shop's rules."""

    serializer_class = ReportOutput
    filter_backends = ()
    lookup_field = "image_id"
    lookup_url_kwarg = "pk"

    def get_queryset(self) -> QuerySet[Report]:
        rows: QuerySet[Report] = Report.objects.select_related("image__thumbnails").filter(
            image__deleted_at=None
        )
        return rows

    @extend_schema(
        summary="List reports, newest images or worst first",
        parameters=[ReportFilter],
        responses=ListedReportOutput(many=True),
    )
    def list(self, request: Request) -> Response:
        query = ReportFilter(data=request.query_params)
        order = validate_parameters(query)["order"]
        rows = query.narrow(self.get_queryset())
        pages = WorstFirst() if order == "worst" else NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        context = {"request": request, "gate": get_policy(self.shop.pk).gate}
        reports = ListedReportOutput(page, many=True, context=context)
        return pages.get_paginated_response(reports.data)

    @extend_schema(
        summary="Get an image's report",
        parameters=[ProfileChoice],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        policy = get_policy(self.shop.pk)
        wanted = validate_parameters(ProfileChoice(data=request.query_params))
        profile = get_profile(policy, wanted.get("profile", ""))
        report = self.get_object()
        if report.examined:
            report.judgement = judge(profile, report.assessment)
        context = {"request": request, "gate": policy.gate}
        return Response(ReportOutput(report, context=context).data)

    @extend_schema(
        summary="Clear a held image",
        description="A person has checked it: it gets the status that it was meant to have, and "
        "is embedded.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def clear(self, request: Request, pk: str) -> Response:
        clear_image(image=self.get_object().image)
        return self.retrieve(request, pk)

    @extend_schema(
        summary="Measure failed photos again", request=None, responses={202: CountOutput}
    )
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        body = {"retried": services.retry_failed_reports(shop=self.shop)}
        return Response(body, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Get figures over all photos",
        description="The distribution of scores, the rules that fail most often, and photos that "
        "differ from the shop's usual ones in background, framing or light: from eight photos on, "
        "those with a modified z-score above 3.5.",
        responses=SummaryOutput,
    )
    @action(detail=False, methods=["get"])
    def summary(self, request: Request) -> Response:
        return Response(SummaryOutput(summarise(), context={"request": request}).data)
