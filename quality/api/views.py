"""Photos assessed, compared and enhanced: parse, one call, answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.fields import UUIDField
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Image
from core.api.pagination import NewestFirst
from core.api.streaming import EventStreamRenderer, stream_events, wants_events
from core.errors import DomainError, Unavailable
from quality import services
from quality.api.examples import ASSESSMENT, COMPARISON, ENHANCEMENT
from quality.api.inputs import AssessInput, CompareInput, EnhanceInput
from quality.api.outputs import AssessmentOutput, ComparisonOutput, EnhancementOutput
from quality.api.progress import follow, wait_for, wait_for_report
from quality.api.showing import show_comparison, show_enhancement, show_examined
from quality.jobs.application import apply_enhancement, revert_enhancement
from quality.jobs.upload_messages import examine
from quality.measure.assessment import Assessment
from quality.models import Comparison, Enhancement, Job
from quality.policies import get_policy, get_profile
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

FORMS = ("application/json", "multipart/form-data")
ROW_ID = UUIDField()
# What a list of enhancements can be narrowed by.
NARROWED_BY = {"batch": "batch_id", "image": "source__image_id"}
EVENTS = (
    "With `Accept: text/event-stream` the answer is told as it is made: `progress` events, each "
    "with a `stage` and the share done, then `done`, `failed` or, after 30 seconds, `pending`, "
    "with what is answered here."
)
DONE = "Done within the deadline."
PENDING = "Under way: ask for it by its `id`; it is not lost."


class ReportPending(Unavailable):
    """The image's photo has not been measured yet."""

    code = "report_pending"

    def __init__(self) -> None:
        super().__init__("This photo waits to be measured; ask again shortly.", retry_after=2)


@extend_schema(tags=["photo quality"])
class AssessView(TenantAPIView):
    """How good a photo is."""

    # Nothing is kept of a photo that is sent along.
    write_scope = Scope.CATALOG_READ
    serializer_class = AssessInput

    @extend_schema(
        summary="Measure a photo, and hold it against listing rules",
        description="A photo that is sent along is not stored. An image's figures are known "
        "already, usually; another `profile` is judged by them.",
        request=dict.fromkeys(FORMS, AssessInput),
        responses=AssessmentOutput,
        examples=[ASSESSMENT],
    )
    def post(self, request: Request) -> Response:
        data = AssessInput(data=request.data)
        data.is_valid(raise_exception=True)
        profile = get_profile(get_policy(self.shop.pk), data.validated_data["profile"])
        photo = data.subject()
        if isinstance(photo, Image):
            found, image = _examined_image(photo), str(photo.pk)
        else:
            found, image = examine(photo), None
        return Response(show_examined(found, profile, image=image))


def _examined_image(image: Image) -> Assessment:
    """Return an image's figures, waiting for them where they are on their way."""
    report = wait_for_report(image)
    if report is None:
        raise ReportPending
    if report.problem:
        raise DomainError(report.problem["detail"], code=report.problem["code"])
    return Assessment.from_json(report.examined)


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Comparisons and enhancements: asked for, waited for or followed, and discarded."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    pagination_class = NewestFirst
    filter_backends = ()
    show: Callable[..., dict[str, Any]]

    def get_renderers(self) -> list[Any]:
        told = self.action in {"create", "progress"}
        return [*super().get_renderers(), *([EventStreamRenderer()] if told else [])]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([self._show(row) for row in page or ()])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self._show(self.get_object()))

    def create(self, request: Request) -> Any:
        return self._answer_made(request, self._make(request))

    # By `_make`, which honours the key; the API's description looks here.
    create.is_idempotent = True  # type: ignore[attr-defined]

    @action(detail=True, methods=["get"])
    def progress(self, request: Request, pk: str) -> Any:
        row = self.get_object()
        return self._follow(row) if wants_events(request) else Response(self._show(row))

    def destroy(self, request: Request, pk: str) -> Response:
        services.discard(job=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _make(self, request: Request) -> Response:
        """Create what is asked for, once for each `Idempotency-Key`, and answer its `id`."""
        raise NotImplementedError

    def _show(self, row: Any) -> dict[str, Any]:
        return type(self).show(row, self.request)

    def _answer_made(self, request: Request, made: Response) -> Any:
        """Answer a job that was made: its events, or itself when done or past the deadline."""
        made_id = (made.data or {}).get("id")
        row = self.get_queryset().filter(pk=made_id).first()
        if row is None or made.status_code != status.HTTP_201_CREATED:
            return made
        if wants_events(request):
            return self._follow(row, status.HTTP_201_CREATED)
        decided = wait_for(row)
        if decided is None:
            return made
        is_pending = decided.state == Job.State.PENDING
        code = status.HTTP_202_ACCEPTED if is_pending else status.HTTP_201_CREATED
        return Response(self._show(decided), code, headers=dict(made.headers))

    def _follow(self, row: Any, code: int = status.HTTP_200_OK) -> Any:
        return stream_events(follow(row, self._show, shop_id=self.shop.pk), status=code)


@extend_schema_view(
    list=extend_schema(summary="List comparisons, the newest first", responses=ComparisonOutput),
    retrieve=extend_schema(summary="Show one comparison", responses=ComparisonOutput),
    create=extend_schema(
        summary="Compare two photos",
        description="Every measure side by side with the better one marked, how alike they are "
        "when they show the same scene, the weaker one enhanced, and one line of advice. "
        f"{EVENTS}",
        request=dict.fromkeys(FORMS, CompareInput),
        responses={
            201: OpenApiResponse(ComparisonOutput, DONE),
            202: OpenApiResponse(ComparisonOutput, PENDING),
        },
        examples=[COMPARISON],
    ),
    progress=extend_schema(
        summary="Follow a comparison", description=EVENTS, responses=ComparisonOutput
    ),
    destroy=extend_schema(
        summary="Remove a comparison and its photos",
        responses={204: OpenApiResponse(description="Gone.")},
    ),
)
@extend_schema(tags=["photo quality"])
class CompareViewSet(JobViewSet):
    """Two photos side by side, and the weaker one enhanced towards the stronger."""

    serializer_class = ComparisonOutput
    show = show_comparison

    def get_queryset(self) -> QuerySet[Comparison]:
        rows: QuerySet[Comparison] = Comparison.objects.select_related(
            "first__image", "second__image"
        ).filter(first__image__deleted_at=None, second__image__deleted_at=None)
        return rows

    @idempotent
    def _make(self, request: Request) -> Response:
        data = CompareInput(data=request.data)
        data.is_valid(raise_exception=True)
        row = services.create_comparison(
            shop=self.shop,
            photos=data.subjects(),
            level=data.validated_data["enhancement_level"],
            profile=data.validated_data["profile"],
        )
        return Response({"id": str(row.pk)}, status.HTTP_201_CREATED)


@extend_schema_view(
    list=extend_schema(
        summary="List enhancements, the newest first",
        parameters=[
            OpenApiParameter("batch", UUID, description="Those of this batch."),
            OpenApiParameter("image", UUID, description="Those of this image."),
        ],
        responses=EnhancementOutput,
    ),
    retrieve=extend_schema(summary="Show one enhancement", responses=EnhancementOutput),
    create=extend_schema(
        summary="Preview a better photo",
        description="Each step does as much as was measured to be needed, and nothing to a photo "
        "that is good. The preview is not in the catalogue: apply it, or discard it. It has the "
        f"size at which photos are shown, at most 1,600 pixels a side. {EVENTS}",
        request=dict.fromkeys(FORMS, EnhanceInput),
        responses={
            201: OpenApiResponse(EnhancementOutput, DONE),
            202: OpenApiResponse(EnhancementOutput, PENDING),
        },
        examples=[ENHANCEMENT],
    ),
    progress=extend_schema(
        summary="Follow an enhancement", description=EVENTS, responses=EnhancementOutput
    ),
    destroy=extend_schema(
        summary="Discard a preview",
        description="One that is applied is taken back first.",
        responses={204: OpenApiResponse(description="Gone.")},
    ),
)
@extend_schema(tags=["photo quality"])
class EnhanceViewSet(JobViewSet):
    """Photos made better: a preview first, then applied, and taken back at will."""

    serializer_class = EnhancementOutput
    show = show_enhancement

    def get_queryset(self) -> QuerySet[Enhancement]:
        rows: QuerySet[Enhancement] = Enhancement.objects.select_related("source__image").filter(
            source__image__deleted_at=None
        )
        for name, field in NARROWED_BY.items():
            if value := self.request.query_params.get(name):
                rows = rows.filter(**{field: ROW_ID.to_internal_value(value)})
        return rows

    @idempotent
    def _make(self, request: Request) -> Response:
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
        summary="Make a preview the image's photo",
        description="As a new version, which is embedded again. The original is kept.",
        request=None,
        responses=EnhancementOutput,
    )
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        apply_enhancement(enhancement=self.get_object())
        return Response(self._show(self.get_object()))

    @extend_schema(
        summary="Take an enhancement back",
        description="The image shows again what it showed before, and is embedded again.",
        request=None,
        responses=EnhancementOutput,
    )
    @action(detail=True, methods=["post"])
    def revert(self, request: Request, pk: str) -> Response:
        revert_enhancement(enhancement=self.get_object())
        return Response(self._show(self.get_object()))
