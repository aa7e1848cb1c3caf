"""Saved feeds, which are imported again and again."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.addresses import PublicAddressField
from catalog.api.imports.jobs import ImportDetailSerializer
from catalog.api.imports.options import FeedOptionsInput
from catalog.imports.requests import start_feed_import
from catalog.models import Feed
from core.api.views import NewestFirst, validate
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

MIN_INTERVAL_MINUTES = 15
MAX_INTERVAL_MINUTES = 7 * 24 * 60


class ProductFeedSerializer(FeedOptionsInput, serializers.ModelSerializer[Feed]):
    """A feed of products, under a name of the shop's own."""

    url = PublicAddressField(required=False, allow_blank=True)
    interval_minutes = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=MIN_INTERVAL_MINUTES,
        max_value=MAX_INTERVAL_MINUTES,
        help_text="How often the address is imported; null: only when you say so.",
    )

    class Meta:
        model = Feed
        fields = (
            *("id", "name", "url", "format", "mapping", "default_currency", "vanished"),
            *("interval_minutes", "next_due_at", "created_at", "updated_at"),
        )
        read_only_fields = ("id", "next_due_at", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        url = attrs.get("url", self.instance.url if self.instance else "")
        interval = attrs.get(
            "interval_minutes", self.instance.interval_minutes if self.instance else None
        )
        if interval and not url:
            message = "Only an address can be imported regularly; send `url`."
            raise serializers.ValidationError({"interval_minutes": [message]}, code="required")
        return attrs

    def save(self, **kwargs: Any) -> Feed:
        """Store the feed; what was fetched before counts no more."""
        try:
            with transaction.atomic():
                feed: Feed = super().save(etag="", last_modified="", **kwargs)
                minutes = feed.interval_minutes
                feed.next_due_at = timezone.now() + timedelta(minutes=minutes) if minutes else None
                feed.save(update_fields=["next_due_at"])
        except IntegrityError as error:
            message = "You have a feed of this name already."
            raise serializers.ValidationError({"name": [message]}, code="unique") from error
        return feed


FEED_EXAMPLE = OpenApiExample(
    "A Google feed, twice a day",
    {
        "name": "google",
        "url": "https://shop.example/feeds/google.xml",
        "vanished": "out_of_stock",
        "interval_minutes": 720,
    },
    request_only=True,
)


@extend_schema_view(
    list=extend_schema(summary="List saved feeds, the newest first"),
    retrieve=extend_schema(summary="Show one feed"),
)
@extend_schema(tags=["imports"])
class FeedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's saved feeds."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ProductFeedSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Feed]:
        feeds: QuerySet[Feed] = Feed.objects.all()
        return feeds

    @extend_schema(
        summary="Save a feed",
        description="Its name is the `source` of its products. With `interval_minutes` it is "
        "imported regularly, and only if its address has something new.",
        examples=[FEED_EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        validate(serializer)
        feed = serializer.save(shop=self.shop)
        return Response(self.get_serializer(feed).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a feed",
        description="A new name is that of what it imports from then on: its products until then "
        "are those of the old name.",
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        validate(serializer)
        return Response(self.get_serializer(serializer.save()).data)

    @extend_schema(
        summary="Delete a feed",
        description="Its products and the reports of its imports stay.",
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Import a feed now",
        description="Fetches its address, even if nothing there is new.",
        request=None,
        responses={202: ImportDetailSerializer},
    )
    @action(detail=True, methods=["post"], url_path="import", url_name="import")
    def import_now(self, request: Request, pk: str) -> Response:
        job = start_feed_import(feed=self.get_object())
        body = ImportDetailSerializer(job, context=self.get_serializer_context()).data
        return Response(body, status.HTTP_202_ACCEPTED)
