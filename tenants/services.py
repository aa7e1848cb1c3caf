"""Registration, sign-in and API keys: the public functions of this app."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordValidationError
from django.db import IntegrityError, transaction
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken, Token

from core.errors import Conflict, DomainError
from tenants.models import Membership, Shop, ShopAPIKey, User, all_scopes
from tenants.origins import forget_origins


class EmailTaken(Conflict):
    """A person with this address is already registered."""

    code = "email_taken"


class WeakPassword(DomainError):
    """The password validators refuse the password; the message says why."""

    code = "weak_password"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in member: a short-lived access token, and a refresh token for one use."""

    access: str
    refresh: str
    membership: Membership


def create_shop(*, name: str, key_name: str = "first key") -> tuple[Shop, str]:
    """Create a shop with a secret key that has every scope; return both."""
    with transaction.atomic():
        shop = Shop.objects.create(name=name)
        _, secret = create_key(shop=shop, name=key_name)
    return shop, secret


def create_key(
    *,
    shop: Shop,
    name: str,
    kind: str = ShopAPIKey.Kind.SECRET,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    origins: Sequence[str] = (),
) -> tuple[ShopAPIKey, str]:
    """Create a key; return it with its secret, which is not stored."""
    api_key, secret = ShopAPIKey.objects.create_key(
        shop=shop,
        name=name,
        kind=kind,
        scopes=all_scopes() if scopes is None else scopes,
        expiry_date=expires_at,
        origins=list(origins),
    )
    forget_origins(origins)
    return api_key, secret  # type: ignore[return-value]


def revoke_key(*, api_key: ShopAPIKey) -> None:
    """Revoke a key; revoking it again is not an error."""
    ShopAPIKey.objects.filter(pk=api_key.pk).update(revoked=True)
    forget_origins(api_key.origins)


def change_key(*, api_key: ShopAPIKey, name: str, origins: Sequence[str]) -> None:
    """Change a key's name and the sites whose pages may use it."""
    earlier = api_key.origins
    api_key.name, api_key.origins = name, list(origins)
    api_key.save(update_fields=["name", "origins"])
    forget_origins((*earlier, *origins))


def register(*, email: str, password: str, name: str, shop_name: str) -> SignIn:
    """Create a person and their shop, and sign them in; raise `WeakPassword` or `EmailTaken`."""
    try:
        validate_password(password, User(email=email, name=name))
    except PasswordValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            shop = Shop.objects.create(name=shop_name)
            membership = Membership.objects.create(user=user, shop=shop, role=Membership.Role.OWNER)
    except IntegrityError as error:
        raise EmailTaken("This address is already registered; sign in instead.") from error
    return _sign_in(membership)


def sign_in(*, email: str, password: str) -> SignIn:
    """Check a member's password; raise `AuthenticationFailed` with one message for every reason."""
    user = authenticate(username=email.lower(), password=password)
    membership = (
        Membership.objects.select_related("shop", "user").filter(user=user).order_by("id").first()
        if isinstance(user, User)
        else None
    )
    if membership is None:
        message = "No member of a shop has this address and password."
        raise AuthenticationFailed(message, code="wrong_credentials")
    return _sign_in(membership)


def refresh_sign_in(*, refresh: str) -> SignIn:
    """Exchange a refresh token, which is valid for one use, for a new pair.

    A second use means that the token was copied. Since either user may be the thief, it revokes
    every token of the person. Raises `AuthenticationFailed`.
    """
    with transaction.atomic():
        outstanding = _lock_token(refresh)
        is_first_use = BlacklistedToken.objects.get_or_create(token=outstanding)[1]
        if is_first_use:
            # Under the lock: a second use waits for it, and must find the new pair to revoke it.
            claims = RefreshToken(refresh, verify=False)  # type: ignore[arg-type]
            membership = find_membership(claims)
            pair = _sign_in(membership) if membership else None
        else:
            _revoke_all(outstanding.user_id)
    if not is_first_use:
        message = "This refresh token was already used; sign in again."
        raise AuthenticationFailed(message, code="refresh_token_reused")
    if pair is None:
        raise AuthenticationFailed("This person is not a member of a shop.", code="invalid_token")
    return pair


def sign_out(*, refresh: str) -> None:
    """Revoke a refresh token; revoking it again is not an error."""
    with transaction.atomic():
        BlacklistedToken.objects.get_or_create(token=_lock_token(refresh))


def _sign_in(membership: Membership) -> SignIn:
    token = RefreshToken.for_user(membership.user)
    token["shop_id"] = str(membership.shop_id)
    return SignIn(str(token.access_token), str(token), membership)


def _lock_token(refresh: str) -> OutstandingToken:
    """Verify a refresh token and lock its row, so that concurrent uses take turns."""
    refused = AuthenticationFailed("This refresh token is not valid.", code="invalid_token")
    try:
        # Checks signature and expiry; the caller checks under the lock if it was used before.
        claims = _UncheckedRefreshToken(refresh)  # type: ignore[arg-type]
    except TokenError as error:
        raise refused from error
    token = OutstandingToken.objects.select_for_update().filter(jti=claims["jti"]).first()
    if token is None:
        raise refused
    return token


def find_membership(claims: Token) -> Membership | None:
    """Return the membership that a token names, if it still exists and the person is active."""
    members = Membership.objects.select_related("shop", "user").filter(user__is_active=True)
    return members.filter(user_id=claims.get("user_id"), shop_id=claims.get("shop_id")).first()


class _UncheckedRefreshToken(RefreshToken):
    def check_blacklist(self) -> None:
        """Do nothing: the caller checks under a lock."""


def _revoke_all(user_id: UUID | None) -> None:
    tokens = OutstandingToken.objects.filter(user=user_id, blacklistedtoken=None)
    BlacklistedToken.objects.bulk_create(
        [BlacklistedToken(token=token) for token in tokens], ignore_conflicts=True
    )
