"""Shopper tokens: signed by the shop's server, valid for one shopper, refused for every reason."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from time import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
import time_machine
from django.db import connection
from rest_framework.test import APIClient

from core.tenancy import shop_scope
from tenants.models import ShopperSigningSecret
from tenants.shopper_tokens import create_signing_secret
from tenants.tests.factories import make_key_client

SECRETS = "/api/v1/shop/signing-secrets/"
PREFERENCES = "/api/v1/shoppers/ada/preferences/"
UNKNOWN = "018f0000-0000-7000-8000-000000000000"
FUTURE = 4_000_000_000


def make_signing_secret(shop: Any) -> SimpleNamespace:
    with shop_scope(shop.pk):
        row, secret = create_signing_secret(shop=shop)
    return SimpleNamespace(kid=str(row.pk), secret=secret)


@pytest.fixture
def signing(shop) -> SimpleNamespace:
    return make_signing_secret(shop.shop)


@pytest.fixture
def page(shop) -> APIClient:
    return make_key_client(shop.shop, kind="publishable")


def claim(**changes: Any) -> dict[str, Any]:
    """Return the claims of a valid token with changes; None removes a claim."""
    now = int(time())
    claims = {"sub": "ada", "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def encode(part: Any) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(data).decode().rstrip("=")


def sign(signing: Any, claims: Any, **header: Any) -> str:
    """Return a token with any header and claims, signed with HMAC-SHA256."""
    header = {"alg": "HS256", "typ": "JWT", "kid": signing.kid, **header}
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.digest(signing.secret.encode(), text.encode(), hashlib.sha256))}"


def use(page: APIClient, token: str, path: str = PREFERENCES) -> Any:
    return page.get(path, headers={"Shopper-Token": token})


def assert_refused(response: Any, code: str = "invalid_shopper_token") -> None:
    assert (response.status_code, response.json()["code"]) == (401, code), response.content
    assert response["WWW-Authenticate"].startswith("Api-Key")


def test_token_opens_the_data_of_its_shopper_only(page, signing):
    token = sign(signing, claim())
    assert use(page, token).status_code == 200
    other = use(page, token, "/api/v1/shoppers/eve/preferences/")
    assert (other.status_code, other.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("audience", ["atelier", ["other", "atelier"]])
def test_accepts_our_audience(page, signing, audience):
    assert use(page, sign(signing, claim(aud=audience))).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        *(
            {"sub": value}
            for value in (None, "", 5, ["ada"], {"a": 1}, "a/b", ".", "..", "x" * 201)
        ),
        *({"sub": value} for value in ("ada\0", "\ud800", True)),
        *({"exp": value} for value in (None, "9999999999", True, [1])),
        *({"iat": value} for value in (None, "1", FUTURE, float("nan"), float("inf"))),
        *({"nbf": value} for value in (FUTURE, "1")),
        *({"aud": value} for value in ("rival", [], [["atelier"]], {"atelier": 1}, 7)),
    ],
    ids=str,
)
def test_refuses_wrong_claims(page, signing, claims):
    assert_refused(use(page, sign(signing, claim(**claims))))


@pytest.mark.parametrize("claims", [[], "ada", 7, None, b"\xff\xfe", b"{", b"[" * 1_000])
def test_refuses_claims_that_are_no_object(page, signing, claims):
    assert_refused(use(page, sign(signing, claims)))


def test_refuses_an_expired_token(page, signing):
    for end in (time() - 1, -1, float("nan"), float("-inf")):
        assert_refused(use(page, sign(signing, claim(exp=end))), "expired_shopper_token")
    with time_machine.travel(time() + 601):
        assert_refused(use(page, sign(signing, claim(exp=time()))), "expired_shopper_token")


@pytest.mark.parametrize("seconds", [2 * 3_600, 10**12, float("inf")])
def test_refuses_a_token_for_more_than_an_hour(page, signing, seconds):
    token = sign(signing, claim(exp=time() + seconds))
    assert_refused(use(page, token), "long_lived_shopper_token")


def test_lifetime_is_a_setting(page, signing, settings):
    settings.SHOPPER_TOKEN_LIFETIME *= 3
    assert use(page, sign(signing, claim(exp=time() + 2 * 3_600))).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS512", "RS256", "hs256", None, [], 1])
def test_refuses_another_algorithm(page, signing, algorithm):
    assert_refused(use(page, sign(signing, claim(), alg=algorithm)))


def test_refuses_a_token_without_signature(page, signing):
    token = sign(signing, claim(), alg="none").rpartition(".")[0]
    assert_refused(use(page, f"{token}."))
    assert_refused(use(page, token))


def test_refuses_a_real_token_of_another_algorithm(page, signing):
    token = jwt.encode(claim(), signing.secret * 2, "HS512", {"kid": signing.kid})
    assert_refused(use(page, token))


def test_refuses_changed_claims(page, signing):
    header, _, signature = sign(signing, claim()).split(".")
    assert_refused(use(page, f"{header}.{encode(claim(sub='eve'))}.{signature}"))


@pytest.mark.parametrize("kid", [None, "", "x", 5, UNKNOWN, "' OR 1=1 --", "\0", "../../etc"])
def test_refuses_an_unknown_signing_secret(page, signing, kid):
    response = use(page, sign(signing, claim(), kid=kid))
    assert response.status_code == 401
    assert response.json()["code"] in {"unknown_signing_secret", "invalid_shopper_token"}


def test_refuses_the_signing_secret_of_another_shop(page, rival):
    theirs = make_signing_secret(rival.shop)
    assert_refused(use(page, sign(theirs, claim())), "unknown_signing_secret")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "Bearer x", "\0", "é", "x" * 2_049, "." * 2_000]
)
def test_refuses_what_is_no_token(page, token):
    assert_refused(use(page, token))


def test_refuses_a_huge_token_without_a_query_for_it(page, signing, django_assert_num_queries):
    use(page, sign(signing, claim()))
    with django_assert_num_queries(1):  # the key
        assert_refused(use(page, sign(signing, claim(padding="x" * 3_000))))


def test_refuses_a_token_with_a_secret_key(shop, signing):
    response = use(shop.client, sign(signing, claim()))
    assert_refused(response, "unexpected_shopper_token")


def test_refuses_a_token_without_a_key(stranger, signing):
    response = use(stranger, sign(signing, claim()))
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


# --- Signing secrets --------------------------------------------------------------------


def test_member_changes_the_secret_with_an_overlap(colleague, page):
    old = SimpleNamespace(**colleague.client.post(SECRETS).json())
    new = SimpleNamespace(**colleague.client.post(SECRETS).json())
    for signing in (old, new):
        assert use(page, sign(signing, claim())).status_code == 200
    third = colleague.client.post(SECRETS)
    assert (third.status_code, third.json()["code"]) == (409, "too_many_signing_secrets")

    assert colleague.client.delete(f"{SECRETS}{old.kid}/").status_code == 204

    assert_refused(use(page, sign(old, claim())), "unknown_signing_secret")
    assert use(page, sign(new, claim())).status_code == 200
    assert [row["kid"] for row in colleague.client.get(SECRETS).json()] == [new.kid]


def test_secret_is_shown_once_and_stored_encrypted(colleague, shop):
    made = colleague.client.post(SECRETS).json()
    assert len(made["secret"]) >= 32
    assert made["secret"] not in colleague.client.get(SECRETS).content.decode()
    with shop_scope(shop.shop.pk), connection.cursor() as cursor:
        cursor.execute("SELECT encrypted_secret FROM tenants_shoppersigningsecret")
        assert made["secret"] not in cursor.fetchone()[0]


def test_keys_cannot_manage_signing_secrets(shop, page, signing):
    for client in (shop.client, page):
        for response in (
            client.get(SECRETS),
            client.post(SECRETS),
            client.delete(f"{SECRETS}{signing.kid}/"),
        ):
            assert response.status_code == 403


def test_a_rivals_member_finds_no_secret(rival, colleague, signing):
    theirs = make_signing_secret(rival.shop)
    assert theirs.kid not in colleague.client.get(SECRETS).content.decode()
    assert colleague.client.delete(f"{SECRETS}{theirs.kid}/").status_code == 404
    with shop_scope(rival.shop.pk):
        assert ShopperSigningSecret.objects.count() == 1


def test_a_changed_secret_key_makes_secrets_unusable_unless_it_is_a_fallback(
    page, signing, settings
):
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another-" * 8
    assert_refused(use(page, sign(signing, claim())), "unknown_signing_secret")
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert use(page, sign(signing, claim())).status_code == 200
