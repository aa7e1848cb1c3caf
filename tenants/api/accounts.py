"""The shop, and registration, sign-in and sign-out."""

from typing import Any

from django.utils.translation import get_language_from_request
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.throttling import find_address
from core.api.views import ApiView, validate
from core.text import LANGUAGES
from tenants.accounts import registration, sessions
from tenants.accounts.sessions import SignIn
from tenants.accounts.sign_in import sign_in
from tenants.api.base import TenantAPIView
from tenants.api.fields import (
    AddressField,
    CodeField,
    CurrencyField,
    NewPasswordField,
    PasswordField,
)
from tenants.models import MEMBER, Membership, Scope, Session, Shop, User
from tenants.models.shops import ROLES
from tenants.services import change_shop

CREDENTIALS = {"email": "ada@shop.example", "password": "correct-horse-7"}


class ShopSerializer(serializers.ModelSerializer[Shop]):
    class Meta:
        model = Shop
        fields = ("id", "name", "default_currency", "language", "created_at")


class ShopInput(serializers.Serializer[Shop]):
    default_currency = CurrencyField(
        allow_blank=True,
        help_text="ISO 4217: of prices without a currency, and of price filters that name none. "
        "While it is empty, the first price with a currency sets it.",
    )
    language = serializers.ChoiceField(
        choices=list(LANGUAGES),
        help_text="ISO 639: of the names and descriptions of your products. Search compares the "
        "stems of its words, so that singular and plural are one.",
    )


class RegisterInput(serializers.Serializer[Any]):
    email = AddressField()
    password = NewPasswordField()
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    shop_name = serializers.CharField(max_length=120)


class LoginInput(serializers.Serializer[Any]):
    email = AddressField()
    password = PasswordField()
    shop_id = serializers.UUIDField(
        required=False, help_text="By default the shop that the person joined first."
    )
    code = CodeField()


class RefreshInput(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)
    shop_id = serializers.UUIDField(
        required=False, help_text="Continue in another shop of the person."
    )


class LogoutInput(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class SignInSerializer(serializers.Serializer[SignIn]):
    """Tokens: by default, `access` is valid for 30 minutes, `refresh` for 7 days and one use."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    shop = ShopSerializer(source="membership.shop")
    role = serializers.ChoiceField(choices=ROLES, source="membership.effective_role")
    email_verified = serializers.BooleanField(source="membership.user.has_verified_email")


class ShopMembershipSerializer(serializers.Serializer[Membership]):
    """A shop of the signed-in person."""

    shop = ShopSerializer()
    role = serializers.ChoiceField(choices=ROLES, source="effective_role")


@extend_schema(tags=["access"])
class AccountView(ApiView):
    """A view for callers who are not signed in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="atelier"'


@extend_schema(tags=["access"])
class PersonView(TenantAPIView):
    """A view of a signed-in person's own account, in any role; closed to keys."""

    read_scope = write_scope = MEMBER
    serializer_class = serializers.Serializer

    @property
    def membership(self) -> Membership:
        membership: Membership = self.request.auth.membership  # type: ignore[union-attr]
        return membership

    @property
    def person(self) -> User:
        return self.membership.user


class NoticeSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


def language_of(request: Request) -> str:
    """Return the language of mails: of those that there are, the one that the client prefers."""
    return get_language_from_request(request._request)


class RegisterView(AccountView):
    @extend_schema(
        summary="Register a person and their shop",
        description="The answer is the same whether the address is known or not. A mail asks its "
        "owner to confirm it; until then, the person cannot invite others.",
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
        pair = registration.register(**data, language=language_of(request))
        return Response(SignInSerializer(pair).data, status.HTTP_201_CREATED)


class LoginView(AccountView):
    @extend_schema(
        summary="Sign in",
        description="With a second factor, the answer is 401 `code_required` until `code` is "
        "there. After ten wrong passwords for an address, one a minute is evaluated.",
        request=LoginInput,
        responses=SignInSerializer,
        examples=[OpenApiExample("A registered member", CREDENTIALS, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        data = validate(LoginInput(data=request.data))
        pair = sign_in(**data, client=find_address(request))
        return Response(SignInSerializer(pair).data)


class RefreshView(AccountView):
    @extend_schema(
        summary="Exchange a refresh token for a new pair",
        description="A refresh token is valid for one use. Using it twice signs the person out "
        "everywhere. Some time after sign-in, by default 30 days, the person must sign in again.",
        request=RefreshInput,
        responses=SignInSerializer,
    )
    def post(self, request: Request) -> Response:
        data = validate(RefreshInput(data=request.data))
        return Response(SignInSerializer(sessions.refresh_session(**data)).data)


class LogoutView(AccountView):
    @extend_schema(
        summary="End the session of a refresh token",
        request=LogoutInput,
        responses={204: OpenApiResponse(description="The token is no longer valid.")},
    )
    def post(self, request: Request) -> Response:
        sessions.sign_out(**validate(LogoutInput(data=request.data)))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(PersonView):
    @extend_schema(
        summary="Sign out everywhere",
        description="Ends every session of the person, also this one and those of the admin.",
        request=None,
        responses={204: OpenApiResponse(description="All tokens are no longer valid.")},
    )
    def post(self, request: Request) -> Response:
        sessions.end_sessions(self.person, by=Session.End.EVERYWHERE)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["access"])
class ShopView(TenantAPIView):
    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ShopSerializer

    @extend_schema(summary="The shop this key or member belongs to", responses=ShopSerializer)
    def get(self, request: Request) -> Response:
        return Response(ShopSerializer(self.shop).data)

    @extend_schema(
        summary="Change the shop's default currency and language",
        request=ShopInput,
        responses=ShopSerializer,
        examples=[
            OpenApiExample("Euros", {"default_currency": "EUR"}, request_only=True),
            OpenApiExample("German", {"language": "de"}, request_only=True),
        ],
    )
    def patch(self, request: Request) -> Response:
        change_shop(shop=self.shop, **validate(ShopInput(data=request.data, partial=True)))
        return Response(ShopSerializer(self.shop).data)
