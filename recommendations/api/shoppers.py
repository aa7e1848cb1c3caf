"""Shoppers: add, list, export and erase them; read and change their stated preferences."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.api.filters import FacetFilterInput
from core.api.parsers import JSONParser
from core.api.views import validate, validate_parameters
from recommendations.api.events import EventSerializer
from recommendations.api.search.recommendations import PromptSerializer
from recommendations.feedback import shoppers
from recommendations.feedback.shoppers import Export, export_shopper
from recommendations.models import Preferences
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import MAX_SHOPPER_ID_LENGTH, Scope, Shopper, is_shopper_id

MAX_SIZES = 50
MAX_OCCASIONS = 20
TASTE_FACETS = ("category", "styles", "colour", "brand")
EXTERNAL_ID = OpenApiParameter(
    "external_id", str, OpenApiParameter.PATH, description="Your own id of this shopper."
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


class ShopperInput(serializers.Serializer[Any]):
    external_id = serializers.CharField(
        max_length=MAX_SHOPPER_ID_LENGTH,
        trim_whitespace=False,
        help_text="Your own id of this shopper; any characters except slashes.",
    )

    def validate_external_id(self, value: str) -> str:
        if not is_shopper_id(value):
            error = shoppers.InvalidShopperId()
            raise ValidationError(error.message, code=error.code)
        return value


class ShopperSerializer(serializers.ModelSerializer[Shopper]):
    class Meta:
        model = Shopper
        fields = ("external_id", "created_at")
        read_only_fields = fields


class TasteInput(FacetFilterInput):
    """Categories, styles, colours and brands, in the format of filters."""

    def get_fields(self) -> Any:
        fields = super().get_fields()
        return {name: fields[name] for name in TASTE_FACETS}

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        """Return every facet's values by name, as they are stored."""
        values = super().to_internal_value(data)
        # A value may be sent twice, by its name and by its id.
        return {name: list(dict.fromkeys(map(str, values[name]))) for name in values}


class PreferencesInput(serializers.ModelSerializer[Preferences]):
    """A shopper's stated preferences: PUT replaces all of them, PATCH those that are sent."""

    liked = TasteInput(required=False)
    avoided = TasteInput(required=False)
    sizes = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=MAX_SIZES,
        help_text="In your shop's notation: M, 38, W32/L34 …",
    )
    occasions = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=MAX_OCCASIONS,
        help_text="Occasions that the shopper dresses for: work, party, hiking …",
    )

    class Meta:
        model = Preferences
        fields = ("liked", "avoided", "sizes", "occasions", "budget_min", "budget_max", "text")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not self.partial:
            # PUT starts from the preferences of a shopper who has stated none.
            empty = Preferences()
            attrs = {name: getattr(empty, name) for name in self.Meta.fields} | attrs
        self._refuse_contradictions(attrs)
        return attrs

    def _refuse_contradictions(self, fields: dict[str, Any]) -> None:
        """Check the new values together with the stored values that stay."""
        stated = {name: fields.get(name, getattr(self.instance, name)) for name in self.Meta.fields}
        lowest, highest = stated["budget_min"], stated["budget_max"]
        if lowest is not None and highest is not None and lowest > highest:
            raise ValidationError({"budget_max": ["This is less than `budget_min`."]})
        for name, liked in stated["liked"].items():
            avoided = {value.lower() for value in stated["avoided"].get(name, ())}
            if both := [value for value in liked if value.lower() in avoided]:
                message = f"These are both liked and avoided: {', '.join(both)}."
                raise ValidationError({"avoided": {name: [message]}})


class TasteSerializer(serializers.Serializer[Any]):
    """Values by name; empty where nothing was stated."""

    def get_fields(self) -> dict[str, Any]:
        return {
            name: serializers.ListField(child=serializers.CharField(), default=list)
            for name in TASTE_FACETS
        }


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    liked = TasteSerializer()
    avoided = TasteSerializer()
    sizes = serializers.ListField(child=serializers.CharField())
    occasions = serializers.ListField(child=serializers.CharField())
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="Null if nothing was stated yet."
    )

    class Meta:
        model = Preferences
        fields = (*PreferencesInput.Meta.fields, "updated_at")
        read_only_fields = fields


class ExportInput(serializers.Serializer[Any]):
    before = serializers.UUIDField(required=False, help_text="Set by the URL in `next`.")


class ExportSerializer(serializers.Serializer[Export]):
    """Everything that is stored about a shopper; `events` and `prompts` in pages."""

    shopper = ShopperSerializer()
    preferences = PreferencesSerializer()
    events = EventSerializer(many=True)
    prompts = PromptSerializer(many=True)
    more = serializers.DictField(
        help_text="Wardrobe, outfits, opinions and conversations, complete on every page."
    )
    next = serializers.SerializerMethodField(help_text="URL of older rows; null at the end.")

    def get_next(self, export: Export) -> str | None:
        if export.before is None:
            return None
        address = self.context["request"].build_absolute_uri()
        return str(replace_query_param(address, "before", str(export.before)))


@extend_schema_view(
    list=extend_schema(summary="List shoppers, newest first"),
    retrieve=extend_schema(summary="Show one shopper", parameters=[EXTERNAL_ID]),
)
@extend_schema(tags=["shoppers"])
class ShopperViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's shoppers, by the shop's own ids."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ShopperSerializer
    filter_backends = ()
    lookup_field = "external_id"
    lookup_value_regex = r"[^/\x00]+"

    def get_queryset(self) -> QuerySet[Shopper]:
        queryset: QuerySet[Shopper] = Shopper.objects.all()
        return queryset

    @extend_schema(
        summary="Add a shopper",
        description="This is optional: events and preferences add the shoppers that they name. "
        "200 means that the shopper existed before.",
        request=ShopperInput,
        responses={201: ShopperSerializer, 200: ShopperSerializer},
        examples=[OpenApiExample("A shopper", {"external_id": "customer-17"}, request_only=True)],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = validate(ShopperInput(data=request.data))
        shopper, is_new = shoppers.get_or_create_shopper(shop=self.shop, **fields)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ShopperSerializer(shopper).data, code)

    @extend_schema(
        summary="Erase a shopper",
        description="Deletes the shopper with their preferences, events and prompts.",
        parameters=[EXTERNAL_ID],
        responses={204: OpenApiResponse(description="Everything about the shopper is deleted.")},
    )
    def destroy(self, request: Request, external_id: str) -> Response:
        shoppers.erase_shopper(shopper=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Export everything that is stored about a shopper",
        description="Events and prompts are sorted newest first, at most 500 of each per page; "
        "follow `next` until it is null.",
        parameters=[EXTERNAL_ID, ExportInput],
        responses=ExportSerializer,
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, external_id: str) -> Response:
        page = validate_parameters(ExportInput(data=request.query_params))
        export = export_shopper(shopper=self.get_object(), **page)
        return Response(ExportSerializer(export, context=self.get_serializer_context()).data)


@extend_schema(tags=["shoppers"])
class PreferencesView(TenantAPIView):
    """A shopper's stated preferences; empty for an unknown shopper."""

    read_scope = write_scope = Scope.RECOMMEND
    serializer_class = PreferencesSerializer
    # Preferences are nested, which forms cannot express.
    parser_classes = (JSONParser,)

    @extend_schema(summary="Show a shopper's preferences", responses=PreferencesSerializer)
    def get(self, request: Request, external_id: str) -> Response:
        return Response(PreferencesSerializer(self._read(external_id)).data)

    @extend_schema(
        summary="Replace a shopper's preferences",
        description="Fields that you omit become empty. An unknown shopper is added.",
        request=PreferencesInput,
        responses=PreferencesSerializer,
        examples=[OpenApiExample("All preferences", STATED, request_only=True)],
    )
    def put(self, request: Request, external_id: str, *, partial: bool = False) -> Response:
        stated = self._read(external_id)
        serializer = PreferencesInput(stated, data=request.data, partial=partial)
        ignored = () if partial else PreferencesSerializer.Meta.fields
        fields = validate(serializer, ignored=ignored)
        changed = shoppers.set_preferences(shop=self.shop, external_id=external_id, fields=fields)
        return Response(PreferencesSerializer(changed).data)

    @extend_schema(
        summary="Change some of a shopper's preferences",
        request=PreferencesInput,
        responses=PreferencesSerializer,
        examples=[OpenApiExample("A budget", {"budget_max": "75.00"}, request_only=True)],
    )
    def patch(self, request: Request, external_id: str) -> Response:
        return self.put(request, external_id, partial=True)

    def _read(self, external_id: str) -> Preferences:
        self.access.require_shopper(external_id)
        return shoppers.read_preferences(shoppers.find_shopper(self.shop, external_id))
