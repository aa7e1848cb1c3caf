"""Prompts: list the queries and their answers."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from recommendations.models import Prompt
from tenants.api.base import TenantViewSet
from tenants.models import Scope


class PromptSerializer(serializers.ModelSerializer[Prompt]):
    class Meta:
        model = Prompt
        fields = (
            "id",
            "source",
            "prompt",
            "query",
            "number_of_images",
            "filters",
            "results",
            "answered_by",
            "timings_ms",
            "created_at",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "query": {"help_text": "The request's body: the prompt and everything else."}
        }


@extend_schema_view(
    list=extend_schema(summary="List prompts, newest first"),
    retrieve=extend_schema(summary="Show one prompt with its answer"),
)
@extend_schema(tags=["recommendations"])
class PromptViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    read_scope = Scope.CATALOG_READ
    serializer_class = PromptSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Prompt]:
        prompts: QuerySet[Prompt] = Prompt.objects.all()
        return prompts
