"""Pages of other origins: open for publishable keys that allow them, closed everywhere else."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from core.tenancy import all_shops
from demo.services import free_port
from tenants.models import Shop, ShopAPIKey
from tenants.origins import FOR_EVER, _write_cache
from tenants.services import create_key, revoke_key
from tenants.tests.factories import make_client, make_key_client

API = "/api/v1/"
KEYS = f"{API}shop/keys/"
SEARCH = f"{API}recommendations/"
ORIGIN, FOREIGN = "https://www.shop.example", "https://evil.example"
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture
def page(shop) -> APIClient:
    return make_key_client(shop.shop, kind="publishable", origins=[ORIGIN])


def ask_first(path: str, method: str = "POST", origin: str = ORIGIN, **extra: Any) -> Any:
    """Send a preflight."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return APIClient().options(path, headers=headers, **extra)


def send(client: APIClient, origin: str = ORIGIN, path: str = SEARCH, method: str = "post") -> Any:
    return getattr(client, method)(path, headers={"Origin": origin})


def is_closed(response: Any) -> bool:
    return not any(name.lower().startswith("access-control-") for name in response.headers)


# --- Preflights -------------------------------------------------------------------------


def test_preflight_of_an_allowed_origin_is_answered(page):
    response = ask_first(SEARCH)
    assert response.status_code == 200
    assert response[ALLOW] == ORIGIN
    assert response["Vary"].lower() == "origin"
    assert response["Access-Control-Max-Age"] == "600"
    assert response["Access-Control-Allow-Headers"].split(", ") == [
        *("authorization", "content-type", "shopper-token", "idempotency-key"),
        *("mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id", "last-event-id"),
    ]
    assert "Access-Control-Allow-Credentials" not in response
    assert not response.content


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "recommendations/"),
        ("POST", "recommendations"),
        ("POST", "events/"),
        ("GET", "images/019aa000-0000-7000-8000-000000000001/similar/"),
        ("POST", "images/019aa000-0000-7000-8000-000000000001/outfits/"),
        ("GET", "shoppers/ada/feed/"),
        ("PUT", "shoppers/ada/preferences/"),
        ("PATCH", "shoppers/ada/preferences/"),
    ],
)
def test_routes_of_publishable_keys_are_open(page, method, path):
    assert ask_first(API + path, method)[ALLOW] == ORIGIN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/auth/login/"),
        ("POST", "/api/v1/auth/register/"),
        ("GET", "/api/v1/shop/"),
        ("GET", "/api/v1/shop/keys/"),
        ("POST", "/api/v1/shop/keys/"),
        ("POST", "/api/v1/shop/signing-secrets/"),
        ("POST", "/api/v1/images/"),
        ("GET", "/api/v1/images/"),
        ("GET", "/api/v1/events/"),
        ("DELETE", "/api/v1/recommendations/"),
        ("GET", "/api/v1/recommendations/"),
        ("DELETE", "/api/v1/shoppers/ada/"),
        ("DELETE", "/api/v1/shoppers/ada/preferences/"),
        ("POST", "/api/v1/shoppers/ada/conversations/"),
        ("POST", "/api/v1/nothing/"),
        ("AS_VIEW", "/api/v1/recommendations/"),
        ("", "/api/v1/recommendations/"),
        ("GET", "/api/schema/"),
        ("GET", "/"),
        ("POST", "/admin/login/"),
        ("GET", "/health/live"),
        ("GET", "/metrics"),
        ("GET", "/media/shops/x.jpg"),
    ],
)
def test_every_other_route_stays_closed(page, method, path):
    assert is_closed(ask_first(path, method))


@pytest.mark.parametrize(
    "origin",
    [
        FOREIGN,
        "null",
        "",
        "*",
        "http://www.shop.example",
        "https://www.shop.example:8443",
        "https://www.shop.example.evil.example",
        "https://www.shop.example@evil.example",
        "https://WWW.shop.example",
        f"{ORIGIN}/",
        f"{ORIGIN} ",
        f"{ORIGIN}, {FOREIGN}",
        "https://evil.example\0",
        "https://[",
        "é" * 5_000,
    ],
)
def test_other_origins_are_closed(page, origin):
    assert is_closed(ask_first(SEARCH, origin=origin))
    assert is_closed(send(page, origin))


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "changed", "by an operator"])
def test_origins_close_with_the_last_key_that_allows_them(shop, colleague, admin_client, end):
    key, _ = create_key(
        shop=shop.shop,
        name="page",
        kind="publishable",
        origins=[ORIGIN],
        expires_at=timezone.now() + timedelta(hours=1),
    )
    assert ask_first(SEARCH)[ALLOW] == ORIGIN
    now = timezone.now()
    if end == "revoked":
        assert colleague.client.delete(f"{KEYS}{key.pk}/").status_code == 204
    elif end == "changed":
        assert colleague.client.patch(f"{KEYS}{key.pk}/", {"origins": []}).status_code == 200
    elif end == "by an operator":
        action = {"action": "revoke", "_selected_action": [str(key.pk)]}
        admin_client.post("/admin/tenants/shopapikey/", action)
    elif end == "inactive":
        with all_shops():
            Shop.objects.filter(pk=shop.shop.pk).update(is_active=False)
        now += timedelta(seconds=901)
    else:
        now += timedelta(hours=2)
    with time_machine.travel(now):
        if end == "inactive":
            cache.clear()  # Redis forgets it after 15 minutes
        assert is_closed(ask_first(SEARCH))


def test_what_others_cache_before_the_commit_is_forgotten(
    shop, page, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), all_shops():
        revoke_key(api_key=ShopAPIKey.objects.get(kind="publishable"))
        _write_cache(ORIGIN, FOR_EVER)
        assert ask_first(SEARCH)[ALLOW] == ORIGIN
    assert is_closed(ask_first(SEARCH))


def test_a_new_origin_is_open_at_once(shop, colleague):
    assert is_closed(ask_first(SEARCH))
    body = {"name": "page", "kind": "publishable", "origins": [ORIGIN]}
    made = colleague.client.post(KEYS, body)
    assert made.json()["origins"] == [ORIGIN]
    assert ask_first(SEARCH)[ALLOW] == ORIGIN


def test_preflights_are_cached_and_limited_by_address(page, settings, django_assert_num_queries):
    ask_first(SEARCH)
    ask_first(SEARCH, origin=FOREIGN)
    with django_assert_num_queries(0):
        assert ask_first(SEARCH)[ALLOW] == ORIGIN
        assert is_closed(ask_first(SEARCH, origin=FOREIGN))
    settings.RATE_LIMIT_CALLER = 2
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for number in range(20):
            ask_first(SEARCH, origin=f"https://{number}.example", REMOTE_ADDR="192.0.2.9")
    assert len(queries) <= 2


def test_without_redis_preflights_are_answered(page, settings):
    location = f"redis://127.0.0.1:{free_port()}"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
    assert ask_first(SEARCH)[ALLOW] == ORIGIN
    assert is_closed(ask_first(SEARCH, origin=FOREIGN))


# --- Requests ---------------------------------------------------------------------------


def test_response_can_be_read_by_the_origin_with_its_limits(page):
    response = send(page)
    assert response.status_code == 400
    assert response[ALLOW] == ORIGIN
    exposed = response["Access-Control-Expose-Headers"]
    assert "RateLimit-Remaining" in exposed and "Retry-After" in exposed
    assert "Access-Control-Allow-Credentials" not in response


def test_each_key_allows_only_its_own_origins(page, rival):
    theirs = make_key_client(rival.shop, kind="publishable", origins=["https://rival.example"])
    assert ask_first(SEARCH, origin="https://rival.example")[ALLOW] == "https://rival.example"
    response = send(page, "https://rival.example")
    assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed")
    assert is_closed(response)
    assert send(theirs, "https://rival.example").status_code == 400


def test_foreign_origin_is_refused_before_any_work(page, django_assert_num_queries):
    send(page)
    with django_assert_num_queries(1):  # the key
        response = send(page, FOREIGN)
    assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed")


def test_key_without_origins_works_for_servers_and_on_our_own_pages_only(shop):
    page = make_key_client(shop.shop, kind="publishable")
    assert page.post(SEARCH, {}).status_code == 400
    assert send(page, "http://testserver").status_code == 400
    assert send(page).json()["code"] == "origin_not_allowed"


def test_secret_keys_and_members_do_not_work_in_foreign_pages(shop, colleague, page):
    for client in (shop.client, colleague.client):
        for origin in (ORIGIN, FOREIGN, "null"):
            response = send(client, origin)
            assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed")
            assert is_closed(response)
        assert send(client, "http://testserver").status_code == 400


def test_behind_a_proxy_a_trusted_origin_is_our_own(shop, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://atelier.shop.example"]
    assert send(shop.client, "https://atelier.shop.example").status_code == 400


def test_every_response_of_the_api_varies_by_origin(shop, page, stranger):
    for response in (
        send(page),
        send(page, FOREIGN),
        stranger.get(f"{API}images/"),
        shop.client.get(f"{API}shop/"),
        page.post(SEARCH, {}),
        stranger.get(f"{API}nothing/"),
    ):
        assert "origin" in response["Vary"].lower()


def test_errors_can_be_read_by_an_origin_that_asked_first(page, settings, monkeypatch):
    unknown = make_client("Api-Key unknown.key")
    assert is_closed(send(unknown))
    ask_first(SEARCH)
    response = send(unknown)
    assert (response.status_code, response[ALLOW]) == (401, ORIGIN)
    assert is_closed(send(unknown, FOREIGN))
    settings.RATE_LIMIT_CALLER = 0
    response = send(page)
    assert (response.status_code, response[ALLOW]) == (429, ORIGIN)
    settings.RATE_LIMIT_REFUSED = 0
    send(unknown)
    response = send(unknown)
    assert (response.status_code, response[ALLOW]) == (429, ORIGIN)


def test_server_errors_can_be_read_too(page, monkeypatch):
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("recommendations.api.search.recommendations.RecommendationInput", fail)
    page.raise_request_exception = False
    response = send(page)
    assert (response.status_code, response[ALLOW]) == (500, ORIGIN)
    assert is_closed(send(page, FOREIGN))


def test_errors_of_a_revoked_key_are_closed(shop, page, colleague):
    ask_first(SEARCH)
    with all_shops():
        key = ShopAPIKey.objects.get(kind="publishable")
    colleague.client.delete(f"{KEYS}{key.pk}/")
    response = send(page)
    assert response.status_code == 401 and is_closed(response)


# --- Origins of a key -------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "https://*.shop.example",
        "https://shop.example/",
        "https://shop.example/path",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://user@shop.example",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://shop.example:0",
        "https://shop.example:123456",
        "https://shop..example",
        "https://-shop.example",
        "https://schön.example",
        "https://",
        "shop.example",
        "ftp://shop.example",
        "file://",
        "javascript:alert(1)",
        "https://[::g]",
        "",
        5,
        None,
        "https://" + "a" * 250,
    ],
)
def test_refuses_what_no_browser_sends(colleague, origin):
    body = {"name": "page", "kind": "publishable", "origins": [origin]}
    response = colleague.client.post(KEYS, body)
    assert response.status_code == 400 and "origins" in response.json()["errors"]


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000",
        "https://xn--schn-7qa.example",
        "http://[::1]:8080",
        "http://10.0.0.1",
    ],
)
def test_accepts_origins_of_browsers(colleague, origin):
    body = {"name": "page", "kind": "publishable", "origins": [origin, origin]}
    assert colleague.client.post(KEYS, body).json()["origins"] == [origin]


def test_a_key_has_at_most_twenty_origins(colleague):
    origins = [f"https://{number}.example" for number in range(21)]
    body = {"name": "page", "kind": "publishable", "origins": origins}
    assert colleague.client.post(KEYS, body).status_code == 400
    assert colleague.client.post(KEYS, {**body, "origins": origins[:20]}).status_code == 201


def test_secret_keys_have_no_origins(colleague, shop):
    body = {"name": "till", "origins": [ORIGIN]}
    assert colleague.client.post(KEYS, body).status_code == 400
    with all_shops():
        key = ShopAPIKey.objects.get(shop=shop.shop)
    response = colleague.client.patch(f"{KEYS}{key.pk}/", {"origins": [ORIGIN]})
    assert response.status_code == 400
    assert colleague.client.patch(f"{KEYS}{key.pk}/", {"name": "till"}).json()["name"] == "till"


def test_a_change_keeps_what_is_not_sent(colleague, shop):
    key, _ = create_key(shop=shop.shop, name="page", kind="publishable", origins=[ORIGIN])
    renamed = colleague.client.patch(f"{KEYS}{key.pk}/", {"name": "pages"}).json()
    assert (renamed["name"], renamed["origins"]) == ("pages", [ORIGIN])
    moved = colleague.client.patch(f"{KEYS}{key.pk}/", {"origins": [FOREIGN]}).json()
    assert (moved["name"], moved["origins"]) == ("pages", [FOREIGN])


def test_keys_and_rivals_cannot_change_origins(shop, rival, page):
    with all_shops():
        key = ShopAPIKey.objects.get(kind="publishable")
    for client in (shop.client, page, rival.client):
        response = client.patch(f"{KEYS}{key.pk}/", {"origins": [FOREIGN]})
        assert response.status_code == 403
    with all_shops():
        key.refresh_from_db()
    assert key.origins == [ORIGIN]
