"""API keys: their scopes, and every reason to refuse one."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.tenancy import all_shops
from tenants.models import Scope, Shop, ShopAPIKey
from tenants.services import create_key
from tenants.tests.factories import make_client, make_key_client

SHOP = "/api/v1/shop/"
IMAGES = "/api/v1/images/"


def make_key(shop: Shop, **options: object) -> tuple[ShopAPIKey, str]:
    return create_key(shop=shop, name="a key", **options)  # type: ignore[arg-type]


def get_shop(key: str):
    return make_client(f"Api-Key {key}").get(SHOP)


def assert_refused(response, code: str) -> None:
    assert response.status_code == 401, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Api-Key")
    assert response.json()["code"] == code


def test_create_shop_prints_a_key_that_works(db):
    out = StringIO()
    call_command("create_shop", "Ada's Atelier", stdout=out, stderr=StringIO())
    key = out.getvalue().strip()

    response = get_shop(key)

    assert response.status_code == 200
    assert response.json()["name"] == "Ada's Atelier"
    assert make_client(f"Api-Key {key}").get(IMAGES).status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_create_shop_refuses_an_invalid_name(db, name):
    with pytest.raises(CommandError):
        call_command("create_shop", name)
    with all_shops():
        assert not Shop.objects.exists()


def test_secret_is_stored_hashed_only(shop):
    secret = shop.key.partition(".")[2]
    with all_shops():
        stored = ShopAPIKey.objects.values().get()
    assert len(secret) >= 32
    assert not [name for name, value in stored.items() if secret in str(value)]


def test_scheme_is_case_insensitive(shop):
    assert make_client(f"aPI-kEY   {shop.key} ").get(SHOP).status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "nonsense",
        "abcdefgh.",
        "abcdefgh.ijklmnop",
        "abcdefgh.ijklmnop.qrstuvwx",
        "sha512$$abc.def",
        "%00",
        "' OR 1=1 --",
        "x" * 10_000,
    ],
)
def test_refuses_an_unknown_key(shop, key):
    assert_refused(get_shop(key), "unknown_api_key")


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda key: key[:-1], lambda key: key + "x"]
)
def test_refuses_a_key_that_is_almost_correct(shop, change):
    assert_refused(get_shop(change(shop.key)), "unknown_api_key")


def test_refuses_the_right_prefix_with_another_keys_secret(shop, rival):
    mixed = f"{shop.key.partition('.')[0]}.{rival.key.partition('.')[2]}"
    assert_refused(get_shop(mixed), "unknown_api_key")


@pytest.mark.parametrize("place", [0, 4, 8, 9, 20])
def test_refuses_a_key_with_a_nul_in_it(shop, place):
    assert_refused(get_shop(f"{shop.key[:place]}\0{shop.key[place:]}"), "malformed")


@pytest.mark.parametrize("key", ["schlüssel", "ключ", "鍵.鍵", "\x80.\xff"])
def test_refuses_a_key_that_is_not_ascii(shop, key):
    client = make_client(b"Api-Key " + key.encode())  # type: ignore[arg-type]
    assert_refused(client.get(SHOP), "malformed")


@pytest.mark.parametrize("header", ["Basic YWRhOmFkYQ==", "Token abc", "Api-Key-abc", "", "\0"])
def test_refuses_another_scheme_like_a_missing_key(shop, header):
    assert_refused(make_client(header).get(SHOP), "not_authenticated")


def test_refuses_an_expired_key(shop):
    _, key = make_key(shop.shop, expires_at=timezone.now() + timedelta(minutes=5))
    assert get_shop(key).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert_refused(get_shop(key), "expired_api_key")


def test_refuses_a_revoked_key_immediately(shop):
    api_key, key = make_key(shop.shop)
    assert get_shop(key).status_code == 200
    api_key.revoked = True
    with all_shops():
        api_key.save()
    assert_refused(get_shop(key), "revoked_api_key")
    assert get_shop(shop.key).status_code == 200


def test_refuses_only_the_keys_of_an_inactive_shop(shop, rival):
    with all_shops():
        Shop.objects.filter(pk=shop.shop.pk).update(is_active=False)
    assert_refused(get_shop(shop.key), "inactive_shop")
    assert get_shop(rival.key).status_code == 200


def test_refused_key_is_not_recorded_as_used(shop):
    api_key, key = make_key(shop.shop, expires_at=timezone.now() - timedelta(minutes=1))
    assert_refused(get_shop(key), "expired_api_key")
    with all_shops():
        api_key.refresh_from_db()
    assert api_key.last_used_at is None


@pytest.mark.parametrize(
    ("scopes", "method", "path", "missing"),
    [
        ([Scope.CATALOG_READ], "post", IMAGES, "catalog:write"),
        ([Scope.CATALOG_WRITE], "get", IMAGES, "catalog:read"),
        (
            [Scope.CATALOG_READ, Scope.CATALOG_WRITE],
            "post",
            "/api/v1/recommendations/",
            "recommend",
        ),
    ],
)
def test_refuses_a_key_without_the_scope_and_names_it(shop, scopes, method, path, missing):
    client = make_key_client(shop.shop, scopes=scopes)
    response = getattr(client, method)(path, {})
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "insufficient_scope"
    assert missing in response.json()["detail"]


def test_key_created_without_scopes_has_none(shop):
    client = make_key_client(shop.shop, scopes=[])
    assert client.get(SHOP).status_code == 403


@pytest.mark.parametrize("scopes", [None, list(Scope.values)])
def test_publishable_key_can_only_search_whatever_its_scopes(shop, scopes):
    client = make_key_client(shop.shop, kind=ShopAPIKey.Kind.PUBLISHABLE, scopes=scopes)
    assert client.post("/api/v1/recommendations/", {}).status_code == 400  # it may ask
    for method, path in [
        ("get", IMAGES),
        ("get", "/api/v1/prompts/"),
        ("post", IMAGES),
        ("post", "/api/v1/styles/"),
        ("post", "/api/v1/index/rebuild/"),
    ]:
        response = getattr(client, method)(path, {"name": "own"})
        assert response.status_code == 403
        assert response.json()["code"] == "insufficient_scope"


def test_operators_cannot_give_a_publishable_key_other_scopes(shop):
    api_key, _ = make_key(shop.shop)
    api_key.kind = ShopAPIKey.Kind.PUBLISHABLE
    with pytest.raises(ValidationError):
        api_key.full_clean()


def test_last_use_is_recorded_at_most_once_a_minute(shop, django_assert_num_queries):
    def last_use():
        with all_shops():
            return ShopAPIKey.objects.get().last_used_at

    start = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        get_shop(shop.key)
        assert last_use() == start
        clock.shift(59)
        # Only the key and its shop are read, and nothing is written.
        with django_assert_num_queries(1):
            get_shop(shop.key)
        assert last_use() == start
        clock.shift(2)
        get_shop(shop.key)
        assert last_use() == start + timedelta(seconds=61)


def test_no_response_contains_a_keys_id_or_hash(shop, stranger):
    with all_shops():
        api_key = ShopAPIKey.objects.get()
    paths = ("", "images/", "categories/", "index/", "prompts/", "nothing/", "shop/")
    answers = [shop.client.get(f"/api/v1/{path}").content.decode() for path in paths]
    answers += [get_shop(shop.key + "x").content.decode(), stranger.get(SHOP).content.decode()]
    for answer in answers:
        for secret in (str(api_key.pk), api_key.hashed_key, api_key.prefix, shop.key):
            assert secret not in answer
