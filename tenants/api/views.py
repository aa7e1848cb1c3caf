"""Signing up and in; the only routes besides health that need no key."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ApiView
from tenants import services
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.serializers import (
    KeyInput,
    KeySerializer,
    LoginInput,
    NewKeySerializer,
    RefreshInput,
    RegisterInput,
    ShopSerializer,
    SignInSerializer,
)
from tenants.models import MANAGE_SHOP, Scope, ShopAPIKey


class PublicView(ApiView):
    """A view for callers who have nothing to show yet."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="atelier"'


@extend_schema(tags=["access"])
class RegisterView(PublicView):
    @extend_schema(
        summary="Register a person and their shop",
        request=RegisterInput,
        responses={201: SignInSerializer},
        examples=[
            OpenApiExample(
                "A new shop",
                {
                    "email": "ada@shop.example",
                    "password": "correct-horse-7",
                    "name": "Ada",
                    "shop_name": "Ada's Atelier",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = _valid(RegisterInput, request)
        return Response(SignInSerializer(services.register(**data)).data, status.HTTP_201_CREATED)


@extend_schema(tags=["access"])
class LoginView(PublicView):
    @extend_schema(
        summary="Sign in",
        request=LoginInput,
        responses=SignInSerializer,
        examples=[
            OpenApiExample(
                "Who registered",
                {"email": "ada@shop.example", "password": "correct-horse-7"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = _valid(LoginInput, request)
        return Response(SignInSerializer(services.sign_in(**data)).data)


@extend_schema(tags=["access"])
class RefreshView(PublicView):
    @extend_schema(
        summary="Trade a refresh token for a new pair",
        description="Each refresh token is good for one use; using one twice signs the person "
        "out everywhere.",
        request=RefreshInput,
        responses=SignInSerializer,
    )
    def post(self, request: Request) -> Response:
        data = _valid(RefreshInput, request)
        return Response(SignInSerializer(services.refresh_sign_in(**data)).data)


@extend_schema(tags=["access"])
class LogoutView(PublicView):
    @extend_schema(
        summary="Revoke a refresh token",
        request=RefreshInput,
        responses={204: OpenApiResponse(description="The token is good for nothing now.")},
    )
    def post(self, request: Request) -> Response:
        services.sign_out(**_valid(RefreshInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["access"])
class ShopView(TenantAPIView):
    read_scope = Scope.CATALOG_READ
    serializer_class = ShopSerializer

    @extend_schema(summary="The shop this key or member belongs to", responses=ShopSerializer)
    def get(self, request: Request) -> Response:
        return Response(ShopSerializer(self.shop).data)


@extend_schema_view(list=extend_schema(summary="List the shop's API keys"))
@extend_schema(tags=["access"])
class KeyViewSet(ListModelMixin, TenantViewSet):
    """The shop's API keys, for its members: a key cannot make or revoke keys."""

    read_scope = write_scope = MANAGE_SHOP
    queryset = ShopAPIKey.objects.none()  # names the model in the API's description
    serializer_class = KeySerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ShopAPIKey]:
        return ShopAPIKey.objects.filter(shop=self.shop)

    @extend_schema(
        summary="Make an API key",
        description="The answer has the key itself, this once: it is stored hashed.",
        request=KeyInput,
        responses={201: NewKeySerializer},
        examples=[OpenApiExample("A key for the till", {"name": "till"}, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        api_key, secret = services.create_key(shop=self.shop, **_valid(KeyInput, request))
        body = {**KeySerializer(api_key).data, "key": secret}
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Revoke an API key",
        responses={204: OpenApiResponse(description="The key is good for nothing now.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.revoke_key(api_key=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _valid(serializer_class: Any, request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
