"""Photos that workers fetch from links, until they are images."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.reverse import reverse

from catalog.models import PhotoFetch
from core.api.views import NewestFirst
from tenants.api.base import TenantViewSet
from tenants.models import Scope


class PhotoFetchSerializer(serializers.ModelSerializer[PhotoFetch]):
    """A photo that a worker fetches, and the image that it has become."""

    url = serializers.SerializerMethodField(help_text="The address to ask for its state.")
    image_url = serializers.URLField(source="url", help_text="The link to the photo.")
    image = serializers.UUIDField(
        source="image_id", allow_null=True, help_text="The image's id, once `state` is `done`."
    )
    problem = serializers.SerializerMethodField(
        help_text="Why the last attempt failed, as a code and what happened; null otherwise."
    )
    etag = serializers.CharField(help_text="The `ETag` that the photo's server sent, or empty.")

    class Meta:
        model = PhotoFetch
        fields = (
            "id",
            "url",
            "image_url",
            "state",
            "image",
            "problem",
            "attempts",
            "etag",
            "last_modified",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, row: PhotoFetch) -> str:
        return reverse(
            "photo-fetch-detail", kwargs={"pk": row.pk}, request=self.context.get("request")
        )

    @extend_schema_field({"type": ["object", "null"]})
    def get_problem(self, row: PhotoFetch) -> dict[str, str] | None:
        return row.problem


@extend_schema_view(
    list=extend_schema(summary="List photos that were sent as links, the newest first"),
    retrieve=extend_schema(
        summary="Show the state of a photo that was sent as a link",
        description="While `state` is `pending`, a worker fetches it or will try again; `problem` "
        "is then the reason of the last attempt. `failed` is final: send the link again.",
    ),
)
@extend_schema(tags=["catalogue"])
class PhotoFetchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Photos that were sent as links."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = PhotoFetchSerializer
    filterset_fields = ("state",)
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[PhotoFetch]:
        rows: QuerySet[PhotoFetch] = PhotoFetch.objects.all()
        return rows
