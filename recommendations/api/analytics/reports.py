"""Reports by day, by prompt and by image, as JSON or CSV."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.csv import CSVRenderer
from core.api.views import validate_parameters
from recommendations.analytics import reports
from recommendations.analytics.reports import Period, PromptActivity
from tenants.api.base import TenantAPIView
from tenants.models import Scope

DEFAULT_DAYS = 30
MAX_DAYS = 366
MAX_ROWS = 10_000
# There are no figures before this day, and the year 1 has no days before it.
MIN_DATE = date(2000, 1, 1)


class PeriodInput(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        """Add `from`, a keyword of Python that no attribute can have as its name."""
        return {
            "from": serializers.DateField(
                required=False,
                help_text=f"First day, in UTC; by default {DEFAULT_DAYS} days up to `to`.",
            ),
            "to": serializers.DateField(
                required=False, help_text="Last day, in UTC; today by default."
            ),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        last = attrs.get("to", timezone.now().date())
        if last < MIN_DATE:
            raise ValidationError({"to": [f"This is before {MIN_DATE}."]})
        first = attrs.get("from", last - timedelta(days=DEFAULT_DAYS - 1))
        if first > last:
            raise ValidationError({"from": ["This is later than `to`."]})
        if (last - first).days >= MAX_DAYS:
            raise ValidationError({"from": [f"A period has at most {MAX_DAYS} days."]})
        return {**attrs, "period": Period(first, last)}


class RowsInput(PeriodInput):
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_ROWS, default=100, help_text="Maximum number of rows."
    )


class PromptsInput(RowsInput):
    only = serializers.ChoiceField(
        choices=["no_match"],
        required=False,
        help_text="Only prompts that had no match, the most frequent first.",
    )


class ImagesInput(RowsInput):
    order = serializers.ChoiceField(
        choices=["best", "worst"],
        default="best",
        help_text="`worst`: images with the fewest actions for the number of looks.",
    )


COUNTS = {
    "impressions": 9120,
    "clicks": 512,
    "likes": 40,
    "dislikes": 6,
    "add_to_carts": 61,
    "purchases": 17,
}
ACTIVITY = {
    "answers": 1310,
    "searches": 840,
    "similars": 210,
    "feeds": 260,
    "no_match_rate": 0.0417,
    "click_through_rate": 0.3618,
    "add_to_cart_rate": 0.0443,
    "coverage": 0.6133,
    "latency_median_ms": 18.2,
    "latency_p95_ms": 64.9,
    **COUNTS,
}
IMAGE = {
    "id": "0197c1a2-7c1e-7d4a-9a55-6a2f0c1b2d3e",
    "name": "Red floral midi dress",
    "sku": "DR-1042-RED",
    "popularity": 1.0,
    "surplus": 86.4,
    "click_rate": 0.1174,
    "expected": 4361.5,
    "answers": 1104,
    **COUNTS,
}


def _count(name: str, help_text: str | None = None) -> serializers.IntegerField:
    return serializers.IntegerField(source=f"counts.{name}", help_text=help_text)


def _optional(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


class _EventCountsSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        """Add the number of events of each kind at the end."""
        return {**super().get_fields(), **{name: _count(name) for name in COUNTS}}


class ActivitySerializer(_EventCountsSerializer):
    answers = serializers.IntegerField(help_text="Searches, similar images and pages of feeds.")
    searches = _count("searches")
    similars = _count("similars")
    feeds = _count("feeds")
    no_match_rate = _optional("The share of searches with no result, or with no match.")
    click_through_rate = _optional("The share of answers with a click at any time.")
    add_to_cart_rate = _optional("The share of answers with an image added to the cart.")
    coverage = _optional(
        "The share of published images that were in an answer or reported as seen."
    )
    latency_median_ms = _optional("Within 1 %.")
    latency_p95_ms = _optional("95 % of answers took no longer; within 1 %.")


class DayActivitySerializer(ActivitySerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"day": serializers.DateField(help_text="In UTC."), **super().get_fields()}


class PromptActivitySerializer(serializers.Serializer[PromptActivity]):
    prompt = serializers.CharField(
        help_text="In lower case, with single spaces; the first 200 characters."
    )
    asked = serializers.IntegerField()
    no_match = serializers.IntegerField()
    clicked = serializers.IntegerField(help_text="Answers with a click.")
    no_match_rate = _optional("`no_match` divided by `asked`.")
    click_through_rate = _optional("`clicked` divided by `asked`.")


class ImageActivitySerializer(_EventCountsSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    sku = serializers.CharField()
    popularity = serializers.FloatField(
        help_text="From 0 to 1: shoppers' actions in the period, corrected for positions."
    )
    surplus = serializers.FloatField(
        help_text="Weighted actions beyond those of an average image with as many looks."
    )
    click_rate = _optional("`clicks` divided by `expected`.")
    expected = serializers.FloatField(
        source="counts.expected",
        help_text="Estimated number of looks: an impression counts less, the lower its position.",
    )
    answers = _count("answers", "Answers with this image.")


class ReportSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {
            "from": serializers.DateField(source="period.first"),
            "to": serializers.DateField(source="period.last"),
            **super().get_fields(),
        }


class ActivityReportSerializer(ReportSerializer):
    total = ActivitySerializer()
    results = DayActivitySerializer(many=True)


class PromptReportSerializer(ReportSerializer):
    results = PromptActivitySerializer(many=True)


class ImageReportSerializer(ReportSerializer):
    results = ImageActivitySerializer(many=True)


def describe_report(
    name: str, report: type[Any], parameters: type[Any], body: dict[str, Any], **texts: Any
) -> Any:
    example = {"from": "2026-11-21", "to": "2026-11-21", **body}
    return extend_schema(
        tags=["analytics"],
        parameters=[parameters],
        responses={(200, "application/json"): report, (200, "text/csv"): OpenApiTypes.STR},
        examples=[OpenApiExample(name, example, response_only=True)],
        **texts,
    )


class ReportView(TenantAPIView):
    """A report on a period. As CSV, it has only the rows."""

    read_scope = Scope.CATALOG_READ
    renderer_classes = (JSONRenderer, CSVRenderer)
    file_name: str
    input_class: type[PeriodInput]
    row_serializer_class: type[Any]
    read: Callable[..., dict[str, Any]]

    def get(self, request: Request) -> Response:
        options = validate_parameters(self.input_class(data=request.query_params))
        period, headers = options["period"], {}
        if request.accepted_renderer.format == CSVRenderer.format:
            name = f"{self.file_name}-{period.first}-{period.last}.csv"
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        body = {"period": period, **self.read(**options)}
        return Response(self.get_serializer(body).data, headers=headers)


@extend_schema_view(
    get=describe_report(
        "A day",
        ActivityReportSerializer,
        PeriodInput,
        {"total": ACTIVITY, "results": [{"day": "2026-11-21", **ACTIVITY}]},
        summary="Report activity by day",
        description="Figures are about a minute old. Days are in UTC; clicks and carts count on "
        "the day of the answer that led to them. A rate is null where its denominator is 0.",
    )
)
class AnalyticsView(ReportView):
    file_name = "analytics"
    input_class = PeriodInput
    serializer_class = ActivityReportSerializer
    row_serializer_class = DayActivitySerializer

    def read(self, *, period: Period, **_: Any) -> dict[str, Any]:
        days, total = reports.read_activity(period)
        return {"total": total, "results": days}


@extend_schema_view(
    get=describe_report(
        "One prompt",
        PromptReportSerializer,
        PromptsInput,
        {"results": [PromptActivitySerializer(PromptActivity("snow boots", 31, 31, 0)).data]},
        summary="Report the most frequent prompts, or those without a match",
        description="Prompts that differ only in case and white space count as one. The 1,000 most "
        "frequent prompts of each past day are stored.",
    )
)
class PromptAnalyticsView(ReportView):
    file_name = "prompts"
    input_class = PromptsInput
    serializer_class = PromptReportSerializer
    row_serializer_class = PromptActivitySerializer

    def read(
        self, *, period: Period, limit: int, only: str | None = None, **_: Any
    ) -> dict[str, Any]:
        return {"results": reports.read_prompts(period, order=only or "asked", limit=limit)}


@extend_schema_view(
    get=describe_report(
        "One image",
        ImageReportSerializer,
        ImagesInput,
        {"results": [IMAGE]},
        summary="Report the best or the worst images",
    )
)
class ImageAnalyticsView(ReportView):
    file_name = "images"
    input_class = ImagesInput
    serializer_class = ImageReportSerializer
    row_serializer_class = ImageActivitySerializer

    def read(self, *, period: Period, limit: int, order: str, **_: Any) -> dict[str, Any]:
        return {"results": reports.read_images(period, order=order, limit=limit)}
