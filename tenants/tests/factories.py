"""Shops and people for tests."""

from time import time
from types import SimpleNamespace
from typing import Any

import jwt
from django.utils import timezone
from rest_framework.test import APIClient

from core.tenancy import shop_scope
from tenants.accounts.sign_in import sign_in
from tenants.models import Membership, Shop, ShopperSigningSecret, User
from tenants.services import create_key, create_shop
from tenants.shopper_tokens import create_signing_secret

PASSWORD = "correct-horse-7"


def make_client(authorization: str) -> APIClient:
    """Return a client that sends this `Authorization` header."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=authorization)
    return client


def make_member(name: str) -> SimpleNamespace:
    """Return a shop with its key and a client that uses it."""
    shop, key = create_shop(name=name)
    return SimpleNamespace(shop=shop, key=key, client=make_client(f"Api-Key {key}"))


def make_key_client(shop: Shop, **options: object) -> APIClient:
    """Return a client with one more key of a shop; `options` are those of `create_key`."""
    _, key = create_key(shop=shop, name="a key", **options)  # type: ignore[arg-type]
    return make_client(f"Api-Key {key}")


def make_page(shop: Shop, *, shopper: str | None = None, **options: Any) -> APIClient:
    """Return a client with a publishable key, and with a shopper token if `shopper` is set."""
    client = make_key_client(shop, kind="publishable", **options)
    if shopper is not None:
        client.credentials(**client._credentials, HTTP_SHOPPER_TOKEN=sign_shopper(shop, shopper))
    return client


def sign_shopper(shop: Shop, shopper: str) -> str:
    """Return a token of a shopper for an hour, signed with a new secret of the shop."""
    with shop_scope(shop.pk):
        ShopperSigningSecret.objects.all().delete()
        row, secret = create_signing_secret(shop=shop)
    now = int(time())
    claims = {"sub": shopper, "iat": now, "exp": now + 3_600}
    return jwt.encode(claims, secret, "HS256", {"kid": str(row.pk)})


def make_person(
    shop: Shop,
    *,
    email: str = "colleague@shop.example",
    role: str = Membership.Role.OWNER,
    is_verified: bool = True,
) -> SimpleNamespace:
    """Return a signed-in member of a shop, with their tokens and a client that uses them."""
    verified_at = timezone.now() if is_verified else None
    user = User.objects.create_user(email, PASSWORD, email_verified_at=verified_at)
    with shop_scope(shop.pk):
        membership = Membership.objects.create(user=user, shop=shop, role=role)
    tokens = sign_in(email=email, password=PASSWORD)
    client = make_client(f"Bearer {tokens.access}")
    return SimpleNamespace(user=user, membership=membership, tokens=tokens, client=client)
