"""Shops and API keys: public functions of this app; `tenants.accounts` has those of people."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core.tenancy import shop_scope
from tenants.models import Shop, ShopAPIKey, all_scopes
from tenants.origins import forget_origins


def create_shop(*, name: str, key_name: str = "first key") -> tuple[Shop, str]:
    """Create a shop with a secret key that has every scope; return both."""
    shop = Shop(name=name)
    with shop_scope(shop.pk), transaction.atomic():
        shop.save()
        _, secret = create_key(shop=shop, name=key_name)
    return shop, secret


def change_shop(*, shop: Shop, **settings: str) -> None:
    """Change the `default_currency` or the `language` of a shop."""
    for name, value in settings.items():
        setattr(shop, name, value)
    shop.save(update_fields=list(settings))


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
    with shop_scope(shop.pk):
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
