"""Access: `Api-Key` for the systems of a shop, `Bearer` for its members, and key scopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import (
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from tenants.models import MANAGE_SHOP, Membership, Scope, Shop, ShopAPIKey, User
from tenants.services import find_membership

if TYPE_CHECKING:
    # A cycle otherwise: DRF imports this module while it defines `APIView`.
    from rest_framework.views import APIView


@dataclass(frozen=True, slots=True)
class Access:
    """The shop and key scopes of a caller; `request.auth` of every authenticated request.

    `via` identifies the key or user in logs.
    """

    shop: Shop
    scopes: frozenset[str]
    via: str

    @property
    def shop_id(self) -> UUID:
        return self.shop.id


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <prefix>.<secret>`."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[None, Access] | None:
        secret = _credentials(request, self.keyword)
        if secret is None:
            return None
        api_key = self._find(secret)
        api_key.record_use()
        access = Access(api_key.shop, api_key.granted_scopes, f"key:{api_key.prefix}")
        return None, access

    def _find(self, secret: str) -> ShopAPIKey:
        api_key = _read_key(secret.partition(".")[0])
        if api_key is None or not api_key.is_valid(secret):
            raise AuthenticationFailed("This API key is unknown.", code="unknown_api_key")
        if api_key.revoked:
            raise AuthenticationFailed("This API key was revoked.", code="revoked_api_key")
        if api_key.has_expired:
            raise AuthenticationFailed("This API key has expired.", code="expired_api_key")
        _require_active(api_key.shop)
        return api_key

    def authenticate_header(self, request: Request) -> str:
        return 'Api-Key realm="atelier"'


class MemberAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>` of a member, who has every scope."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Access] | None:
        token = _credentials(request, self.keyword)
        if token is None:
            return None
        membership = self._find(token)
        scopes = frozenset((*Scope.values, MANAGE_SHOP))
        return membership.user, Access(membership.shop, scopes, f"user:{membership.user_id}")

    def _find(self, token: str) -> Membership:
        try:
            claims = AccessToken(token)  # type: ignore[arg-type]
            membership = find_membership(claims)
        except (TokenError, ValidationError) as error:
            message = "This token is invalid or has expired; sign in or refresh it."
            raise AuthenticationFailed(message, code="invalid_token") from error
        if membership is None:
            raise AuthenticationFailed(
                "This person is not a member of a shop.", code="invalid_token"
            )
        _require_active(membership.shop)
        return membership

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="atelier"'


def _columns(model: type[Model], table: str) -> str:
    return ", ".join(f"{table}.{column.attname}" for column in model._meta.concrete_fields)


# Every request begins with this query, and building it by the ORM takes longer than running it.
_SELECT_KEY_AND_SHOP = f"""
    SELECT {_columns(ShopAPIKey, "api_key")}, {_columns(Shop, "shop")}
    FROM tenants_shopapikey AS api_key JOIN tenants_shop AS shop ON shop.id = api_key.shop_id
    WHERE api_key.prefix = %s
"""  # noqa: S608 - the columns come from the models


def _read_key(prefix: str) -> ShopAPIKey | None:
    """Return the key with its shop."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT_KEY_AND_SHOP, [prefix])
        row = cursor.fetchone()
    if row is None:
        return None
    end = len(ShopAPIKey._meta.concrete_fields)
    api_key: ShopAPIKey = _load_row(ShopAPIKey, row[:end])
    api_key.shop = _load_row(Shop, row[end:])
    return api_key


def _load_row(model: type[Any], values: Sequence[Any]) -> Any:
    names = [column.attname for column in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, values)


def _credentials(request: Request, keyword: str) -> str | None:
    """Return the Authorization header after `keyword`; None for another scheme."""
    scheme, _, credentials = get_authorization_header(request).partition(b" ")
    if scheme.lower() != keyword.lower().encode():
        return None
    try:
        text = credentials.strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise AuthenticationFailed("The credentials are not ASCII.", code="malformed") from error
    if "\0" in text:  # PostgreSQL cannot store it
        raise AuthenticationFailed("The credentials contain a NUL character.", code="malformed")
    return text


def _require_active(shop: Shop) -> None:
    if not shop.is_active:
        raise AuthenticationFailed("This shop is not active.", code="inactive_shop")


class HasScope(BasePermission):
    """Requires a view's `read_scope` or `write_scope`; a view without them refuses every caller."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Access):
            raise NotAuthenticated("Send a key: `Authorization: Api-Key …`.")
        is_read = request.method in SAFE_METHODS
        needed = getattr(view, "read_scope" if is_read else "write_scope", None)
        if needed is None:
            if request.method not in view.allowed_methods:
                raise MethodNotAllowed(str(request.method))
            return False
        if needed not in request.auth.scopes:
            message = f"This key lacks the scope `{needed}`."
            raise PermissionDenied(message, code="insufficient_scope")
        return True
