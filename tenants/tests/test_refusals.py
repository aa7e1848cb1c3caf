"""Refused requests are limited by address before they cost a query; good callers get through."""

from concurrent.futures import ThreadPoolExecutor
from time import time

import pytest
from django.db import connection
from rest_framework.test import APIClient

from core.api import refusals, throttling
from tenants.models import Scope
from tenants.tests.factories import make_client, make_key_client, make_page, make_person

SHOP = "/api/v1/shop/"
LOGIN = "/api/v1/auth/login/"
IMAGES = "/api/v1/images/"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def _few_refusals(settings):
    settings.RATE_LIMIT_REFUSED = 3


def guess(number: int = 0, address: str = HERE) -> int:
    client = make_client(f"Api-Key guess{number:03}.secret")
    return client.get(SHOP, REMOTE_ADDR=address).status_code


def read_shop(client: APIClient, address: str = HERE) -> int:
    return client.get(SHOP, REMOTE_ADDR=address).status_code


def block(address: str = HERE) -> None:
    assert [guess(n, address) for n in range(4)] == [401, 401, 401, 429]


def test_refusals_of_an_address_end_in_429_without_a_query(db, django_assert_num_queries):
    block()
    with django_assert_num_queries(0):
        for client in (make_client("Api-Key other.secret"), make_client("Bearer x"), APIClient()):
            response = client.get(SHOP, REMOTE_ADDR=HERE)
            assert (response.status_code, response.json()["code"]) == (429, "throttled")
            assert 1 <= int(response["Retry-After"]) <= 61
    assert guess(address=ELSEWHERE) == 401


def test_missing_credentials_count_too(db):
    assert [read_shop(APIClient()) for _ in range(4)] == [401, 401, 401, 429]


def test_the_block_ends_with_the_minute(db, monkeypatch):
    block()
    later = time() + 60
    monkeypatch.setattr(throttling, "time", lambda: later)
    assert guess() == 401


def test_a_forged_forwarding_header_does_not_help(db):
    block()
    client = APIClient(headers={"X-Forwarded-For": ELSEWHERE}, REMOTE_ADDR=HERE)
    assert client.get(SHOP).status_code == 429


def test_a_network_of_ipv6_is_one_address(db):
    statuses = [guess(n, f"2001:db8:1:2:{n:x}::1") for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert guess(address="2001:db8:1:3::1") == 401


def test_keys_in_use_work_from_a_blocked_address(shop, rival):
    page = make_page(shop.shop)
    read_shop(shop.client, ELSEWHERE)
    page.post("/api/v1/recommendations/", {}, REMOTE_ADDR=ELSEWHERE)
    block()
    assert read_shop(shop.client) == 200
    assert page.post("/api/v1/recommendations/", {}, REMOTE_ADDR=HERE).status_code == 400
    # A key that nobody used in the last hour waits for at most a minute.
    assert read_shop(rival.client) == 429
    assert read_shop(rival.client, ELSEWHERE) == 200
    assert read_shop(rival.client) == 200


def test_a_new_token_of_a_member_works_from_a_blocked_address(shop):
    block()
    fresh = make_person(shop.shop, email="new@shop.example")
    assert read_shop(fresh.client) == 200
    assert read_shop(make_client(f"Bearer {fresh.tokens.access}x")) == 429


def test_signing_in_works_from_a_blocked_address(colleague):
    block()
    body = {"email": colleague.user.email, "password": "correct-horse-7"}
    assert APIClient().post(LOGIN, body, REMOTE_ADDR=HERE).status_code == 200


def test_refusals_of_a_valid_key_block_this_key_only(shop, colleague, django_assert_num_queries):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    assert read_shop(reader) == 200
    refused = [reader.post(IMAGES, {}, REMOTE_ADDR=HERE).status_code for _ in range(4)]
    assert refused == [403, 403, 403, 429]
    with django_assert_num_queries(0):
        assert read_shop(reader) == 429
    assert read_shop(reader, ELSEWHERE) == 200
    assert read_shop(shop.client) == 200


def test_valid_callers_are_not_counted(shop, colleague):
    for _ in range(10):
        assert read_shop(shop.client) == read_shop(colleague.client) == 200
        assert shop.client.get(f"{IMAGES}x/", REMOTE_ADDR=HERE).status_code == 404
    assert guess() == 401


@pytest.mark.django_db(transaction=True)
def test_never_more_refusals_than_the_limit_under_concurrency(settings):
    settings.RATE_LIMIT_REFUSED = 50

    def send(number: int) -> int:
        try:
            return guess(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(send, range(200)))
    assert (statuses.count(401), statuses.count(429)) == (50, 150)


def test_another_process_learns_of_the_block_with_its_next_refusal(db, monkeypatch):
    block()
    monkeypatch.setattr(refusals, "blocked", refusals.BlockList())
    assert [guess(), guess()] == [429, 429]


@pytest.mark.parametrize("header", ["Api-Key \0", "Api-Key é", "Bearer é", "Basic x", ""])
def test_odd_credentials_are_counted_like_others(db, header):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert [read_shop(client) for _ in range(4)] == [401, 401, 401, 429]
