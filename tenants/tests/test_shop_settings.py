"""The currency and language of a shop: read by everyone of the shop, changed by editors."""

import pytest

from core.tenancy import all_shops
from tenants.models import AuditEntry, Membership
from tenants.tests.factories import make_page, make_person

pytestmark = pytest.mark.django_db

SHOP = "/api/v1/shop/"


def test_members_and_keys_change_it(shop, colleague, rival):
    changed = colleague.client.patch(SHOP, {"default_currency": "chf"})
    assert (changed.status_code, changed.json()["default_currency"]) == (200, "CHF")
    assert shop.client.patch(SHOP, {"default_currency": ""}).json()["default_currency"] == ""
    assert rival.client.get(SHOP).json()["default_currency"] == ""
    with all_shops():
        (entry,) = AuditEntry.objects.filter(action="shop.changed")
    assert (entry.shop_id, entry.changes) == (shop.shop.pk, ["default_currency"])


def test_viewers_and_pages_do_not_change_it(shop):
    viewer = make_person(shop.shop, role=Membership.Role.VIEWER)
    for client in (viewer.client, make_page(shop.shop)):
        assert client.patch(SHOP, {"default_currency": "CHF"}).status_code == 403


@pytest.mark.parametrize("value", ["EURO", "E1R", "€", None, 5])
def test_it_is_a_code_of_three_letters(shop, value):
    refused = shop.client.patch(SHOP, {"default_currency": value}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["default_currency"]


def test_nothing_else_of_the_shop_can_be_changed(shop):
    refused = shop.client.patch(SHOP, {"name": "Other"})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_field")
    assert shop.client.patch(SHOP, {}).status_code == 200


def test_the_language_of_a_shop_is_english_until_it_is_changed(shop, rival):
    assert shop.client.get(SHOP).json()["language"] == "en"
    changed = shop.client.patch(SHOP, {"language": "de"}, format="json")
    assert (changed.status_code, changed.json()["language"]) == (200, "de")
    assert rival.client.get(SHOP).json()["language"] == "en"


@pytest.mark.parametrize("value", ["", "xx", "EN", None, 7])
def test_an_unknown_language_is_refused(shop, value):
    refused = shop.client.patch(SHOP, {"language": value}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["language"]
