"""Enhance a photo: a preview first, then applied, and reverted on request; or many as one batch."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from core.api.views import NewestFirst, validate, validate_parameters
from quality import services
from quality.api.fields import (
    FORMS,
    VERDICTS,
    ImprovementOutput,
    LevelField,
    PhotoOrImage,
    PhotoOutput,
    PhotoURLField,
    ProfileField,
    QualityMixin,
    StepsField,
)
from quality.api.jobs import DONE, EVENTS, PENDING, JobOutput, JobViewSet
from quality.jobs.application import apply_enhancement, revert_enhancement
from quality.models import Batch, Enhancement, Report
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent

EXAMPLE = OpenApiExample(
    "An image, for Amazon",
    {"image": IMAGE, "steps": ["tone", "white_background", "reframe"], "profile": "amazon"},
    request_only=True,
)
BATCH_EXAMPLE = OpenApiExample(
    "Two images, checked before they are applied",
    {"images": [IMAGE, OTHER], "level": 0.8, "apply": False},
    request_only=True,
)


class EnhanceInput(PhotoOrImage):
    level = LevelField(default=1.0)
    steps = StepsField()
    profile = ProfileField()


class EnhancementFilter(serializers.Serializer[Any]):
    """Query parameters that narrow the list."""

    batch = serializers.UUIDField(required=False, help_text="Only those of this batch.")
    image = serializers.UUIDField(required=False, help_text="Only those of this image.")


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
        parameters=[EnhancementFilter],
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
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        if self.action != "list":
            return queryset
        fields = {"batch": "batch_id", "image": "source__image_id"}
        wanted = validate_parameters(EnhancementFilter(data=self.request.query_params))
        return queryset.filter(**{fields[name]: value for name, value in wanted.items()})

    @idempotent
    def _create(self, request: Request) -> Response:
        data = EnhanceInput(data=request.data)
        fields = validate(data)
        row = services.create_enhancement(
            shop=self.shop,
            photo=data.subject(),
            level=fields["level"],
            steps=fields.get("steps", ()),
            profile=fields["profile"],
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


class BatchInput(serializers.Serializer[Any]):
    """The images to enhance, chosen by their ids or by their reports."""

    images = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=services.MAX_BATCH_IMAGES,
    )
    verdict = serializers.ChoiceField(
        choices=VERDICTS, required=False, help_text="Images with this verdict, worst first."
    )
    failed_rule = serializers.CharField(
        max_length=100, required=False, help_text="Images that failed this rule, worst first."
    )
    level = LevelField(default=1.0)
    steps = StepsField()
    profile = ProfileField()
    apply = serializers.BooleanField(
        default=False, help_text="Apply each preview as soon as it is ready; it can be reverted."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen_by = {"images", "verdict", "failed_rule"} & attrs.keys()
        if not chosen_by or chosen_by > {"images"}:
            message = "Choose images: by their ids, or by a `verdict`, a `failed_rule` or both."
            raise serializers.ValidationError({"images": [message]}, code="required")
        return attrs

    def image_ids(self) -> list[UUID]:
        """Return the ids of the chosen images; by reports only images of the scope's shop."""
        data = self.validated_data
        if "images" in data:
            return list(dict.fromkeys(data["images"]))
        rows = Report.objects.done().filter(image__deleted_at=None)
        if "verdict" in data:
            rows = rows.filter(verdict=data["verdict"])
        if "failed_rule" in data:
            rows = rows.filter(failed_rules__contains=[data["failed_rule"]])
        worst = rows.order_by("score", "pk").values_list("image_id", flat=True)
        return list(worst[: services.MAX_BATCH_IMAGES])


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch and its progress."""

    progress = serializers.SerializerMethodField(help_text="The share that is done, 0 to 1.")
    counts = serializers.SerializerMethodField(
        help_text="Images that are `pending` or `failed`, and the finished ones by `standing`."
    )

    class Meta:
        model = Batch
        fields = ("id", "level", "steps", "profile", "applies", "created_at", "progress", "counts")

    def get_progress(self, batch: Any) -> float:
        return round(1 - batch.pending / batch.images, 3) if batch.images else 1.0

    def get_counts(self, batch: Any) -> dict[str, int]:
        names = ("images", "pending", "failed", *Enhancement.Standing.values)
        return {name: getattr(batch, name) for name in names}


@extend_schema_view(
    list=extend_schema(summary="List batches, newest first"),
    retrieve=extend_schema(summary="Get a batch and its progress"),
)
@extend_schema(tags=["photo quality"])
class BatchViewSet(QualityMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Enhancements of many images; `GET quality/enhance/?batch=…` lists the previews of one."""

    serializer_class = BatchSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Batch]:
        conditions = {name: Q(enhancements__standing=name) for name in Enhancement.Standing.values}
        conditions |= {name: Q(enhancements__state=name) for name in ("pending", "failed")}
        counts = {name: Count("enhancements", filter=where) for name, where in conditions.items()}
        rows: QuerySet[Batch] = Batch.objects.annotate(images=Count("enhancements"), **counts)
        return rows

    @extend_schema(
        summary="Enhance many images",
        description="At most 1,000 images in a batch. Previews are applied one by one, all "
        "together by `apply`, or automatically.",
        request=BatchInput,
        responses={202: BatchSerializer},
        examples=[BATCH_EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = BatchInput(data=request.data)
        fields = validate(data)
        batch = services.create_batch(
            shop=self.shop,
            image_ids=data.image_ids(),
            level=fields["level"],
            steps=fields.get("steps", ()),
            profile=fields["profile"],
            applies=fields["apply"],
        )
        return self._respond(batch.pk)

    @extend_schema(
        summary="Apply every preview of a batch",
        description="Previews that are ready are applied now, the others when they are ready.",
        request=None,
        responses={202: BatchSerializer},
    )
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        services.apply_batch(batch=self.get_object())
        return self._respond(UUID(pk))

    def _respond(self, pk: UUID) -> Response:
        batch = self.get_queryset().get(pk=pk)
        return Response(self.get_serializer(batch).data, status.HTTP_202_ACCEPTED)
