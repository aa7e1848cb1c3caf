"""Imports of feeds: started with a file or an address, watched, confirmed, cancelled, resumed."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog.api.addresses import PublicAddressField
from catalog.api.imports.options import FeedOptionsInput
from catalog.imports.requests import cancel_import, confirm_import, resume_import, start_import
from catalog.models import Feed, ImportJob, ImportProblem, PhotoFetch
from catalog.models.imports import VanishedAction
from core.api.csv import CSVRenderer
from core.api.views import NewestFirst, validate
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope


class ImportSerializer(serializers.ModelSerializer[ImportJob]):
    """An import, and how far it is."""

    url = serializers.SerializerMethodField(help_text="The address to ask for its state.")
    stage = serializers.ChoiceField(
        choices=ImportJob.Stage.choices, allow_blank=True, help_text="Empty: no worker has it."
    )
    feed = serializers.CharField(source="source", help_text="The name of its feed, or empty.")
    feed_url = serializers.CharField(source="url", help_text="Where it is fetched; empty: a file.")
    problem = serializers.SerializerMethodField(
        help_text="Why it failed, or what it waits for, as a code and what to do; null otherwise."
    )
    created = serializers.IntegerField(source="created_count", help_text="Products.")
    updated = serializers.IntegerField(source="updated_count", help_text="Products.")
    unchanged = serializers.IntegerField(source="unchanged_count", help_text="Products.")
    deleted = serializers.IntegerField(
        source="deleted_count", help_text="Products that the feed says are deleted."
    )
    vanished = serializers.IntegerField(
        source="vanished_count", help_text="Products that the feed does not have any more."
    )
    failed_rows = serializers.IntegerField(
        source="failed_count", help_text="Rows that are not in the catalogue."
    )
    problems = serializers.IntegerField(
        source="problem_count", help_text="Of rows and values; `imports/{id}/problems/` lists them."
    )

    class Meta:
        model = ImportJob
        fields: tuple[str, ...] = (
            *("id", "url", "feed", "feed_url", "is_dry_run", "state", "stage", "problem"),
            *("rows_read", "created", "updated", "unchanged", "deleted", "vanished"),
            *("failed_rows", "problems", "is_unchanged", "created_at", "updated_at", "finished_at"),
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, job: ImportJob) -> str:
        return reverse("import-detail", kwargs={"pk": job.pk}, request=self.context.get("request"))

    @extend_schema_field({"type": ["object", "null"]})
    def get_problem(self, job: ImportJob) -> dict[str, str] | None:
        return job.problem


class PhotoProgressSerializer(serializers.Serializer[Any]):
    """The photos by link that came with an import."""

    waiting = serializers.IntegerField()
    fetched = serializers.IntegerField()
    failed = serializers.IntegerField()


class ImportDetailSerializer(ImportSerializer):
    """An import, with its photos."""

    photos = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = (*ImportSerializer.Meta.fields, "photos")
        read_only_fields = fields

    @extend_schema_field(PhotoProgressSerializer)
    def get_photos(self, job: ImportJob) -> dict[str, int]:
        return count_photos(job)


def count_photos(job: ImportJob) -> dict[str, int]:
    """Return how many photos of a job's products wait, are fetched, and failed; one query."""
    fetches = PhotoFetch.objects.filter(
        product__source=job.source,
        created_at__gte=job.created_at,
        created_at__lte=job.finished_at or Now(),
    )
    states = PhotoFetch.State
    found: dict[str, int] = fetches.aggregate(
        waiting=Count("pk", filter=Q(state=states.PENDING)),
        fetched=Count("pk", filter=Q(state=states.DONE)),
        failed=Count("pk", filter=Q(state=states.FAILED)),
    )
    return found


class ImportProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    """A row, or a value in it, that could not be used."""

    class Meta:
        model = ImportProblem
        fields = ("row", "column", "value", "code", "detail")
        read_only_fields = fields


class ImportInput(FeedOptionsInput):
    """What to import: a file, an address, or a saved feed's address; and how."""

    file = serializers.FileField(
        required=False, help_text="The feed, at most 512 MB; it may be compressed with gzip."
    )
    url = PublicAddressField(required=False)
    feed = serializers.CharField(
        max_length=60,
        required=False,
        help_text="The name of a saved feed, whose options apply where you send none.",
    )
    is_dry_run = serializers.BooleanField(
        default=False, help_text="Report what would happen, and write nothing."
    )

    def validate_feed(self, value: str) -> Feed:
        found: Feed | None = Feed.objects.filter(name=value).first()
        if found is None:
            message = f"There is no feed “{value}”; save it with POST feeds/."
            raise serializers.ValidationError(message, code="unknown")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        feed = attrs.get("feed")
        attrs.setdefault("url", feed.url if feed and not attrs.get("file") else "")
        if bool(attrs.get("file")) == bool(attrs["url"]):
            message = "Send a file or an address, one of both."
            raise serializers.ValidationError({"file": [message]}, code="required")
        if feed is None and attrs.get("vanished", VanishedAction.KEEP) != VanishedAction.KEEP:
            message = "Only a saved feed knows what it had before; name one."
            raise serializers.ValidationError({"vanished": [message]}, code="invalid")
        return attrs


class FileOrder(NewestFirst):
    """Pages in the order of the file."""

    ordering = "id"


ADDRESS_EXAMPLE = OpenApiExample(
    "A dry run of a feed at an address",
    {"url": "https://shop.example/feeds/google.xml", "is_dry_run": True},
    request_only=True,
)


@extend_schema_view(
    list=extend_schema(summary="List imports, the newest first"),
    retrieve=extend_schema(
        summary="Show an import, and how far it is",
        description="`state` is `pending` until a worker has read the whole feed, then `done`, "
        "`failed`, or `waiting` for `confirm/`. The counters grow as it goes.",
        responses=ImportDetailSerializer,
    ),
)
@extend_schema(tags=["imports"])
class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Imports of feeds into the catalogue."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ImportSerializer
    row_serializer_class = ImportProblemSerializer
    filterset_fields = ("state",)
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ImportJob]:
        rows: QuerySet[ImportJob] = ImportJob.objects.all()
        return rows

    def get_serializer_class(self) -> Any:
        return ImportSerializer if self.action == "list" else ImportDetailSerializer

    @extend_schema(
        summary="Import a feed",
        description="Send a file in a multipart form, or an address. Products are found by the "
        "feed's own ids: new ones are added, changed ones replaced, and unchanged ones cost "
        "nothing. Photos are fetched by link; those that a product has already stay. One bad row "
        "stops no other: `problems/` lists each with what to do.",
        request={"multipart/form-data": ImportInput, "application/json": ImportInput},
        responses={202: ImportDetailSerializer},
        examples=[ADDRESS_EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = validate(ImportInput(data=request.data))
        job = start_import(
            shop=self.shop,
            file=fields.pop("file", None),
            url=fields.pop("url"),
            feed=fields.pop("feed", None),
            fields=fields,
        )
        return Response(self.get_serializer(job).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="List the problems of an import, in the order of the file",
        description="The first 10,000. With `format=csv`, all of them as a table.",
        responses={
            (200, "application/json"): ImportProblemSerializer(many=True),
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    @action(
        detail=True,
        filterset_fields=(),
        pagination_class=FileOrder,
        renderer_classes=(JSONRenderer, CSVRenderer),
    )
    def problems(self, request: Request, pk: str) -> Response:
        rows = ImportProblem.objects.filter(job=self.get_object())
        if request.accepted_renderer.format == CSVRenderer.format:
            body = {"results": ImportProblemSerializer(rows, many=True).data}
            name = f"problems-{pk}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(body, headers=headers)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ImportProblemSerializer(page, many=True).data)

    @extend_schema(
        summary="Confirm that products vanish",
        description="For an import that waits because the feed lost many of its products.",
        request=None,
        responses={202: ImportDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        confirm_import(job=self.get_object())
        return self._show()

    @extend_schema(
        summary="Cancel an import",
        description="It ends before its next batch. What is written stays, and `resume/` goes on.",
        request=None,
        responses={202: ImportDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        cancel_import(job=self.get_object())
        return self._show()

    @extend_schema(
        summary="Resume a failed or cancelled import where it was",
        request=None,
        responses={202: ImportDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        resume_import(job=self.get_object())
        return self._show()

    def _show(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data, status.HTTP_202_ACCEPTED)
