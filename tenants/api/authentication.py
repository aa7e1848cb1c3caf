"""Access: `Api-Key` for the systems of a shop, `Bearer` for its members, and key scopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
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
    NotFound,
    PermissionDenied,
)
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from core.api.throttling import find_address
from core.log_context import identify_caller
from core.tenancy import all_shops, shop_scope
from tenants.accounts.sessions import find_membership
from tenants.models import MANAGE_SHOP, MEMBER, Membership, Scope, Shop, ShopAPIKey, User
from tenants.shopper_tokens import read_shopper_token

if TYPE_CHECKING:
    # A cycle otherwise: DRF imports this module while it defines `APIView`.
    from rest_framework.views import APIView


SHOPPER_TOKEN = "Shopper-Token"  # noqa: S105 - the name of a header
MEMBER_SCOPES = frozenset((*Scope.values, MEMBER))
ROLE_SCOPES = {
    Membership.Role.OWNER: MEMBER_SCOPES | {MANAGE_SHOP},
    Membership.Role.EDITOR: MEMBER_SCOPES,
    Membership.Role.VIEWER: MEMBER_SCOPES,
}


@dataclass(frozen=True, slots=True)
class Access:
    """The shop and key scopes of a caller; `request.auth` of every authenticated request.

    `via` identifies the key or user in logs. `publishable_key` is the prefix of the key, if pages
    may contain it; `origins` are the other sites whose pages may use it. `shopper` is the external
    id in the request's shopper token. `membership` is that of a signed-in member.
    """

    shop: Shop
    scopes: frozenset[str]
    via: str
    publishable_key: str = ""
    origins: tuple[str, ...] = ()
    shopper: str | None = None
    membership: Membership | None = None

    @property
    def shop_id(self) -> UUID:
        return self.shop.id

    @property
    def is_anonymous_visitor(self) -> bool:
        """Whether this is a page whose visitor the shop has not named."""
        return bool(self.publishable_key) and self.shopper is None

    def name_visitor(self, request: Request) -> str:
        """Return a short name of the shopper of the token, otherwise of the client's address."""
        is_named = self.shopper is not None
        name = f"{self.shop_id} {self.shopper}" if is_named else find_address(request)
        return sha256(name.encode()).hexdigest()[:32]

    def require_shopper(self, external_id: str) -> None:
        """Raise unless the caller may read and change this shopper's data.

        Secret keys and members may do so for every shopper, a page only for the shopper of its
        token: others do not exist for it.
        """
        if self.is_anonymous_visitor:
            message = "A publishable key needs a shopper token for this: see “Keys in a browser”."
            raise PermissionDenied(message, code="shopper_token_required")
        if self.publishable_key and self.shopper != external_id:
            raise NotFound

    @property
    def is_viewer(self) -> bool:
        return bool(self.membership and self.membership.role == Membership.Role.VIEWER)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <prefix>.<secret>`."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[None, Access] | None:
        secret = _credentials(request, self.keyword)
        if secret is None:
            return None
        api_key = self._find(secret)
        is_publishable = api_key.kind == ShopAPIKey.Kind.PUBLISHABLE
        access = Access(
            api_key.shop,
            api_key.granted_scopes,
            f"key:{api_key.prefix}",
            publishable_key=api_key.prefix if is_publishable else "",
            origins=tuple(api_key.origins) if is_publishable else (),
            shopper=_read_shopper(request, api_key),
        )
        with shop_scope(api_key.shop_id):
            api_key.record_use()
        return None, access

    def _find(self, secret: str) -> ShopAPIKey:
        api_key = _read_key(secret.partition(".")[0])
        if api_key is None or not api_key.is_valid(secret):
            raise AuthenticationFailed("This API key is unknown.", code="unknown_api_key")
        # The log names the key of a refused request as well.
        identify_caller(caller=f"key:{api_key.prefix}", shop=str(api_key.shop_id))
        if api_key.revoked:
            raise AuthenticationFailed("This API key was revoked.", code="revoked_api_key")
        if api_key.has_expired:
            raise AuthenticationFailed("This API key has expired.", code="expired_api_key")
        _require_active(api_key.shop)
        return api_key

    def authenticate_header(self, request: Request) -> str:
        return 'Api-Key realm="atelier"'


class MemberAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>` of a member, whose role determines the scopes."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Access] | None:
        token = _credentials(request, self.keyword)
        if token is None:
            return None
        membership = self._find(token)
        via = f"user:{membership.user_id}"
        scopes = ROLE_SCOPES[membership.effective_role]
        return membership.user, Access(membership.shop, scopes, via, membership=membership)

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

    def is_genuine(self, request: Request) -> bool:
        """Return whether the request has a token that we signed; makes no query."""
        try:
            token = _credentials(request, self.keyword)
            if not token:  # without a token, the class would make a new one
                return False
            AccessToken(token)  # type: ignore[arg-type]
        except (TokenError, AuthenticationFailed):
            return False
        return True

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
    with all_shops(), connection.cursor() as cursor:
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


def _read_shopper(request: Request, api_key: ShopAPIKey) -> str | None:
    token = request.headers.get(SHOPPER_TOKEN)
    if token is None:
        return None
    if api_key.kind != ShopAPIKey.Kind.PUBLISHABLE:
        message = "A secret key takes no shopper token: name the shopper in the request itself."
        raise AuthenticationFailed(message, code="unexpected_shopper_token")
    return read_shopper_token(shop=api_key.shop, token=token)


def _require_active(shop: Shop) -> None:
    if not shop.is_active:
        raise AuthenticationFailed("This shop is not active.", code="inactive_shop")


def find_needed_scope(view: object, method: str | None) -> str | None:
    """Return the scope that a view or its class needs for a method; None where it takes no key."""
    if method == "OPTIONS":
        return getattr(view, "read_scope", None) or getattr(view, "write_scope", None)
    name = "read_scope" if method in SAFE_METHODS else "write_scope"
    scope: str | None = getattr(view, name, None)
    return scope


class HasScope(BasePermission):
    """Requires a view's `read_scope` or `write_scope`; a view without them refuses every caller."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Access):
            raise NotAuthenticated("Send a key: `Authorization: Api-Key …`.")
        needed = find_needed_scope(view, request.method)
        if needed is None:
            if request.method not in view.allowed_methods:
                raise MethodNotAllowed(str(request.method))
            return False
        if needed not in request.auth.scopes:
            message = f"This key lacks the scope `{needed}`."
            raise PermissionDenied(message, code="insufficient_scope")
        if request.auth.is_viewer and not _only_reads(request, view):
            message = "A viewer may read and search, and change nothing."
            raise PermissionDenied(message, code="insufficient_role")
        return True


def _only_reads(request: Request, view: APIView) -> bool:
    """Return whether a view states that this method, such as a search by POST, changes nothing.

    A member manages their own account in any role.
    """
    is_own_account = getattr(view, "write_scope", None) == MEMBER
    reading_methods = (*SAFE_METHODS, *getattr(view, "reading_methods", ()))
    return is_own_account or request.method in reading_methods
