from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import validate
from tenants import services
from tenants.api.base import TenantViewSet
from tenants.models import (
    MANAGE_SHOP,
    MAX_ORIGIN_LENGTH,
    MAX_ORIGINS,
    PUBLISHABLE_SCOPES,
    Scope,
    ShopAPIKey,
    validate_origin,
)

ORIGIN = "https://www.shop.example"


class KeySerializer(serializers.ModelSerializer[ShopAPIKey]):
    """A key without its secret; `prefix` is the beginning of the key."""

    expires_at = serializers.DateTimeField(source="expiry_date", allow_null=True)
    is_revoked = serializers.BooleanField(source="revoked")
    created_at = serializers.DateTimeField(source="created")

    class Meta:
        model = ShopAPIKey
        fields: tuple[str, ...] = (
            "id",
            "name",
            "prefix",
            "kind",
            "scopes",
            "origins",
            "expires_at",
            "is_revoked",
            "last_used_at",
            "created_at",
        )
        read_only_fields = fields


class NewKeySerializer(KeySerializer):
    """A new key with its secret, which is shown only this once."""

    key = serializers.CharField(help_text="Send it as `Authorization: Api-Key <key>`.")

    class Meta(KeySerializer.Meta):
        fields = (*KeySerializer.Meta.fields, "key")
        read_only_fields = fields


class KeyChangeInput(serializers.Serializer[Any]):
    """What can be changed of a key."""

    name = serializers.CharField(max_length=50)
    origins = serializers.ListField(
        child=serializers.CharField(max_length=MAX_ORIGIN_LENGTH, validators=[validate_origin]),
        default=list,
        max_length=MAX_ORIGINS,
        help_text="Other sites whose pages may use this publishable key, each as a browser sends "
        "it: `https://www.shop.example`, without a path. Without origins, browsers refuse the key "
        "in pages of other sites; servers and apps can use it.",
    )

    def validate_origins(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    def check_origins(self, kind: str, origins: list[str]) -> None:
        if origins and kind != ShopAPIKey.Kind.PUBLISHABLE:
            message = "Only a publishable key may be in a page: a secret key has no origins."
            raise serializers.ValidationError({"origins": [message]})


class KeyInput(KeyChangeInput):
    kind = serializers.ChoiceField(
        choices=ShopAPIKey.Kind.choices,
        default=ShopAPIKey.Kind.SECRET,
        help_text="A `publishable` key may be seen by everybody, so it can only search.",
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        required=False,
        allow_empty=False,
        help_text="By default every scope that the kind allows.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_publishable = attrs["kind"] == ShopAPIKey.Kind.PUBLISHABLE
        allowed = set(PUBLISHABLE_SCOPES if is_publishable else Scope.values)
        scopes = attrs.setdefault("scopes", sorted(allowed))
        self.check_origins(attrs["kind"], attrs["origins"])
        if refused := sorted(set(scopes) - allowed):
            message = f"A publishable key may not have: {', '.join(refused)}."
            raise serializers.ValidationError({"scopes": [message]})
        return attrs


@extend_schema_view(list=extend_schema(summary="List the shop's API keys"))
@extend_schema(tags=["access"])
class KeyViewSet(ListModelMixin, TenantViewSet):
    """The shop's API keys. Only members manage them: a key cannot create or revoke keys."""

    read_scope = write_scope = MANAGE_SHOP
    queryset = ShopAPIKey.objects.none()  # names the model in the OpenAPI description
    serializer_class = KeySerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ShopAPIKey]:
        return ShopAPIKey.objects.filter(shop=self.shop)

    @extend_schema(
        summary="Create an API key",
        description="The response contains the key itself, only this once: it is stored hashed.",
        request=KeyInput,
        responses={201: NewKeySerializer},
        examples=[
            OpenApiExample("A key for the till", {"name": "till"}, request_only=True),
            OpenApiExample(
                "A key for the shop's pages",
                {"name": "pages", "kind": "publishable", "origins": [ORIGIN]},
                request_only=True,
            ),
        ],
    )
    def create(self, request: Request) -> Response:
        data = validate(KeyInput(data=request.data))
        api_key, secret = services.create_key(shop=self.shop, **data)
        body = {**KeySerializer(api_key).data, "key": secret}
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a key's name or its origins",
        description="The origins replace the earlier ones, for the next request already.",
        request=KeyChangeInput,
        responses=KeySerializer,
        examples=[
            OpenApiExample("Pages of another site", {"origins": [ORIGIN]}, request_only=True)
        ],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        api_key = self.get_object()
        serializer = KeyChangeInput(data=request.data, partial=True)
        changed = {"name": api_key.name, "origins": api_key.origins, **validate(serializer)}
        serializer.check_origins(api_key.kind, changed["origins"])
        services.change_key(api_key=api_key, **changed)
        return Response(KeySerializer(api_key).data)

    @extend_schema(
        summary="Revoke an API key",
        responses={204: OpenApiResponse(description="The key is no longer valid.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.revoke_key(api_key=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
