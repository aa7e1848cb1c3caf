"""Limits of publishable keys: no page and no visitor can lock out the shop or other visitors."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Event as Signal

import pytest
from django.db import connection
from rest_framework.test import APIClient

from core.tenancy import all_shops
from recommendations.api.shoppers import PreferencesView
from tenants.models import ShopAPIKey
from tenants.tests.factories import make_key_client, make_page, sign_shopper

SHOP = "/api/v1/shop/"
KEYS = "/api/v1/shop/keys/"
SEARCH = "/api/v1/recommendations/"
PREFERENCES = "/api/v1/shoppers/ada/preferences/"


def ask(client: APIClient, address: str = "192.0.2.1") -> int:
    """Send an empty query, which an unlimited caller gets 400 for; return the status."""
    return client.post(SEARCH, {}, REMOTE_ADDR=address).status_code


def test_pages_cannot_use_up_the_limit_of_the_shop(shop, colleague, settings):
    settings.RATE_LIMIT_PUBLISHABLE = 3
    page = make_page(shop.shop)
    assert [ask(page, f"192.0.2.{n}") for n in range(5)] == [400, 400, 400, 429, 429]
    for client in (shop.client, colleague.client):
        response = client.get(SHOP)
        assert response.status_code == 200
        assert response["RateLimit-Limit"] == str(settings.RATE_LIMIT_SHOP)
    assert int(response["RateLimit-Remaining"]) == settings.RATE_LIMIT_SHOP - 2


def test_each_publishable_key_has_a_limit_of_its_own(shop, settings):
    settings.RATE_LIMIT_PUBLISHABLE = 1
    first, second = make_page(shop.shop), make_page(shop.shop)
    assert [ask(first), ask(first), ask(second)] == [400, 429, 400]


def test_one_visitor_does_not_use_up_the_limit_of_the_key(shop, settings):
    settings.RATE_LIMIT_CALLER, settings.RATE_LIMIT_PUBLISHABLE = 2, 4
    page = make_page(shop.shop)
    assert [ask(page, "192.0.2.1") for _ in range(50)] == [400] * 2 + [429] * 48
    assert [ask(page, "192.0.2.2") for _ in range(3)] == [400, 400, 429]


def test_a_network_of_ipv6_is_one_visitor(shop, settings):
    settings.RATE_LIMIT_CALLER = 2
    page = make_page(shop.shop)
    addresses = [f"2001:db8:1:2::{n:x}" for n in range(1, 4)]
    assert [ask(page, address) for address in addresses] == [400, 400, 429]
    assert ask(page, "2001:db8:1:3::1") == 400
    assert [ask(page, f"::ffff:192.0.2.{n}") for n in (1, 1, 2)] == [400, 400, 400]
    assert ask(page, "192.0.2.1") == 429


def test_shoppers_with_tokens_behind_one_address_have_limits_of_their_own(shop, settings):
    settings.RATE_LIMIT_CALLER = 1
    page = make_page(shop.shop)

    def read(shopper: str, token: str) -> int:
        path = f"/api/v1/shoppers/{shopper}/preferences/"
        return page.get(path, headers={"Shopper-Token": token}).status_code

    ada = sign_shopper(shop.shop, "ada")
    assert [read("ada", ada), read("ada", ada)] == [200, 429]
    eve = sign_shopper(shop.shop, "eve")
    assert [read("eve", eve), read("eve", eve)] == [200, 429]


def test_headers_report_the_fullest_bucket(shop, settings):
    settings.RATE_LIMIT_CALLER, settings.RATE_LIMIT_PUBLISHABLE = 5, 6
    page = make_page(shop.shop)
    for address, expected in (
        ("192.0.2.1", ("5", "4")),
        ("192.0.2.2", ("5", "4")),
        ("192.0.2.2", ("5", "3")),
        ("192.0.2.3", ("6", "2")),
        ("192.0.2.2", ("6", "1")),
    ):
        response = page.post(SEARCH, {}, REMOTE_ADDR=address)
        assert (response["RateLimit-Limit"], response["RateLimit-Remaining"]) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bucket", ["RATE_LIMIT_CALLER", "RATE_LIMIT_PUBLISHABLE"])
def test_limits_are_exact_under_concurrency(shop, settings, bucket):
    setattr(settings, bucket, 50)
    settings.CONCURRENT_CALLER = settings.CONCURRENT_PUBLISHABLE = 100
    page = make_page(shop.shop)

    def send(number: int) -> int:
        try:
            return ask(page, "192.0.2.1" if bucket.endswith("CALLER") else f"192.0.2.{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(send, range(200)))
    assert (statuses.count(400), statuses.count(429)) == (50, 150)


def test_management_is_reachable_when_every_other_limit_is_used_up(shop, colleague, settings):
    settings.RATE_LIMIT_SHOP = settings.RATE_LIMIT_PUBLISHABLE = 1
    page, secret = make_page(shop.shop), make_key_client(shop.shop)
    assert [ask(page), ask(page)] == [400, 429]
    assert [client.get(SHOP).status_code for client in (secret, colleague.client)] == [200, 429]
    with all_shops():
        stolen = ShopAPIKey.objects.filter(kind="publishable").get()
    assert colleague.client.get(KEYS).status_code == 200
    assert colleague.client.delete(f"{KEYS}{stolen.pk}/").status_code == 204
    assert ask(page) == 401


def test_management_has_a_limit_for_each_member(shop, colleague, settings):
    settings.RATE_LIMIT_MANAGEMENT = 2
    statuses = [colleague.client.get(KEYS).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert colleague.client.get(SHOP).status_code == 200


# --- At the same time ------------------------------------------------------------------


@pytest.fixture
def slow_view(monkeypatch):
    """Make reading preferences wait; return a function that lets it go on."""
    release, read = Signal(), PreferencesView._read

    def wait_and_read(self, external_id):
        assert release.wait(10)
        return read(self, external_id)

    monkeypatch.setattr(PreferencesView, "_read", wait_and_read)
    return release


@pytest.mark.django_db(transaction=True)
def test_one_visitor_cannot_take_all_places(shop, settings, slow_view):
    settings.CONCURRENT_CALLER, settings.CONCURRENT_PUBLISHABLE = 2, 3
    ada, page = make_page(shop.shop, shopper="ada"), make_page(shop.shop)

    def read(client: APIClient):
        try:
            return client.get(PREFERENCES)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(read, ada) for _ in range(4)]
        # The refused ones end while the others wait.
        refused = [each.result() for each in islice(as_completed(running), 2)]
        assert [each.status_code for each in refused] == [429, 429]
        slow_view.set()
    answers = [each.result() for each in running]
    assert sorted(each.status_code for each in answers) == [200, 200, 429, 429]
    late = refused[0]
    assert (late.json()["code"], late["Retry-After"]) == ("too_many_at_once", "2")
    assert ask(page) == 400  # another key
    assert read(ada).status_code == 200  # the places are free again
