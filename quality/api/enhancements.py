"""Enhance a photo: a preview first, then applied, and reverted on request."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE
from quality import services
from quality.api.figures import ImprovementOutput
from quality.api.jobs import DONE, EVENTS, PENDING, JobOutput, JobViewSet
from quality.api.photos import (
    FORMS,
    LevelField,
    PhotoOrImage,
    PhotoOutput,
    PhotoURLField,
    ProfileField,
    StepsField,
)
from quality.jobs.application import apply_enhancement, revert_enhancement
from quality.models import Enhancement
from tenants.api.idempotency import idempotent

ROW_ID = serializers.UUIDField()
# Query parameters that narrow the list, and their fields.
FILTERS = {"batch": "batch_id", "image": "source__image_id"}
EXAMPLE = OpenApiExample(
    "An image, for Amazon",
    {"image": IMAGE, "steps": ["tone", "white_background", "reframe"], "profile": "amazon"},
    request_only=True,
)


class EnhanceInput(PhotoOrImage):
    level = LevelField(default=1.0)
    steps = StepsField()
    profile = ProfileField()


class StandingField(serializers.ChoiceField):
    """Null until there is a result."""

    def to_representation(self, value: Any) -> Any:
        return value or None


class EnhancedPhotoOutput(serializers.Serializer[Any]):
    photo_url = PhotoURLField(source="photo", allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class EnhancementOutput(JobOutput, ImprovementOutput):
    """An enhanced photo; the figures are present once `state` is `done`."""

    figures = ("after", *ImprovementOutput().fields)

    standing = StandingField(choices=Enhancement.Standing.choices, allow_null=True)
    batch = serializers.UUIDField(source="batch_id", allow_null=True)
    level = serializers.FloatField()
    steps = serializers.ListField(child=serializers.CharField(), source="effective_steps")
    profile = serializers.CharField()
    before = PhotoOutput(source="source")
    after = EnhancedPhotoOutput(required=False, source="*")


@extend_schema_view(
    list=extend_schema(
        summary="List enhancements, newest first",
        parameters=[
            OpenApiParameter("batch", UUID, description="Only those of this batch."),
            OpenApiParameter("image", UUID, description="Only those of this image."),
        ],
    ),
    retrieve=extend_schema(summary="Get one enhancement"),
    create=extend_schema(
        summary="Create a preview of a better photo",
        description="Each step does as much as the measures ask for, and nothing to a good photo. "
        "The preview is not in the catalogue: apply it, or discard it. It has the size at which "
        f"photos are displayed, at most 1,600 pixels a side. {EVENTS}",
        request=dict.fromkeys(FORMS, EnhanceInput),
        responses={
            201: OpenApiResponse(EnhancementOutput, DONE),
            202: OpenApiResponse(EnhancementOutput, PENDING),
        },
        examples=[EXAMPLE],
    ),
    progress=extend_schema(summary="Follow an enhancement", description=EVENTS),
    destroy=extend_schema(
        summary="Discard a preview",
        description="Revert an applied enhancement before you discard it.",
        responses={204: OpenApiResponse(description="Deleted.")},
    ),
)
@extend_schema(tags=["photo quality"])
class EnhanceViewSet(JobViewSet):
    """Enhanced photos: a preview first, then applied, and reverted on request."""

    serializer_class = EnhancementOutput

    def get_queryset(self) -> QuerySet[Enhancement]:
        rows: QuerySet[Enhancement] = Enhancement.objects.select_related("source__image").filter(
            source__image__deleted_at=None
        )
        for name, field in FILTERS.items():
            if value := self.request.query_params.get(name):
                rows = rows.filter(**{field: ROW_ID.to_internal_value(value)})
        return rows

    @idempotent
    def _create(self, request: Request) -> Response:
        data = EnhanceInput(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.create_enhancement(
            shop=self.shop,
            photo=data.subject(),
            level=data.validated_data["level"],
            steps=data.validated_data.get("steps", ()),
            profile=data.validated_data["profile"],
        )
        return Response({"id": str(row.pk)}, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Apply a preview to its image",
        description="The preview becomes a new version of the image's photo, which is embedded "
        "again. The original is stored as it was.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        apply_enhancement(enhancement=self.get_object())
        return Response(self._render(self.get_object()))

    @extend_schema(
        summary="Revert an enhancement",
        description="The image gets its previous photo back, and is embedded again.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def revert(self, request: Request, pk: str) -> Response:
        revert_enhancement(enhancement=self.get_object())
        return Response(self._render(self.get_object()))
