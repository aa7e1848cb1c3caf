"""Rate limits are exact, reported in headers, and not applied when Redis is down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from core.api import throttling
from demo.services import free_port
from tenants.tests.factories import make_client, make_key_client

SHOP = "/api/v1/shop/"
LOGIN = "/api/v1/auth/login/"


def clear_connections() -> None:
    throttling.connect.cache_clear()
    throttling.load_script.cache_clear()


@pytest.fixture
def _redis_is_away(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"
    clear_connections()
    yield
    clear_connections()


def assert_limited(response) -> None:
    assert response.status_code == 429
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "throttled"
    assert 1 <= int(response["Retry-After"]) <= 61
    assert response["RateLimit-Remaining"] == "0"


def test_headers_count_down(shop, settings):
    settings.RATE_LIMIT_SHOP = 3
    for remaining in ("2", "1", "0"):
        response = shop.client.get(SHOP)
        assert response.status_code == 200
        assert response["RateLimit-Limit"] == "3"
        assert response["RateLimit-Remaining"] == remaining
        assert 1 <= int(response["RateLimit-Reset"]) <= 60


def test_request_beyond_the_limit_is_refused_with_retry_after(shop, settings):
    settings.RATE_LIMIT_SHOP = 2
    assert [shop.client.get(SHOP).status_code for _ in range(2)] == [200, 200]
    assert_limited(shop.client.get(SHOP))
    assert_limited(shop.client.post("/api/v1/styles/", {"name": "x"}))


def test_refusals_have_the_headers_too(shop):
    for response in (shop.client.get("/api/v1/images/x/"), shop.client.post("/api/v1/images/")):
        assert response.status_code in {400, 404}
        assert int(response["RateLimit-Remaining"]) > 0


def test_limit_is_for_the_shop_and_not_for_each_key(shop, colleague, rival, settings):
    settings.RATE_LIMIT_SHOP = 3
    second_key = make_key_client(shop.shop)
    for client in (shop.client, second_key, colleague.client):
        assert client.get(SHOP).status_code == 200
    for client in (shop.client, second_key, colleague.client):
        assert_limited(client.get(SHOP))
    assert rival.client.get(SHOP).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_limit_is_exact_under_concurrency(shop, settings):
    settings.RATE_LIMIT_SHOP = 7

    def ask(_: int) -> int:
        try:
            return make_client(f"Api-Key {shop.key}").get(SHOP).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(24)))

    assert statuses.count(200) == 7
    assert statuses.count(429) == 17


def test_sign_in_attempts_are_limited_by_address(db, settings):
    settings.RATE_LIMIT_ANONYMOUS = 2
    guess = {"email": "ada@shop.example", "password": "guess-1"}
    assert [APIClient().post(LOGIN, guess).status_code for _ in range(2)] == [401, 401]
    assert_limited(APIClient().post(LOGIN, guess))
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(LOGIN, guess).status_code == 401


def test_a_forged_forwarding_header_does_not_change_the_address(db, settings):
    settings.RATE_LIMIT_ANONYMOUS = 1
    guess = {"email": "ada@shop.example", "password": "guess-1"}
    statuses = [
        APIClient(headers={"X-Forwarded-For": f"192.0.2.{n}"}).post(LOGIN, guess).status_code
        for n in range(3)
    ]
    assert statuses == [401, 429, 429]


@pytest.mark.usefixtures("_redis_is_away")
def test_without_redis_requests_are_served_without_limit(shop, settings):
    settings.RATE_LIMIT_SHOP = 1
    for _ in range(3):
        response = shop.client.get(SHOP)
        assert response.status_code == 200
        assert "RateLimit-Limit" not in response
    assert shop.client.post("/api/v1/styles/", {"name": "Festive"}).status_code == 201
