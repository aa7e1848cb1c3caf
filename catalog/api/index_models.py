"""The encoders of a shop's index: the live one, the next one, and the ones to go back to."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.indexing import switches
from catalog.indexing.indexes import get_live_index
from catalog.models import VectorIndex
from core.api.views import NewestFirst, validate
from tenants.api.base import TenantViewSet
from tenants.models import MANAGE_SHOP, Scope

AUTOMATIC, MANUAL = "automatic", "manual"
SWITCH_HELP = (
    "`automatic`: it becomes live as soon as it is ready. `manual`: it waits for `switch/`, and is "
    "kept up to date until then."
)


def find_languages(encoder: str) -> str:
    """Return the languages of prompts that an encoder understands."""
    return str(settings.ENCODERS.get(encoder, {}).get("languages", "not told"))


class ProgressSerializer(serializers.Serializer[Any]):
    """How many images the next index of the shop has."""

    embedded = serializers.IntegerField()
    failed = serializers.IntegerField(
        help_text="Images that could not be embedded. If they are many, the switch waits: `retry`."
    )
    total = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    is_ready = serializers.BooleanField(
        help_text="Whether it finds all that the live index finds, equals the catalogue and had "
        "its trial, so that it can become live."
    )


class SwitchSerializer(ProgressSerializer):
    """The next index of the shop, and how many images it has."""

    encoder = serializers.CharField()
    revision = serializers.CharField()


class TrialFiguresSerializer(serializers.Serializer[Any]):
    """A figure of both indexes, 0 to 1; null without prompts, or without the encoder."""

    count = serializers.IntegerField(help_text="How many prompts.")
    live = serializers.FloatField(allow_null=True)
    next = serializers.FloatField(allow_null=True)


class TrialSerializer(serializers.Serializer[Any]):
    """What the next index finds, compared with the live one, in a sample of the shop's images."""

    images = serializers.IntegerField(help_text="The size of the sample, at most 1,000.")
    overlap = serializers.FloatField(
        allow_null=True, help_text="Mean share of the first ten results that both indexes have."
    )
    titles = TrialFiguresSerializer(
        help_text="Searches for product names: the mean reciprocal rank of the first image with "
        "this name."
    )
    facets = TrialFiguresSerializer(
        help_text='Searches for "dress" or "red dress" by the stated category and colour: the '
        "nDCG of the first ten results."
    )


class IndexModelSerializer(serializers.ModelSerializer[VectorIndex]):
    languages = serializers.SerializerMethodField(help_text="The languages of prompts.")
    state = serializers.ChoiceField(
        choices=VectorIndex.State.choices,
        help_text="`live` answers; `building` is the next one; `retired` can be taken back.",
    )
    switch = serializers.SerializerMethodField(help_text=SWITCH_HELP)
    progress = serializers.SerializerMethodField(help_text="Of the index that is being built.")
    trial = TrialSerializer(
        allow_null=True,
        help_text="Measured once the index has all images, before it becomes live.",
    )

    class Meta:
        model = VectorIndex
        fields = (
            *("id", "encoder", "revision", "languages", "state", "switch", "progress", "trial"),
            *("created_at", "switched_at", "restorable_until"),
        )
        read_only_fields = fields

    def get_languages(self, index: VectorIndex) -> str:
        return find_languages(index.encoder)

    @extend_schema_field(serializers.ChoiceField(choices=(AUTOMATIC, MANUAL)))
    def get_switch(self, index: VectorIndex) -> str:
        return MANUAL if index.is_switched_manually else AUTOMATIC

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, index: VectorIndex) -> Any:
        if index.state != VectorIndex.State.BUILDING:
            return None
        progress = switches.read_progress(shop=index.shop)
        return ProgressSerializer(progress).data if progress else None


class IndexModelInput(serializers.Serializer[Any]):
    encoder = serializers.CharField(
        max_length=60, help_text="The name of an encoder of this installation."
    )
    switch = serializers.ChoiceField(
        choices=(AUTOMATIC, MANUAL), default=AUTOMATIC, help_text=SWITCH_HELP
    )

    def validate_encoder(self, name: str) -> str:
        if name not in settings.ENCODERS:
            known = ", ".join(sorted(settings.ENCODERS))
            raise serializers.ValidationError(f"Send one of: {known}.", code="invalid_choice")
        return name


EXAMPLE = {
    "id": "019aa000-0000-7000-8000-000000000002",
    "encoder": "fashion-clip",
    "revision": "7e3ba62ce16b379a1ab479346b66f192e76f51b7",
    "languages": "English",
    "state": "building",
    "switch": "manual",
    "progress": {
        "embedded": 19_998,
        "failed": 2,
        "total": 20_000,
        "started_at": "2026-11-20T09:30:00Z",
        "is_ready": True,
    },
    "trial": {
        "images": 1_000,
        "overlap": 0.41,
        "titles": {"count": 200, "live": 0.46, "next": 0.63},
        "facets": {"count": 57, "live": 0.71, "next": 0.82},
    },
    "created_at": "2026-11-20T09:30:00Z",
    "switched_at": None,
    "restorable_until": None,
}


@extend_schema_view(
    list=extend_schema(
        summary="List the encoders of the index",
        description="The live index, the one that is being built, and retired ones that can be "
        "taken back until `restorable_until`.",
    ),
    retrieve=extend_schema(
        summary="Show one encoder of the index",
        examples=[OpenApiExample("Ready to be switched to", EXAMPLE, response_only=True)],
    ),
)
@extend_schema(tags=["index"])
class IndexModelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """A change of the encoder: built in the background, compared, switched, and taken back."""

    read_scope = Scope.CATALOG_READ
    write_scope = MANAGE_SHOP
    serializer_class = IndexModelSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[VectorIndex]:
        is_retired = Q(state=VectorIndex.State.RETIRED)
        found: QuerySet[VectorIndex] = VectorIndex.objects.select_related("shop").filter(
            ~is_retired | Q(restorable_until__gt=timezone.now())
        )
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        get_live_index(self.shop.pk)  # which a new shop does not have yet
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Change the encoder",
        description="Builds a second index in the background, while the live one answers and both "
        "get every change. It replaces an index that is being built. An encoder that the shop had "
        "within the last seven days is taken back: only what has changed since is embedded. A shop "
        "without indexed images changes at once.",
        request=IndexModelInput,
        responses={202: IndexModelSerializer},
        examples=[
            OpenApiExample(
                "Decide after the trial",
                {"encoder": "fashion-clip", "switch": "manual"},
                request_only=True,
            ),
            OpenApiExample("The index", EXAMPLE, response_only=True),
        ],
    )
    def create(self, request: Request) -> Response:
        fields = validate(IndexModelInput(data=request.data))
        index = services.request_switch(
            shop=self.shop, encoder=fields["encoder"], is_manual=fields["switch"] == MANUAL
        )
        return Response(IndexModelSerializer(index).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Cancel a change of the encoder",
        description="Removes an index that is being built, or a retired one that is not to be "
        "taken back. The live index answers 409.",
        responses={204: OpenApiResponse(description="It will be removed.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        switches.cancel_switch(index=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Let an index that is ready answer from now on",
        description="Needs `progress.is_ready`, otherwise 409. The former index is retired, and "
        "can be taken back for seven days by naming its encoder in `POST index/models/`.",
        request=None,
        responses=IndexModelSerializer,
    )
    @action(detail=True, methods=["post"])
    def switch(self, request: Request, pk: str) -> Response:
        index = self.get_object()
        switches.finish_switch(index=index)
        return Response(IndexModelSerializer(index).data)
