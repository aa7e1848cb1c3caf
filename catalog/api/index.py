"""The vector index of a shop: its state, and how to repair it."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from catalog import services
from catalog.api.index_models import SwitchSerializer, find_languages
from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import get_live_index
from catalog.indexing.switches import read_progress
from tenants.api.base import TenantMixin
from tenants.models import Scope

MAX_DRIFT_IDS = 1_000


@extend_schema_serializer(many=False)
class IndexSerializer(serializers.Serializer[Any]):
    """The state of a shop's vector index, with the number of images in each state."""

    encoder = serializers.CharField()
    revision = serializers.CharField(
        help_text="The encoder's checkpoint that this index is made with; empty if not pinned."
    )
    languages = serializers.CharField(help_text="The languages of prompts.")
    is_complete = serializers.BooleanField(
        help_text="False while the vector store is repaired; search is exact until then."
    )
    is_rebuilding = serializers.BooleanField(
        help_text="True while the vector store is built again; the old one answers."
    )
    is_calibrated = serializers.BooleanField(
        help_text="False until the worker has measured which similarity is a match in this "
        "shop; `match` is null until then."
    )
    pending = serializers.IntegerField()
    indexed = serializers.IntegerField()
    failed = serializers.IntegerField()
    removing = serializers.IntegerField()
    switch = SwitchSerializer(
        allow_null=True,
        help_text="The next index, made with another encoder or checkpoint. This one answers until "
        "it is ready.",
    )


class DriftSerializer(serializers.Serializer[Any]):
    """Differences between the vector store and the catalogue: at most 1,000 image ids each."""

    missing = serializers.ListField(child=serializers.UUIDField())
    extra = serializers.ListField(child=serializers.UUIDField())


class RetrySerializer(serializers.Serializer[Any]):
    retried = serializers.IntegerField(help_text="How many failed images are indexed again.")


@extend_schema(tags=["index"])
class IndexViewSet(TenantMixin, ViewSet):
    """The state of the shop's vector index, and its repair."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE

    @extend_schema(
        summary="Show the state of the index",
        responses=IndexSerializer,
        operation_id="index",
    )
    def list(self, request: Request) -> Response:
        index = get_live_index(self.shop.pk)
        counts = services.count_states(index_id=index.pk)
        body = {
            "encoder": index.encoder,
            "revision": index.revision,
            "languages": find_languages(index.encoder),
            "is_complete": index.is_complete,
            "is_rebuilding": bool(index.next_collection),
            "is_calibrated": index.is_calibrated,
            **counts,
            "switch": read_progress(shop=self.shop),
        }
        return Response(IndexSerializer(body).data)

    @extend_schema(
        summary="Compare the vector store with the catalogue",
        description="`missing`: indexed images without one of their vectors; `extra`: images of "
        "vectors that should not be there. Both are repaired automatically, and no search returns "
        "them.",
        responses=DriftSerializer,
    )
    @action(detail=False, methods=["get"])
    def drift(self, request: Request) -> Response:
        drift = services.find_drift(shop=self.shop)
        body = {
            "missing": sorted(set(map(find_image_id, drift.missing)))[:MAX_DRIFT_IDS],
            "extra": sorted(set(map(find_image_id, drift.extra)))[:MAX_DRIFT_IDS],
        }
        return Response(DriftSerializer(body).data)

    @extend_schema(
        summary="Index failed images again", request=None, responses={202: RetrySerializer}
    )
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        body = {"retried": services.retry_failed(shop=self.shop)}
        return Response(RetrySerializer(body).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Build the vector store again from the catalogue",
        description="Needs no encoder. The old one answers until the new one is complete.",
        request=None,
        responses={202: IndexSerializer},
    )
    @action(detail=False, methods=["post"])
    def rebuild(self, request: Request) -> Response:
        services.request_rebuild(shop=self.shop)
        answer = self.list(request)
        answer.status_code = status.HTTP_202_ACCEPTED
        return answer
