"""Shopper tokens: JWTs with which a shop's server names the shopper who uses a browser.

The server signs them with a secret of the shop (HS256), so no request to Atelier is needed. HS256
checks with the same secret, which is therefore stored encrypted (`tenants.encryption`). When
`SECRET_KEY` changes, shops need new signing secrets, unless `SECRET_KEY_FALLBACKS` contains the
earlier key.
"""

import secrets
from datetime import timedelta
from time import time
from typing import Any
from uuid import UUID

import jwt
import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from rest_framework.exceptions import AuthenticationFailed

from core.errors import Conflict
from core.tenancy import shop_scope
from core.text import normalize
from tenants.encryption import make_cipher
from tenants.models import Shop, ShopperSigningSecret, is_shopper_id

log = structlog.get_logger(__name__)

ALGORITHM, AUDIENCE = "HS256", "atelier"
PURPOSE = b"atelier shopper signing secrets"
MAX_SIGNING_SECRETS = 2
MAX_TOKEN_LENGTH = 2_048
# How far a server's clock may be ahead of ours.
CLOCK_SKEW = timedelta(minutes=1)
REQUIRED_CLAIMS = ("sub", "exp", "iat")


class TooManySigningSecrets(Conflict):
    """The shop has two signing secrets: the old one and the new one of a rotation."""

    code = "too_many_signing_secrets"
    message = "A shop has at most two signing secrets; delete the one that is no longer in use."


class InvalidShopperToken(AuthenticationFailed):
    """The token is malformed, wrongly signed, or has wrong claims; the message says what."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="invalid_shopper_token")


def create_signing_secret(*, shop: Shop) -> tuple[ShopperSigningSecret, str]:
    """Return a new row and its secret; raises `TooManySigningSecrets`."""
    with transaction.atomic():
        # Two requests at the same time take turns.
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        if ShopperSigningSecret.objects.count() >= MAX_SIGNING_SECRETS:
            raise TooManySigningSecrets
        secret = secrets.token_urlsafe(32)
        encrypted = make_cipher(PURPOSE).encrypt(secret.encode()).decode()
        row = ShopperSigningSecret.objects.create(shop=shop, encrypted_secret=encrypted)
    return row, secret


def read_shopper_token(*, shop: Shop, token: str) -> str:
    """Return the external id of the shopper that a token names; raises `AuthenticationFailed`."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidShopperToken(f"A shopper token has at most {MAX_TOKEN_LENGTH} characters.")
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        secret = _find_secret(shop, key_id)
        # The times are checked below: the library accepts numbers in texts, and infinite ones.
        options: Any = {"require": list(REQUIRED_CLAIMS), "verify_aud": False}
        options |= dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], options=options)
    except jwt.MissingRequiredClaimError as error:
        raise InvalidShopperToken(f"The shopper token lacks the claim `{error.claim}`.") from error
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        message = f"This is not a JWT that was signed with {ALGORITHM} and the secret of its `kid`."
        raise InvalidShopperToken(message) from error
    _check_times(claims)
    _check_audience(claims.get("aud"))
    shopper = normalize(str(claims["sub"]))
    if not is_shopper_id(shopper):
        raise InvalidShopperToken("The claim `sub` is not a valid shopper id.")
    return shopper


def _find_secret(shop: Shop, key_id: Any) -> str:
    """Return a signing secret of this shop; the `kid` of another shop is unknown."""
    unknown = AuthenticationFailed(
        "The `kid` names no signing secret of this shop.", code="unknown_signing_secret"
    )
    try:
        primary_key = UUID(key_id)
    except (TypeError, ValueError, AttributeError) as error:
        raise unknown from error
    with shop_scope(shop.pk):
        row = ShopperSigningSecret.objects.filter(pk=primary_key).first()
    if row is None:
        raise unknown
    try:
        return make_cipher(PURPOSE).decrypt(row.encrypted_secret).decode()
    except InvalidToken as error:
        log.error("signing_secret_not_readable", signing_secret=str(row.pk))
        raise unknown from error


def _check_times(claims: dict[str, Any]) -> None:
    now, skew = time(), CLOCK_SKEW.total_seconds()
    times = [claims[name] for name in ("iat", "exp", "nbf") if name in claims]
    if any(type(value) not in (int, float) for value in times):
        raise InvalidShopperToken("The claims `iat`, `exp` and `nbf` are seconds since 1970.")
    # In this form, because nothing is less or greater than NaN.
    if not claims["exp"] > now:
        message = "The shopper token has expired; fetch a new one from your server."
        raise AuthenticationFailed(message, code="expired_shopper_token")
    lifetime = settings.SHOPPER_TOKEN_LIFETIME.total_seconds()
    if not claims["exp"] <= now + lifetime + skew:
        message = f"A shopper token expires at most {lifetime:.0f} seconds after it is used."
        raise AuthenticationFailed(message, code="long_lived_shopper_token")
    if not max(claims["iat"], claims.get("nbf", 0)) <= now + skew:
        raise InvalidShopperToken("The shopper token is from the future: check the server's clock.")


def _check_audience(audience: Any) -> None:
    names = audience if isinstance(audience, list) else [audience]
    if audience is not None and AUDIENCE not in names:
        raise InvalidShopperToken(f"The claim `aud`, if there is one, must be `{AUDIENCE}`.")
