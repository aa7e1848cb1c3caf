"""Compare two photos."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from catalog.models import Image
from core.api.views import validate
from core.photos import Photo, open_photos
from quality import services
from quality.api.fields import (
    FORMS,
    PHOTO_HELP,
    FigureField,
    ImageReference,
    ImprovementOutput,
    LevelField,
    MeasureOutput,
    PhotoOutput,
    PhotoURLField,
    ProfileField,
)
from quality.api.jobs import DONE, EVENTS, PENDING, JobOutput, JobViewSet
from quality.models import Comparison
from tenants.api.idempotency import idempotent

PAIR = 2
SIDES = ["first", "second", "same", "unknown"]
EXAMPLE = OpenApiExample(
    "Two images", {"images": [IMAGE, OTHER], "enhancement_level": 0.5}, request_only=True
)


class CompareInput(serializers.Serializer[Any]):
    """Two photos: files named `photo`, ids of images, or one of each, files first."""

    photo = serializers.ListField(
        child=serializers.FileField(), required=False, max_length=PAIR, help_text=PHOTO_HELP
    )
    images = serializers.ListField(child=ImageReference(), required=False, max_length=PAIR)
    enhancement_level = LevelField()
    profile = ProfileField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.get("photo", ())) + len(attrs.get("images", ())) != PAIR:
            message = "Send two: files named `photo`, ids of `images`, or one of each."
            raise serializers.ValidationError({"photo": [message]}, code="required")
        return attrs

    def subjects(self) -> list[Photo | Image]:
        """Return the two photos or images of the request; raises `PhotoRefused`."""
        data = self.validated_data
        return [*open_photos(data.get("photo", ())), *data.get("images", ())]


# The OpenAPI description has never typed these parts.
@extend_schema_field(serializers.DictField())
class PartsField(serializers.DictField):
    child = FigureField(1, allow_null=True)


class ComparedPhotoOutput(PhotoOutput):
    """A compared photo; `score` and `parts` are present once the comparison is done."""

    score = FigureField(1, required=False, source="assessment.score")
    parts = PartsField(required=False, source="assessment.parts")


class ComparedEnhancementOutput(ImprovementOutput):
    photo = serializers.ChoiceField(choices=["first", "second"], source="result.enhancement.photo")
    photo_url = PhotoURLField(source="enhanced")

    def to_representation(self, instance: Comparison) -> Any:
        return super().to_representation(instance) if instance.improvement else None


class ComparedMeasureOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    first = MeasureOutput()
    second = MeasureOutput()
    better = serializers.ChoiceField(choices=SIDES)


class LikenessOutput(serializers.Serializer[Any]):
    ssim = serializers.FloatField()
    psnr = serializers.FloatField(help_text="dB.")
    gmsd = serializers.FloatField()
    overlap = serializers.FloatField()


class ComparisonOutput(JobOutput):
    """A comparison of two photos; the figures are present once `state` is `done`."""

    figures = ("measures", "better", "likeness", "enhancement", "advice")

    first = ComparedPhotoOutput()
    second = ComparedPhotoOutput()
    enhancement_level = serializers.FloatField()
    profile = serializers.CharField()
    measures = ComparedMeasureOutput(many=True, required=False)
    better = serializers.ChoiceField(choices=SIDES, required=False, source="result.better")
    likeness = LikenessOutput(
        allow_null=True,
        required=False,
        source="result.likeness",
        help_text="Null if they do not show the same scene.",
    )
    enhancement = ComparedEnhancementOutput(
        allow_null=True,
        required=False,
        source="*",
        help_text="The enhanced weaker photo; null if nothing was needed.",
    )
    advice = serializers.CharField(required=False, source="result.advice")

    def to_representation(self, instance: Comparison) -> dict[str, Any]:
        for side, assessment in instance.assessments.items():
            getattr(instance, side).assessment = assessment
        return super().to_representation(instance)


@extend_schema_view(
    list=extend_schema(summary="List comparisons, newest first"),
    retrieve=extend_schema(summary="Get one comparison"),
    create=extend_schema(
        summary="Compare two photos",
        description="Every measure of both photos with the better one marked, how similar the "
        "photos are if they show the same scene, the weaker one enhanced, and one sentence of "
        f"advice. {EVENTS}",
        request=dict.fromkeys(FORMS, CompareInput),
        responses={
            201: OpenApiResponse(ComparisonOutput, DONE),
            202: OpenApiResponse(ComparisonOutput, PENDING),
        },
        examples=[EXAMPLE],
    ),
    progress=extend_schema(summary="Follow a comparison", description=EVENTS),
    destroy=extend_schema(
        summary="Delete a comparison and its photos",
        responses={204: OpenApiResponse(description="Deleted.")},
    ),
)
@extend_schema(tags=["photo quality"])
class CompareViewSet(JobViewSet):
    """Comparisons of two photos, with the weaker one enhanced."""

    serializer_class = ComparisonOutput

    def get_queryset(self) -> QuerySet[Comparison]:
        rows: QuerySet[Comparison] = Comparison.objects.select_related(
            "first__image", "second__image"
        ).filter(first__image__deleted_at=None, second__image__deleted_at=None)
        return rows

    @idempotent
    def _create(self, request: Request) -> Response:
        data = CompareInput(data=request.data)
        fields = validate(data)
        row = services.create_comparison(
            shop=self.shop,
            photos=data.subjects(),
            level=fields["enhancement_level"],
            profile=fields["profile"],
        )
        return Response({"id": str(row.pk)}, status.HTTP_201_CREATED)
