"""A shop's customers: made and listed, what they say they like, what is kept about them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from recommendations.api.shoppers.serializers import (
    ExportInput,
    ExportSerializer,
    PreferencesInput,
    PreferencesSerializer,
    ShopperInput,
    ShopperSerializer,
)
from recommendations.feedback import shoppers
from recommendations.feedback.export import export_shopper
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope, Shopper

EXTERNAL_ID = OpenApiParameter(
    "external_id", str, OpenApiParameter.PATH, description="Your own id of this customer."
)
STATED = {
    "liked": {"category": ["dress"], "styles": ["casual", "summer"], "colour": ["red", "blue"]},
    "avoided": {"colour": ["brown"], "brand": ["Acme"]},
    "sizes": ["M", "38"],
    "occasions": ["work", "hiking"],
    "budget_min": "20.00",
    "budget_max": "90.00",
    "text": "light fabrics, nothing tight",
}


@extend_schema_view(
    list=extend_schema(summary="List shoppers, the newest first"),
    retrieve=extend_schema(summary="Show one shopper", parameters=[EXTERNAL_ID]),
)
@extend_schema(tags=["shoppers"])
class ShopperViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's customers, by the shop's own ids."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ShopperSerializer
    filter_backends = ()
    lookup_field = "external_id"
    lookup_value_regex = r"[^/\x00]+"

    def get_queryset(self) -> QuerySet[Shopper]:
        everybody: QuerySet[Shopper] = Shopper.objects.all()
        return everybody

    @extend_schema(
        summary="Add a shopper",
        description="Nobody needs to be added beforehand: who is named in an event or in "
        "preferences is added then. 200 says that they were there already.",
        request=ShopperInput,
        responses={201: ShopperSerializer, 200: ShopperSerializer},
        examples=[OpenApiExample("A customer", {"external_id": "customer-17"}, request_only=True)],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        serializer = ShopperInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        shopper, is_new = shoppers.get_or_create_shopper(
            shop=self.shop, external_id=serializer.validated_data["external_id"]
        )
        answer = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ShopperSerializer(shopper).data, answer)

    @extend_schema(
        summary="Erase a shopper",
        description="With their preferences, their events and everything they asked.",
        parameters=[EXTERNAL_ID],
        responses={204: OpenApiResponse(description="Nothing is kept about them any more.")},
    )
    def destroy(self, request: Request, external_id: str) -> Response:
        shoppers.erase_shopper(shopper=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Export everything that is kept about a shopper",
        description="Events and prompts are the newest first, at most 500 of each at a time; "
        "follow `next` until it is null.",
        parameters=[EXTERNAL_ID, ExportInput],
        responses=ExportSerializer,
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, external_id: str) -> Response:
        asked = ExportInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        export = export_shopper(
            shopper=self.get_object(), before=asked.validated_data.get("before")
        )
        return Response(ExportSerializer(export, context=self.get_serializer_context()).data)


@extend_schema(tags=["shoppers"])
class PreferencesView(TenantAPIView):
    """What a shopper says they like; who is not known yet has said nothing."""

    read_scope = write_scope = Scope.RECOMMEND
    serializer_class = PreferencesSerializer
    # Preferences are nested, which forms cannot say.
    parser_classes = (JSONParser,)

    @extend_schema(summary="Show a shopper's preferences", responses=PreferencesSerializer)
    def get(self, request: Request, external_id: str) -> Response:
        shopper = shoppers.find_shopper(self.shop, external_id)
        return Response(PreferencesSerializer(shoppers.preferences_of(shopper)).data)

    @extend_schema(
        summary="Replace a shopper's preferences",
        description="What is not sent becomes empty. A shopper who is not known yet is added.",
        request=PreferencesInput,
        responses=PreferencesSerializer,
        examples=[OpenApiExample("All there is to say", STATED, request_only=True)],
    )
    def put(self, request: Request, external_id: str) -> Response:
        return self._change(request, external_id, partial=False)

    @extend_schema(
        summary="Change some of a shopper's preferences",
        request=PreferencesInput,
        responses=PreferencesSerializer,
        examples=[OpenApiExample("A budget", {"budget_max": "75.00"}, request_only=True)],
    )
    def patch(self, request: Request, external_id: str) -> Response:
        return self._change(request, external_id, partial=True)

    def _change(self, request: Request, external_id: str, *, partial: bool) -> Response:
        stated = shoppers.preferences_of(shoppers.find_shopper(self.shop, external_id))
        serializer = PreferencesInput(stated, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        fields: dict[str, Any] = serializer.validated_data
        changed = shoppers.set_preferences(shop=self.shop, external_id=external_id, fields=fields)
        return Response(PreferencesSerializer(changed).data)
