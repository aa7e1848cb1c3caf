"""Registration, sign-in and sign-out: lifetimes of tokens, and detection of copied ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from rest_framework.test import APIClient

from core.tenancy import all_shops
from tenants.models import Membership, Shop, User
from tenants.tests.factories import PASSWORD, make_client, make_person

AUTH = "/api/v1/auth/"
SHOP = "/api/v1/shop/"
ADA = {
    "email": "ada@shop.example",
    "password": PASSWORD,
    "name": "Ada",
    "shop_name": "Ada's Atelier",
}
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def post(action: str, **data: object):
    return APIClient().post(f"{AUTH}{action}/", data)


def register(**changes: object) -> dict[str, Any]:
    response = post("register", **{**ADA, **changes})
    assert response.status_code == 201, response.content
    tokens: dict[str, Any] = response.json()
    return tokens


def get_shop(access: str):
    return make_client(f"Bearer {access}").get(SHOP)


def assert_refused(response, code: str) -> None:
    assert response.status_code == 401, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"]
    assert response.json()["code"] == code


def make_token(claims: dict[str, object], *, key: str = django_settings.SECRET_KEY) -> str:
    return jwt.encode(claims, key, algorithm="HS256")


def claims_of(token: str) -> dict[str, object]:
    return jwt.decode(token, options={"verify_signature": False})


def test_register_creates_the_person_and_their_shop(db):
    answer = register()
    with all_shops():
        membership = Membership.objects.select_related("shop").get()
    assert (membership.user.email, membership.user.name) == ("ada@shop.example", "Ada")
    assert membership.shop.name == "Ada's Atelier"
    assert membership.role == Membership.Role.OWNER
    assert answer["shop"]["id"] == str(membership.shop_id)
    assert get_shop(answer["access"]).json()["name"] == "Ada's Atelier"


def test_register_neither_stores_nor_returns_the_password(db):
    answer = register()
    assert PASSWORD not in str(answer)
    assert PASSWORD not in str(User.objects.values())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "sh0rt-7"}, "validation_error"),
        ({"password": ""}, "validation_error"),
        ({"password": "x" * 129}, "validation_error"),
        ({"password": "nul\0in-here"}, "validation_error"),
        ({"password": "password"}, "weak_password"),
        ({"password": "81726354"}, "weak_password"),
        ({"password": "ada@shop.example"}, "weak_password"),
        ({"email": "nobody"}, "validation_error"),
        ({"email": ""}, "validation_error"),
        ({"email": "a\0@shop.example"}, "validation_error"),
        ({"email": f"{'a' * 250}@x.example"}, "validation_error"),
        ({"shop_name": " "}, "validation_error"),
        ({"shop_name": "x" * 121}, "validation_error"),
        ({"shop_name": "a\0b"}, "validation_error"),
        ({"shop_name": ["a"]}, "validation_error"),
    ],
)
def test_register_refuses_invalid_fields_and_creates_nothing(db, changes, code):
    response = post("register", **{**ADA, **changes})
    assert response.status_code == 400
    assert response.json()["code"] == code
    assert not User.objects.exists()
    with all_shops():
        assert not Shop.objects.exists()


@pytest.mark.parametrize("missing", ["email", "password", "shop_name"])
def test_register_names_missing_fields(db, missing):
    response = post("register", **{name: value for name, value in ADA.items() if name != missing})
    assert response.status_code == 400
    assert missing in response.json()["errors"]


def test_registering_a_known_address_gives_the_same_answer_and_a_shop_of_its_own(db):
    first = register()
    second = register(email="ADA@Shop.EXAMPLE", password="another-horse-8", shop_name="Other")
    assert first.keys() == second.keys()
    assert second["shop"]["id"] != first["shop"]["id"]
    assert get_shop(second["access"]).json()["name"] == "Other"
    for password, shop in ((PASSWORD, "Ada's Atelier"), ("another-horse-8", "Other")):
        answer = post("login", email=ADA["email"], password=password)
        assert answer.json()["shop"]["name"] == shop


@pytest.mark.parametrize("email", ["ada@shop.example", "ADA@Shop.Example"])
def test_login_ignores_the_case_of_the_address(db, email):
    register()
    response = post("login", email=email, password=PASSWORD)
    assert response.status_code == 200
    assert get_shop(response.json()["access"]).status_code == 200


def test_a_lookalike_address_does_not_take_over_a_login(db):
    """In upper case a long s equals an s, so such a comparison finds two addresses."""
    register()
    post("register", **{**ADA, "email": "ada.ſ@shop.example", "shop_name": "Lookalike"})
    register(email="ada.s@shop.example", shop_name="Real")
    response = post("login", email="ada.s@shop.example", password=PASSWORD)
    assert response.status_code == 200
    assert response.json()["shop"]["name"] == "Real"


def test_login_gives_the_same_error_for_wrong_password_and_unknown_address(db):
    register()
    wrong = post("login", email="ada@shop.example", password="another-horse-8")
    unknown = post("login", email="nobody@shop.example", password=PASSWORD)
    assert_refused(wrong, "wrong_credentials")
    assert_refused(unknown, "wrong_credentials")
    assert wrong.json() == unknown.json()


def test_login_compares_the_password_exactly(db):
    register(password="  correct horse  ")
    assert post("login", email=ADA["email"], password="  correct horse  ").status_code == 200
    for near in ("correct horse", "  Correct horse  "):
        assert_refused(post("login", email=ADA["email"], password=near), "wrong_credentials")


def test_login_refuses_an_operator_who_is_not_a_member(db):
    User.objects.create_superuser("root@atelier.example", PASSWORD)
    response = post("login", email="root@atelier.example", password=PASSWORD)
    assert_refused(response, "wrong_credentials")


def test_access_token_is_valid_for_thirty_minutes(db):
    with time_machine.travel(NOON) as clock:
        access = register()["access"]
        clock.move_to(NOON + timedelta(minutes=29))
        assert get_shop(access).status_code == 200
        clock.move_to(NOON + timedelta(minutes=31))
        assert_refused(get_shop(access), "invalid_token")


def test_refresh_token_is_valid_for_seven_days(db):
    with time_machine.travel(NOON) as clock:
        early, late = register(), register(email="bea@shop.example")
        clock.move_to(NOON + timedelta(days=7, minutes=-1))
        assert post("refresh", refresh=early["refresh"]).status_code == 200
        clock.move_to(NOON + timedelta(days=7, minutes=1))
        assert_refused(post("refresh", refresh=late["refresh"]), "invalid_token")


def test_refresh_returns_a_new_pair_for_the_same_shop(db):
    first = register()
    second = post("refresh", refresh=first["refresh"]).json()
    assert second["refresh"] != first["refresh"]
    assert second["access"] != first["access"]
    assert get_shop(second["access"]).json()["id"] == first["shop"]["id"]
    assert post("refresh", refresh=second["refresh"]).status_code == 200


def test_reused_refresh_token_signs_the_person_out_everywhere(db):
    elsewhere = register()
    other = register(email="bea@shop.example")
    stolen = post("login", email=ADA["email"], password=PASSWORD).json()
    fresh = post("refresh", refresh=stolen["refresh"]).json()

    assert_refused(post("refresh", refresh=stolen["refresh"]), "refresh_token_reused")

    for token in (fresh, elsewhere, stolen):
        assert_refused(post("refresh", refresh=token["refresh"]), "refresh_token_reused")
        assert_refused(get_shop(token["access"]), "invalid_token")
    assert post("refresh", refresh=other["refresh"]).status_code == 200
    assert post("login", email=ADA["email"], password=PASSWORD).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_concurrent_refreshes_give_exactly_one_pair():
    refresh = register()["refresh"]

    def trade(_: int):
        try:
            return post("refresh", refresh=refresh)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(trade, range(4)))

    assert sorted(response.status_code for response in responses) == [200, 401, 401, 401]
    pair = next(response.json() for response in responses if response.status_code == 200)
    # The token was used a second time, so the pair is revoked.
    assert post("refresh", refresh=pair["refresh"]).status_code == 401


def test_logout_revokes_the_refresh_token(db):
    tokens = register()
    assert post("logout", refresh=tokens["refresh"]).status_code == 204
    assert post("logout", refresh=tokens["refresh"]).status_code == 204
    assert post("refresh", refresh=tokens["refresh"]).status_code == 401


def test_logout_refuses_an_invalid_token(db):
    assert_refused(post("logout", refresh="nonsense"), "invalid_token")


def test_member_can_do_in_their_shop_what_a_key_can(shop, colleague):
    made = colleague.client.post("/api/v1/styles/", {"name": "Festive"})
    assert made.status_code == 201
    assert shop.client.get(f"/api/v1/styles/{made.json()['id']}/").json()["name"] == "Festive"
    assert colleague.client.post("/api/v1/index/retry/").status_code == 202
    assert colleague.client.get("/api/v1/prompts/").status_code == 200


def test_member_sees_nothing_of_a_rival(colleague, rival):
    theirs = rival.client.post("/api/v1/styles/", {"name": "Secret"}).json()
    assert colleague.client.get(f"/api/v1/styles/{theirs['id']}/").status_code == 404
    names = [style["name"] for style in colleague.client.get("/api/v1/styles/").json()["results"]]
    assert "Secret" not in names


def test_removed_member_is_refused_immediately(colleague):
    with all_shops():
        colleague.membership.delete()
    assert_refused(colleague.client.get(SHOP), "invalid_token")
    assert_refused(post("refresh", refresh=colleague.tokens.refresh), "invalid_token")
    login = post("login", email=colleague.user.email, password=PASSWORD)
    assert_refused(login, "wrong_credentials")


def test_member_moved_to_another_shop_loses_access_to_the_first(colleague, rival):
    colleague.membership.shop = rival.shop
    with all_shops():
        colleague.membership.save()
    assert_refused(colleague.client.get(SHOP), "invalid_token")
    assert_refused(post("refresh", refresh=colleague.tokens.refresh), "invalid_token")


def test_inactive_person_is_refused_immediately(colleague):
    User.objects.filter(pk=colleague.user.pk).update(is_active=False)
    assert_refused(colleague.client.get(SHOP), "invalid_token")
    assert_refused(post("refresh", refresh=colleague.tokens.refresh), "invalid_token")
    login = post("login", email=colleague.user.email, password=PASSWORD)
    assert_refused(login, "wrong_credentials")


def test_deleted_person_is_refused_without_an_error(colleague):
    with all_shops():
        colleague.user.delete()
    assert_refused(colleague.client.get(SHOP), "invalid_token")
    assert_refused(post("refresh", refresh=colleague.tokens.refresh), "invalid_token")


def test_member_of_an_inactive_shop_is_refused(shop, colleague):
    with all_shops():
        Shop.objects.filter(pk=shop.shop.pk).update(is_active=False)
    assert_refused(colleague.client.get(SHOP), "inactive_shop")


def test_refresh_token_cannot_be_used_as_access_token(colleague):
    assert_refused(get_shop(colleague.tokens.refresh), "invalid_token")


def test_access_token_cannot_be_refreshed(colleague):
    assert_refused(post("refresh", refresh=colleague.tokens.access), "invalid_token")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda token: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.rpartition(".")[0],
        lambda token: make_token(claims_of(token), key="x" * 48),
        lambda token: jwt.encode(claims_of(token), "", algorithm="none"),
        lambda token: make_token({**claims_of(token), "user_id": "nobody"}),
        lambda token: make_token({**claims_of(token), "shop_id": "nowhere"}),
        lambda token: make_token({**claims_of(token), "shop_id": ["a"]}),
        lambda token: make_token({"token_type": "access", "exp": 2**31, "jti": "x"}),
        lambda token: "",
        lambda token: "a.b.c",
        lambda token: token + "\0",
    ],
)
def test_tampered_token_is_refused(colleague, tamper):
    response = get_shop(tamper(colleague.tokens.access))
    assert response.status_code == 401
    assert response.json()["code"] in {"invalid_token", "malformed"}


def test_a_correctly_signed_token_needs_a_membership(colleague, rival):
    forged = make_token({**claims_of(colleague.tokens.access), "shop_id": str(rival.shop.pk)})
    assert_refused(get_shop(forged), "invalid_token")


@pytest.mark.parametrize("refresh", ["", "a.b.c", "\0", "x" * 5_000, None, 7, {"a": 1}])
@pytest.mark.parametrize("action", ["refresh", "logout"])
def test_nonsense_as_refresh_token_is_a_client_error(db, action, refresh):
    assert post(action, refresh=refresh).status_code in {400, 401}


def test_person_with_two_shops_stays_in_the_tokens_shop(shop, rival):
    person = make_person(shop.shop)
    with all_shops():
        Membership.objects.create(user=person.user, shop=rival.shop)
    assert person.client.get(SHOP).json()["id"] == str(shop.shop.pk)
    refreshed = post("refresh", refresh=person.tokens.refresh).json()
    assert refreshed["shop"]["id"] == str(shop.shop.pk)
