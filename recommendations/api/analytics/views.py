"""Analytics: by day, by prompt and by image, as JSON or CSV."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.analytics import reports
from recommendations.api.analytics.csv import CSVRenderer
from recommendations.api.analytics.serializers import (
    NO_MATCH,
    WORST,
    ActivityReportSerializer,
    DayActivitySerializer,
    ImageActivitySerializer,
    ImageReportSerializer,
    ImagesInput,
    PeriodInput,
    PromptActivitySerializer,
    PromptReportSerializer,
    PromptsInput,
)
from tenants.api.base import TenantAPIView
from tenants.models import Scope

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
PERIOD = {"from": "2026-11-21", "to": "2026-11-21"}


def _example(name: str, body: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, {**PERIOD, **body}, response_only=True)


def _answers(report: type[Any]) -> dict[Any, Any]:
    return {(200, "application/json"): report, (200, "text/csv"): OpenApiTypes.STR}


class _ReportView(TenantAPIView):
    """Answers a report of a period, or its rows alone as CSV."""

    read_scope = Scope.CATALOG_READ
    renderer_classes = (JSONRenderer, CSVRenderer)
    file_name: str
    input_class: type[PeriodInput]
    row_serializer_class: type[Any]

    def read(self, request: Request) -> dict[str, Any]:
        """Return what was asked for; raises `ValidationError`."""
        asked = self.input_class(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def answer(self, request: Request, body: dict[str, Any]) -> Response:
        period = body["period"]
        headers = {}
        if request.accepted_renderer.format == CSVRenderer.format:
            name = f"{self.file_name}-{period.first}-{period.last}.csv"
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return Response(self.get_serializer(body).data, headers=headers)


class AnalyticsView(_ReportView):
    file_name = "analytics"
    input_class = PeriodInput
    serializer_class = ActivityReportSerializer
    row_serializer_class = DayActivitySerializer

    @extend_schema(
        tags=["analytics"],
        summary="What happened, by day",
        description="Figures are about a minute behind. Days are UTC's; clicks and carts count "
        "on the day of the answer that led to them. A rate of nothing is null.",
        parameters=[PeriodInput],
        responses=_answers(ActivityReportSerializer),
        examples=[
            _example("A day", {"total": ACTIVITY, "results": [{"day": "2026-11-21", **ACTIVITY}]})
        ],
    )
    def get(self, request: Request) -> Response:
        period = self.read(request)["period"]
        days, total = reports.read_activity(period)
        return self.answer(request, {"period": period, "total": total, "results": days})


class PromptAnalyticsView(_ReportView):
    file_name = "prompts"
    input_class = PromptsInput
    serializer_class = PromptReportSerializer
    row_serializer_class = PromptActivitySerializer

    @extend_schema(
        tags=["analytics"],
        summary="What was asked most, or had no good match",
        description="Prompts that differ in case and spaces only are one. Of each past day the "
        "1,000 asked most are kept.",
        parameters=[PromptsInput],
        responses=_answers(PromptReportSerializer),
        examples=[
            _example(
                "One prompt",
                {
                    "results": [
                        {
                            "prompt": "snow boots",
                            "asked": 31,
                            "no_match": 31,
                            "clicked": 0,
                            "no_match_rate": 1.0,
                            "click_through_rate": 0.0,
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        asked = self.read(request)
        prompts = reports.read_prompts(
            asked["period"], only_no_match=asked.get("only") == NO_MATCH, limit=asked["limit"]
        )
        return self.answer(request, {"period": asked["period"], "results": prompts})


class ImageAnalyticsView(_ReportView):
    file_name = "images"
    input_class = ImagesInput
    serializer_class = ImageReportSerializer
    row_serializer_class = ImageActivitySerializer

    @extend_schema(
        tags=["analytics"],
        summary="Which images did best, or worst",
        parameters=[ImagesInput],
        responses=_answers(ImageReportSerializer),
        examples=[
            _example(
                "One image",
                {
                    "results": [
                        {
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
                    ]
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        asked = self.read(request)
        images = reports.read_images(
            asked["period"], worst=asked["order"] == WORST, limit=asked["limit"]
        )
        return self.answer(request, {"period": asked["period"], "results": images})
