"""Signing up, signing in, and keys: the public door of this room."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordRefused
from django.db import IntegrityError, transaction
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from core.errors import Conflict, DomainError
from tenants.models import Membership, Shop, ShopAPIKey, User, all_scopes


class EmailTaken(Conflict):
    """Somebody with this address is registered already."""

    code = "email_taken"


class WeakPassword(DomainError):
    """The password validators refuse it; the details say why."""

    code = "weak_password"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in member: a short access token, and a refresh token good for one use."""

    access: str
    refresh: str
    membership: Membership


def create_shop(*, name: str, key_name: str = "first key") -> tuple[Shop, str]:
    """Make a shop with a secret key of every scope; return the shop and the key."""
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
) -> tuple[ShopAPIKey, str]:
    """Make a key and return it with its secret, which is not stored and cannot be shown again."""
    api_key, secret = ShopAPIKey.objects.create_key(
        shop=shop,
        name=name,
        kind=kind,
        scopes=all_scopes() if scopes is None else scopes,
        expiry_date=expires_at,
    )
    return api_key, secret  # type: ignore[return-value]


def revoke_key(*, api_key: ShopAPIKey) -> None:
    """Make a key good for nothing from now on; doing it twice is no error."""
    ShopAPIKey.objects.filter(pk=api_key.pk).update(revoked=True)


def register(*, email: str, password: str, name: str, shop_name: str) -> SignIn:
    """Make a person and the shop they own, and sign them in.

    Raises `WeakPassword`, and `EmailTaken` when the address is registered already.
    """
    try:
        validate_password(password, User(email=email, name=name))
    except PasswordRefused as refusal:
        raise WeakPassword(" ".join(refusal.messages)) from refusal
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            shop = Shop.objects.create(name=shop_name)
            membership = Membership.objects.create(user=user, shop=shop, role=Membership.Role.OWNER)
    except IntegrityError as error:
        raise EmailTaken("This address is registered already; sign in instead.") from error
    return _sign_in(membership)


def sign_in(*, email: str, password: str) -> SignIn:
    """Check a member's password; raise `AuthenticationFailed` without saying what was wrong."""
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
    """Trade a refresh token for a new pair; each is good for one use.

    A token used a second time was stolen, or copied: every token of the person is then
    revoked, since we cannot tell which of the two users is the thief.
    """
    with transaction.atomic():
        outstanding = _lock_token(refresh)
        is_first_use = BlacklistedToken.objects.get_or_create(token=outstanding)[1]
        if is_first_use:
            # Under the lock: a second use waits for it, and must find this pair to revoke.
            membership = _membership_of(outstanding, refresh)
            pair = _sign_in(membership) if membership else None
        else:
            _revoke_all(outstanding.user_id)
    if not is_first_use:
        message = "This refresh token was used before; sign in again."
        raise AuthenticationFailed(message, code="refresh_token_reused")
    if pair is None:
        raise AuthenticationFailed("This person is no member.", code="invalid_token")
    return pair


def sign_out(*, refresh: str) -> None:
    """Revoke a refresh token; doing it twice is no error."""
    with transaction.atomic():
        BlacklistedToken.objects.get_or_create(token=_lock_token(refresh))


def _sign_in(membership: Membership) -> SignIn:
    token = RefreshToken.for_user(membership.user)
    token["shop_id"] = str(membership.shop_id)
    return SignIn(str(token.access_token), str(token), membership)


def _lock_token(refresh: str) -> OutstandingToken:
    """Verify a refresh token and lock its row, so that two uses at once take turns."""
    refused = AuthenticationFailed("This refresh token is not valid.", code="invalid_token")
    try:
        # The signature and the expiry; whether it was used before is decided under the lock.
        claims = _UncheckedRefreshToken(refresh)  # type: ignore[arg-type]
    except TokenError as error:
        raise refused from error
    token = OutstandingToken.objects.select_for_update().filter(jti=claims["jti"]).first()
    if token is None:
        raise refused
    return token


def _membership_of(token: OutstandingToken, refresh: str) -> Membership | None:
    """Return the place in a shop that a refresh token was made for, if it still is."""
    claims = RefreshToken(refresh, verify=False)  # type: ignore[arg-type]
    return (
        Membership.objects.select_related("shop", "user")
        .filter(user=token.user_id, shop_id=claims.get("shop_id"))
        .filter(user__is_active=True)
        .first()
    )


class _UncheckedRefreshToken(RefreshToken):
    def check_blacklist(self) -> None:
        """Leave the look-up to the caller, who makes it under a lock."""


def _revoke_all(user_id: UUID | None) -> None:
    tokens = OutstandingToken.objects.filter(user=user_id, blacklistedtoken=None)
    BlacklistedToken.objects.bulk_create(
        [BlacklistedToken(token=token) for token in tokens], ignore_conflicts=True
    )
