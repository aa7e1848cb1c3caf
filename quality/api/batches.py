"""Enhance many images as one batch."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE, OTHER
from core.api.views import NewestFirst
from quality import services
from quality.api.base import QualityMixin
from quality.api.figures import VERDICTS
from quality.api.photos import LevelField, ProfileField, StepsField
from quality.models import Batch, Enhancement, Job, Report
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent

EXAMPLE = OpenApiExample(
    "Two images, checked before they are applied",
    {"images": [IMAGE, OTHER], "level": 0.8, "apply": False},
    request_only=True,
)


class BatchInput(serializers.Serializer[Any]):
    """The images to enhance, chosen by their ids or by their reports."""

    images = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=1,
        max_length=services.MAX_BATCH_IMAGES,
    )
    verdict = serializers.ChoiceField(
        choices=VERDICTS,
        required=False,
        help_text="Images whose report has this verdict, worst first.",
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
        standings = {
            standing: Count("enhancements", filter=Q(enhancements__standing=standing))
            for standing in Enhancement.Standing.values
        }
        states = {
            state: Count("enhancements", filter=Q(enhancements__state=state))
            for state in (Job.State.PENDING.value, Job.State.FAILED.value)
        }
        rows: QuerySet[Batch] = Batch.objects.annotate(
            images=Count("enhancements"), **standings, **states
        )
        return rows

    @extend_schema(
        summary="Enhance many images",
        description="At most 1,000 images in a batch. Previews are applied one by one, all "
        "together by `apply`, or automatically.",
        request=BatchInput,
        responses={202: BatchSerializer},
        examples=[EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        data = BatchInput(data=request.data)
        data.is_valid(raise_exception=True)
        batch = services.create_batch(
            shop=self.shop,
            image_ids=data.image_ids(),
            level=data.validated_data["level"],
            steps=data.validated_data.get("steps", ()),
            profile=data.validated_data["profile"],
            applies=data.validated_data["apply"],
        )
        return self._respond(batch.pk)

    @extend_schema(
        summary="Apply every preview of a batch",
        description="Those that are ready, and those that are not ready yet.",
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
