"""Shops and people for tests."""

from types import SimpleNamespace

from rest_framework.test import APIClient

from tenants.models import Membership, Shop, User
from tenants.services import create_key, create_shop, sign_in

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


def make_person(shop: Shop, *, email: str = "colleague@shop.example") -> SimpleNamespace:
    """Return a signed-in member of a shop, with their tokens and a client that uses them."""
    user = User.objects.create_user(email, PASSWORD)
    membership = Membership.objects.create(user=user, shop=shop)
    tokens = sign_in(email=email, password=PASSWORD)
    client = make_client(f"Bearer {tokens.access}")
    return SimpleNamespace(user=user, membership=membership, tokens=tokens, client=client)
