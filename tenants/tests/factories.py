"""Shops for tests."""

from __future__ import annotations

from types import SimpleNamespace

from rest_framework.test import APIClient

from tenants.services import create_shop


def make_member(name: str) -> SimpleNamespace:
    """Return a shop with its key and a client that uses it."""
    shop, key = create_shop(name=name)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
    return SimpleNamespace(shop=shop, key=key, client=client)
