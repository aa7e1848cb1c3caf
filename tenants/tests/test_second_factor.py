"""The second factor: sign-in with a code, replay, recovery codes, storage."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from tenants.accounts import guesses
from tenants.models import RecoveryCode, SecondFactor, User
from tenants.tests.factories import PASSWORD, make_member, make_person

TOTP_URL = "/api/v1/auth/totp/"
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMIT_ANONYMOUS = settings.RATE_LIMIT_REFUSED = 10_000


def code_of(secret: str, *, offset: int = 0) -> str:
    """Return what an authenticator app shows, `offset` seconds from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    at = int(timezone.now().timestamp()) + offset
    return TOTP(key, 6, hashes.SHA1(), 30).generate(at).decode()  # noqa: S303


def enable(person) -> tuple[str, list[str]]:
    """Return the secret and the recovery codes."""
    secret = person.client.post(TOTP_URL, {"password": PASSWORD}).json()["secret"]
    code = code_of(secret, offset=-30)
    answer = person.client.post(f"{TOTP_URL}confirm/", {"code": code})
    assert answer.status_code == 200, answer.content
    return secret, answer.json()["recovery_codes"]


def sign_in(email: str = "colleague@shop.example", **data: str):
    return APIClient().post("/api/v1/auth/login/", {"email": email, "password": PASSWORD, **data})


def test_sign_in_needs_a_code_once_the_factor_is_confirmed(colleague):
    secret = colleague.client.post(TOTP_URL, {"password": PASSWORD}).json()["secret"]
    assert sign_in().status_code == 200
    confirmed = colleague.client.post(f"{TOTP_URL}confirm/", {"code": code_of(secret, offset=-30)})
    assert confirmed.status_code == 200
    assert colleague.client.get(TOTP_URL).json() == {"is_enabled": True}
    missing = sign_in()
    assert (missing.status_code, missing.json()["code"]) == (401, "code_required")
    assert sign_in(code="000000").json()["code"] == "wrong_code"
    assert sign_in(code=code_of(secret)).status_code == 200


def test_the_uri_is_what_apps_read(colleague):
    answer = colleague.client.post(TOTP_URL, {"password": PASSWORD}).json()
    assert answer["uri"].startswith("otpauth://totp/Atelier:colleague%40shop.example?")
    assert f"secret={answer['secret']}" in answer["uri"]


def test_a_wrong_password_hides_that_there_is_a_second_factor(colleague):
    enable(colleague)
    wrong = APIClient().post(
        "/api/v1/auth/login/", {"email": "colleague@shop.example", "password": "wrong-horse-9"}
    )
    assert wrong.json()["code"] == "wrong_credentials"


def test_a_code_is_valid_once(colleague):
    secret, _ = enable(colleague)
    code = code_of(secret)
    assert sign_in(code=code).status_code == 200
    assert sign_in(code=code).json()["code"] == "wrong_code"
    # Older codes are not valid either, although their time has not passed.
    assert sign_in(code=code_of(secret, offset=-30)).json()["code"] == "wrong_code"
    assert sign_in(code=code_of(secret, offset=30)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_code_used_by_several_at_once_signs_one_in():
    person = make_person(make_member("Shop").shop)
    secret, _ = enable(person)
    code = code_of(secret)

    def use(_: int) -> int:
        try:
            return sign_in(code=code).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(use, range(4)))
    assert statuses.count(200) == 1


def test_a_recovery_code_is_valid_once(colleague):
    _, codes = enable(colleague)
    assert len(set(codes)) == 10
    assert sign_in(code=codes[0].upper()).status_code == 200
    assert sign_in(code=codes[0]).json()["code"] == "wrong_code"
    assert sign_in(code=codes[1].replace("-", "")).status_code == 200


def test_secrets_are_encrypted_and_recovery_codes_hashed(colleague):
    secret, codes = enable(colleague)
    factor = SecondFactor.objects.get()
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    stored = factor.secret + str(list(RecoveryCode.objects.values()))
    assert secret not in stored and raw.hex() not in stored
    assert base64.b64encode(raw).decode()[:20] not in stored
    assert all(code not in stored and code.replace("-", "") not in stored for code in codes)


def test_a_new_secret_key_of_the_server_reads_secrets_of_the_old_one(colleague, settings):
    secret, _ = enable(colleague)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 50
    assert sign_in(code=code_of(secret)).status_code == 200


def test_codes_cannot_be_guessed(colleague):
    secret, _ = enable(colleague)
    statuses = [sign_in(code=f"{n:06}").status_code for n in range(20)]
    assert statuses.count(401) == guesses.CODES.burst
    assert statuses.count(429) == 20 - guesses.CODES.burst
    assert sign_in(code=code_of(secret)).status_code == 429
    with time_machine.travel(timezone.now() + guesses.CODES.interval):
        assert sign_in(code=code_of(secret)).status_code == 200


def test_the_factor_is_removed_with_password_and_code_only(colleague):
    secret, _ = enable(colleague)
    for body in (
        {"password": "wrong-horse-9", "code": code_of(secret)},
        {"password": PASSWORD, "code": "000000"},
    ):
        assert colleague.client.post(f"{TOTP_URL}remove/", body).status_code == 400
    body = {"password": PASSWORD, "code": code_of(secret)}
    assert colleague.client.post(f"{TOTP_URL}remove/", body).status_code == 204
    assert sign_in().status_code == 200
    assert not RecoveryCode.objects.exists()


def test_a_second_secret_does_not_replace_a_confirmed_one(colleague):
    secret, _ = enable(colleague)
    again = colleague.client.post(TOTP_URL, {"password": PASSWORD})
    assert again.json()["code"] == "second_factor_exists"
    assert sign_in(code=code_of(secret)).status_code == 200


def test_the_admin_needs_the_code_too(db, client, shop):
    person = make_person(shop.shop, email="root@atelier.example")
    User.objects.filter(pk=person.user.pk).update(is_staff=True, is_superuser=True)
    secret, _ = enable(person)
    form = {"username": "root@atelier.example", "password": PASSWORD}
    login = reverse("admin:login")
    assert "code of your authenticator" in client.post(login, form).content.decode()
    assert client.post(login, {**form, "code": "000000"}).status_code == 200
    code = code_of(secret)
    assert client.post(login, {**form, "code": code}).status_code == 302
    client.logout()
    assert client.post(login, {**form, "code": code}).status_code == 200


def test_a_reset_by_mail_does_not_get_around_the_code(colleague, mailoutbox):
    from tenants.tests.test_passwords import request_reset

    secret, _ = enable(colleague)
    token = request_reset(mailoutbox)
    confirm = "/api/v1/auth/password/reset/confirm/"
    body = {"token": token, "new_password": "another-staple-8"}
    assert APIClient().post(confirm, body).json()["code"] == "code_required"
    assert sign_in(code=code_of(secret)).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=60)):
        body["code"] = code_of(secret)
        assert APIClient().post(confirm, body).status_code == 200
