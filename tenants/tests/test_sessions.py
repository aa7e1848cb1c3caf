"""Sessions: their absolute lifetime, their storage, and the shops of one person."""

import hashlib
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import jwt
import pytest
import time_machine
from django.apps import apps
from django.conf import settings as django_settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from core.tenancy import all_shops
from tenants.models import Membership, Session, User
from tenants.sweeps import purge_accounts
from tenants.tests.factories import PASSWORD, make_client, make_person

AUTH = "/api/v1/auth/"
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


def post(action: str, **data: object):
    return APIClient().post(f"{AUTH}{action}/", data)


def test_a_session_ends_thirty_days_after_sign_in_however_often_it_was_refreshed(shop, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with time_machine.travel(NOON) as clock:
        refresh = make_person(shop.shop).tokens.refresh
        for day in range(5, 30, 5):
            clock.move_to(NOON + timedelta(days=day))
            refresh = post("refresh", refresh=refresh).json()["refresh"]
        clock.move_to(NOON + timedelta(days=30, minutes=1))
        assert post("refresh", refresh=refresh).json()["code"] == "invalid_token"
        assert Session.objects.exists()
        purge_accounts()
        assert not Session.objects.exists()


def test_no_token_outlives_its_session(colleague, settings):
    settings.SESSION_LIFETIME = timedelta(minutes=5)
    tokens = post("login", email=colleague.user.email, password=PASSWORD).json()
    for token in (tokens["access"], tokens["refresh"]):
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] <= 300


def test_refresh_tokens_of_the_previous_release_are_moved_and_blanked(colleague):
    claims: dict[str, Any] = {
        "token_type": "refresh",
        "jti": "a" * 32,
        "user_id": str(colleague.user.pk),
        "shop_id": str(colleague.membership.shop_id),
        "exp": int(datetime.now(UTC).timestamp()) + 3_600,
    }
    token = jwt.encode(claims, django_settings.SECRET_KEY, "HS256")
    row = OutstandingToken.objects.create(
        user=colleague.user,
        jti=claims["jti"],
        token=token,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    import_module("tenants.migrations.0008_verify_people_and_hash_tokens").move_tokens(apps, None)
    row.refresh_from_db()
    assert row.token == ""
    digest = hashlib.sha256(claims["jti"].encode()).hexdigest()
    assert Session.objects.filter(token_digest=digest).exists()
    fresh = post("refresh", refresh=token)
    assert fresh.status_code == 200
    assert post("refresh", refresh=token).status_code == 401


def test_people_of_the_previous_release_own_their_addresses(db):
    migration = import_module("tenants.migrations.0008_verify_people_and_hash_tokens")
    user = User.objects.create_user("ada@shop.example", PASSWORD)
    User.objects.filter(pk=user.pk).update(email="Ada@shop.example")
    migration.verify_people(apps, None)
    user.refresh_from_db()
    assert user.email == "ada@shop.example" and user.has_verified_email


def test_a_person_chooses_among_their_shops(shop, rival, colleague):
    with all_shops():
        Membership.objects.create(user=colleague.user, shop=rival.shop, role="viewer")
    shops = colleague.client.get(f"{AUTH}shops/").json()
    assert [(each["shop"]["id"], each["role"]) for each in shops] == [
        (str(shop.shop.pk), "owner"),
        (str(rival.shop.pk), "viewer"),
    ]
    login = {"email": colleague.user.email, "password": PASSWORD}
    chosen = post("login", **login, shop_id=str(rival.shop.pk)).json()
    assert chosen["shop"]["id"] == str(rival.shop.pk) and chosen["role"] == "viewer"
    back = post("refresh", refresh=chosen["refresh"], shop_id=str(shop.shop.pk)).json()
    assert back["shop"]["id"] == str(shop.shop.pk) and back["role"] == "owner"


@pytest.mark.parametrize("action", ["login", "refresh"])
def test_nobody_can_choose_a_shop_of_others(rival, colleague, action):
    data = {"email": colleague.user.email, "password": PASSWORD}
    if action == "refresh":
        data = {"refresh": colleague.tokens.refresh}
    assert post(action, **data, shop_id=str(rival.shop.pk)).status_code == 401


def test_authentication_of_a_member_makes_one_query(colleague, django_assert_num_queries):
    with django_assert_num_queries(1):
        make_client(f"Bearer {colleague.tokens.access}").get("/api/v1/shop/")
