import pytest
from rest_framework.test import APIClient

from core.tenancy import all_shops
from tenants.accounts.sign_in import sign_in
from tenants.models import Membership, ShopAPIKey, User
from tenants.tests.factories import make_member

KEYS = "/api/v1/shop/keys/"


def sign_in_to(shop, email: str) -> APIClient:
    user = User.objects.create_user(email, "correct-horse-7")
    with all_shops():
        Membership.objects.create(user=user, shop=shop, role=Membership.Role.OWNER)
    client = APIClient()
    token = sign_in(email=email, password="correct-horse-7").access
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def member(shop) -> APIClient:
    return sign_in_to(shop.shop, "ada@shop.example")


def use(key: str):
    return APIClient().get("/api/v1/shop/", HTTP_AUTHORIZATION=f"Api-Key {key}")


def test_a_member_creates_a_key_that_works_and_is_shown_once(member, shop):
    made = member.post(KEYS, {"name": "till"})
    assert made.status_code == 201
    assert use(made.data["key"]).data["id"] == str(shop.shop.pk)
    listed = member.get(KEYS).data["results"]
    assert {row["name"] for row in listed} == {"till", "first key"}
    assert not any("key" in row or "hashed_key" in row for row in listed)


def test_a_revoked_key_is_refused(member):
    made = member.post(KEYS, {"name": "till"}).data
    assert member.delete(f"{KEYS}{made['id']}/").status_code == 204
    assert use(made["key"]).json()["code"] == "revoked_api_key"
    revoked = next(row for row in member.get(KEYS).data["results"] if row["id"] == made["id"])
    assert revoked["is_revoked"]


def test_a_key_cannot_list_create_or_revoke_keys(shop):
    with all_shops():
        api_key = ShopAPIKey.objects.get(shop=shop.shop)
    for answer in (
        shop.client.get(KEYS),
        shop.client.post(KEYS, {"name": "more"}),
        shop.client.delete(f"{KEYS}{api_key.pk}/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    with all_shops():
        assert ShopAPIKey.objects.count() == 1


def test_another_shops_key_is_not_found(member):
    other = make_member("Rival")
    with all_shops():
        theirs = ShopAPIKey.objects.get(shop=other.shop)
    assert member.delete(f"{KEYS}{theirs.pk}/").status_code == 404
    assert use(other.key).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "x", "kind": "golden"}, "kind"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["shop:manage"]}, "scopes"),
        ({"name": "x", "kind": "publishable", "scopes": ["catalog:write"]}, "scopes"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_refuses_invalid_keys(member, body, field):
    answer = member.post(KEYS, body)
    assert answer.status_code == 400 and field in answer.json()["errors"]
    with all_shops():
        assert ShopAPIKey.objects.count() == 1


def test_a_publishable_key_can_only_search(member):
    made = member.post(KEYS, {"name": "page", "kind": "publishable"}).data
    assert made["scopes"] == ["recommend"]
