"""Assess a photo or an image by the listing rules of a profile."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE
from catalog.models import Image
from core.api.views import validate
from core.errors import DomainError, Unavailable
from quality.api.fields import (
    FORMS,
    VERDICTS,
    FigureField,
    NamedMeasureOutput,
    PhotoOrImage,
    ProfileField,
)
from quality.api.jobs import wait_until
from quality.jobs.upload_messages import request_assessment
from quality.measure.assessment import Assessment
from quality.models import Report
from quality.policies import get_policy, get_profile
from quality.profiles import Fix, Judgement, judge
from tenants.api.base import TenantAPIView
from tenants.models import Scope

ENHANCE = "/api/v1/quality/enhance/"
EXAMPLE = OpenApiExample(
    "An image, by Google's rules", {"image": IMAGE, "profile": "google"}, request_only=True
)


class AssessInput(PhotoOrImage):
    profile = ProfileField()


@dataclass(frozen=True, slots=True)
class JudgedPhoto:
    """An assessment, judged by a profile's rules."""

    assessment: Assessment
    judgement: Judgement
    image_id: UUID | None


class CallOutput(serializers.Serializer[Any]):
    method = serializers.CharField()
    path = serializers.CharField()
    body = serializers.DictField()

    def to_representation(self, instance: Fix) -> Any:
        if instance.step is None:
            return None
        photo: Any = self.root.instance
        image = {"image": str(photo.image_id)} if photo.image_id else {}
        body = {**image, "steps": [instance.step], "profile": photo.judgement.profile.key}
        return super().to_representation({"method": "POST", "path": ENHANCE, "body": body})


class FixOutput(serializers.Serializer[Any]):
    advice = serializers.CharField()
    call = CallOutput(
        source="*",
        allow_null=True,
        help_text="The request that fixes it; null if only another photo helps.",
    )


class BoundsOutput(serializers.Serializer[Any]):
    least = FigureField(allow_null=True)
    most = FigureField(allow_null=True)


class RuleOutput(serializers.Serializer[Any]):
    """The result of one listing rule."""

    rule = serializers.CharField(source="rule.name")
    measures = serializers.CharField(
        source="rule.subject", help_text="The measure, or the fact of the file, that it checks."
    )
    passed = serializers.BooleanField(allow_null=True, help_text="Null: cannot be checked.")
    measured = FigureField(4, allow_null=True)
    required = BoundsOutput(source="rule")  # type: ignore[assignment]
    is_required = serializers.BooleanField(
        source="rule.is_required", help_text="False: a recommendation."
    )
    fix = FixOutput(allow_null=True)
    source = serializers.CharField(source="rule.source")  # type: ignore[assignment]
    as_of = serializers.DateField(
        source="rule.as_of", help_text="The day on which it was checked against its source."
    )


class SubjectOutput(serializers.Serializer[Any]):
    found = serializers.BooleanField(source="has_subject")
    confidence = FigureField(3)
    measured = serializers.ChoiceField(choices=["garment", "whole frame"], source="measured_area")


class FileOutput(serializers.Serializer[Any]):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField(source="file_bytes", allow_null=True)
    format = serializers.CharField(allow_null=True)


class AssessmentOutput(serializers.Serializer[Any]):
    """The measures of a photo, and the results of a profile's rules."""

    image = serializers.UUIDField(source="image_id", allow_null=True)
    score = FigureField(1, source="assessment.score", help_text="0 to 100.")
    verdict = serializers.ChoiceField(choices=VERDICTS, source="assessment.verdict")
    parts = serializers.DictField(child=FigureField(1, allow_null=True), source="assessment.parts")
    measures = NamedMeasureOutput(many=True, source="assessment.measures")
    subject = SubjectOutput(source="assessment")
    file = FileOutput(source="assessment.frame")
    profile = serializers.CharField(source="judgement.profile.key")
    passed = serializers.BooleanField(source="judgement.passed")
    rules = RuleOutput(many=True, source="judgement.results")


class ReportPending(Unavailable):
    """The image's photo has not been measured yet."""

    code = "report_pending"

    def __init__(self) -> None:
        super().__init__("This photo is not measured yet; try again shortly.", retry_after=2)


@extend_schema(tags=["photo quality"])
class AssessView(TenantAPIView):
    """Measure a photo."""

    # An uploaded photo is not stored.
    write_scope = Scope.CATALOG_READ
    reading_methods = ("POST",)
    serializer_class = AssessInput

    @extend_schema(
        summary="Measure a photo and check it against listing rules",
        description="An uploaded photo is not stored. The figures of an image usually exist "
        "already; every `profile` can be checked against them.",
        request=dict.fromkeys(FORMS, AssessInput),
        responses=AssessmentOutput,
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        until = time.monotonic() + settings.QUALITY_DEADLINE_SECONDS
        data = AssessInput(data=request.data)
        profile = get_profile(get_policy(self.shop.pk), validate(data)["profile"])
        photo = data.subject()
        if isinstance(photo, Image):
            assessment, image_id = read_assessment(photo), photo.pk
        else:
            assessment, image_id = request_assessment(photo, until=until), None
        judged = JudgedPhoto(assessment, judge(profile, assessment), image_id)
        return Response(AssessmentOutput(judged).data)


def read_assessment(image: Image) -> Assessment:
    """Return an image's figures; wait for its report until the deadline."""
    report: Report | None = wait_until(
        Report.objects.filter(image=image).first,
        lambda report: report is not None and report.is_final_for(image),
    )
    if report is None or not report.is_final_for(image):
        raise ReportPending
    if report.problem:
        raise DomainError(report.problem["detail"], code=report.problem["code"])
    return report.assessment
