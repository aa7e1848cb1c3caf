"""The shop, and registration and sign-in: the only API routes that need no key."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ApiView, validate
from tenants import services
from tenants.api.base import TenantAPIView
from tenants.models import Scope, Shop

CREDENTIALS = {"email": "ada@shop.example", "password": "correct-horse-7"}


class ShopSerializer(serializers.ModelSerializer[Shop]):
    class Meta:
        model = Shop
        fields = ("id", "name", "created_at")


class RegisterInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(min_length=8, max_length=128, trim_whitespace=False)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    shop_name = serializers.CharField(max_length=120)


class LoginInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class RefreshInput(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class SignInSerializer(serializers.Serializer[services.SignIn]):
    """Tokens: `access` is valid for 30 minutes, `refresh` for 7 days and one use."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    shop = ShopSerializer(source="membership.shop")


@extend_schema(tags=["access"])
class AccountView(ApiView):
    """A view for callers who are not signed in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="atelier"'


class RegisterView(AccountView):
    @extend_schema(
        summary="Register a person and their shop",
        request=RegisterInput,
        responses={201: SignInSerializer},
        examples=[
            OpenApiExample(
                "A new shop",
                {**CREDENTIALS, "name": "Ada", "shop_name": "Ada's Atelier"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        data = validate(RegisterInput(data=request.data))
        return Response(SignInSerializer(services.register(**data)).data, status.HTTP_201_CREATED)


class LoginView(AccountView):
    @extend_schema(
        summary="Sign in",
        request=LoginInput,
        responses=SignInSerializer,
        examples=[OpenApiExample("A registered member", CREDENTIALS, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        data = validate(LoginInput(data=request.data))
        return Response(SignInSerializer(services.sign_in(**data)).data)


class RefreshView(AccountView):
    @extend_schema(
        summary="Exchange a refresh token for a new pair",
        description="A refresh token is valid for one use. Using it twice signs the person out "
        "everywhere.",
        request=RefreshInput,
        responses=SignInSerializer,
    )
    def post(self, request: Request) -> Response:
        data = validate(RefreshInput(data=request.data))
        return Response(SignInSerializer(services.refresh_sign_in(**data)).data)


class LogoutView(AccountView):
    @extend_schema(
        summary="Revoke a refresh token",
        request=RefreshInput,
        responses={204: OpenApiResponse(description="The token is no longer valid.")},
    )
    def post(self, request: Request) -> Response:
        services.sign_out(**validate(RefreshInput(data=request.data)))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["access"])
class ShopView(TenantAPIView):
    read_scope = Scope.CATALOG_READ
    serializer_class = ShopSerializer

    @extend_schema(summary="The shop this key or member belongs to", responses=ShopSerializer)
    def get(self, request: Request) -> Response:
        return Response(ShopSerializer(self.shop).data)
