"""Guessed passwords, codes and links: limits that many addresses and threads cannot get around."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.urls import reverse
from rest_framework.test import APIClient

from tenants.accounts import guesses
from tenants.models import GuessBucket, User
from tenants.sweeps import purge_accounts
from tenants.tests.factories import PASSWORD

LOGIN = "/api/v1/auth/login/"
ADDRESSES = [f"127.0.{n // 10}.{n % 10 + 1}" for n in range(50)]
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


class CountingHasher(MD5PasswordHasher):
    """Counts evaluations, which the limits are about."""

    evaluated: list[str] = []

    def encode(self, password: str, salt: str) -> str:
        self.evaluated.append(password)
        return super().encode(password, salt)


@pytest.fixture
def evaluated(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    settings.RATE_LIMIT_ANONYMOUS = settings.RATE_LIMIT_REFUSED = 10_000
    CountingHasher.evaluated = []
    return CountingHasher.evaluated


def guess(password: str, *, email: str = "ada@shop.example", address: str = "127.0.0.1"):
    return APIClient(REMOTE_ADDR=address).post(LOGIN, {"email": email, "password": password})


def make_ada(**fields) -> User:
    return User.objects.create_user("ada@shop.example", PASSWORD, **fields)


@pytest.mark.django_db(transaction=True)
def test_fifty_addresses_at_once_have_at_most_thirty_guesses_evaluated(evaluated):
    make_ada()
    guess("x", email="nobody@shop.example")  # imports what the first request needs
    evaluated.clear()
    barrier = Barrier(len(ADDRESSES))

    def attack(address: str) -> list[int]:
        barrier.wait(30)
        try:
            return [guess(f"{address}-{n}", address=address).status_code for n in range(4)]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(ADDRESSES)) as pool:
        statuses = [status for answers in pool.map(attack, ADDRESSES) for status in answers]

    assert len(evaluated) == guesses.PASSWORDS_OF_ADDRESS.burst
    assert statuses.count(401) == len(evaluated)
    # 503: fifty threads may have to wait too long for a connection of the pool.
    assert set(statuses) - {401} <= {429, 503} and len(statuses) == 200


def test_ten_minutes_of_guessing_have_at_most_thirty_guesses_evaluated(db, evaluated):
    make_ada()
    evaluated.clear()
    with time_machine.travel(NOON) as clock:
        for second in range(0, 600, 5):
            clock.move_to(NOON + timedelta(seconds=second))
            guess(f"guess-{second}", address=ADDRESSES[second % 50])
    assert 15 < len(evaluated) <= 25  # five more are left for people who claim the address


def test_a_guess_that_is_not_evaluated_says_when_the_next_one_is(db, evaluated):
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(guesses.PASSWORDS_OF_ADDRESS.burst):
            assert guess(f"guess-{n}").status_code == 401
        refused = guess(PASSWORD)
        assert refused.status_code == 429
        assert refused.json()["code"] == "too_many_attempts"
        assert refused["Content-Type"] == "application/problem+json"
        clock.shift(timedelta(seconds=int(refused["Retry-After"])))
        assert guess("again").status_code == 401


def test_attempts_on_a_locked_account_do_not_prolong_its_lock(db, evaluated):
    make_ada()
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(40):
            guess(f"guess-{n}", address=ADDRESSES[n])
        clock.shift(guesses.PASSWORDS_OF_ADDRESS.interval)
        assert guess(PASSWORD, address="127.9.9.9").status_code == 401  # a person without a shop
        assert evaluated[-1] == PASSWORD


def test_known_and_unknown_addresses_are_limited_alike(db, evaluated):
    make_ada()
    answers = {
        email: [guess(f"{n}", email=email, address=ADDRESSES[n]) for n in range(14)]
        for email in ("ada@shop.example", "nobody@shop.example")
    }
    known, unknown = ([(a.status_code, a.json()) for a in each] for each in answers.values())
    assert [status for status, _ in known] == [status for status, _ in unknown]
    assert known[0] == unknown[0]


def test_known_and_unknown_addresses_evaluate_equally_many_hashes(db, evaluated):
    make_ada()
    User.objects.create_user("ada@shop.example", "another-horse-8")
    counts = []
    for email in ("ada@shop.example", "nobody@shop.example"):
        evaluated.clear()
        guess("wrong-horse-9", email=email)
        counts.append(len(evaluated))
    assert counts == [1, 1]


@pytest.mark.parametrize("spelling", ["ADA@shop.example", " ada@shop.example ", "Ada@SHOP.example"])
def test_another_spelling_of_the_address_has_no_guesses_of_its_own(db, evaluated, spelling):
    for n in range(guesses.PASSWORDS_OF_ADDRESS.burst):
        guess(f"{n}")
    assert guess("x", email=spelling).status_code == 429


def test_one_client_cannot_try_one_password_on_many_accounts(db, evaluated):
    statuses = [guess("spring-2030", email=f"a{n}@x.example").status_code for n in range(40)]
    assert statuses.count(401) == guesses.PASSWORDS_OF_CLIENT.burst
    assert guess("spring-2030", email="b@x.example", address="127.0.0.9").status_code == 401


def test_ipv6_addresses_of_one_network_are_one_client(db, evaluated):
    for n in range(guesses.PASSWORDS_OF_CLIENT.burst):
        guess("x", email=f"a{n}@x.example", address=f"2001:db8::{n + 1}")
    assert guess("x", email="b@x.example", address="2001:db8::ffff:1").status_code == 429
    assert guess("x", email="b@x.example", address="2001:db8:1::1").status_code == 401


def test_signing_in_often_is_not_limited(colleague, settings):
    settings.RATE_LIMIT_ANONYMOUS = 10_000
    for _ in range(3 * guesses.PASSWORDS_OF_ADDRESS.burst):
        assert guess(PASSWORD, email=colleague.user.email).status_code == 200


def test_change_of_password_is_no_way_to_guess_it(colleague):
    body = {"password": "wrong-horse-9", "new_password": "another-staple-8"}
    statuses = [
        colleague.client.post("/api/v1/auth/password/change/", body).status_code for _ in range(12)
    ]
    assert statuses == [400] * 10 + [429] * 2


@pytest.mark.parametrize(
    "route", ["password/reset/confirm", "verification/confirm", "invitations/read"]
)
def test_tokens_of_links_cannot_be_guessed(db, settings, route):
    settings.RATE_LIMIT_ANONYMOUS = settings.RATE_LIMIT_REFUSED = 10_000
    body = {"token": "guess"}
    if route.startswith("password"):
        body["new_password"] = "another-staple-8"
    statuses = [
        APIClient().post(f"/api/v1/auth/{route}/", body).status_code
        for _ in range(guesses.LINKS_OF_CLIENT.burst + 2)
    ]
    assert statuses == [400] * guesses.LINKS_OF_CLIENT.burst + [429] * 2


def test_the_admin_and_the_api_share_their_limits(db, client, evaluated):
    User.objects.create_superuser("root@atelier.example", PASSWORD)
    for n in range(guesses.PASSWORDS_OF_ADDRESS.burst):
        data = {"username": "root@atelier.example", "password": f"guess-{n}"}
        client.post(reverse("admin:login"), data, REMOTE_ADDR=ADDRESSES[n])
    evaluated.clear()
    data = {"username": "root@atelier.example", "password": PASSWORD}
    page = client.post(reverse("admin:login"), data)
    assert "too many attempts" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert guess(PASSWORD, email="root@atelier.example").status_code == 429
    assert evaluated == []


def test_full_buckets_are_deleted(db, evaluated):
    guess("x")
    assert GuessBucket.objects.count() == 2
    assert "ada" not in str(list(GuessBucket.objects.values()))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        purge_accounts()
    assert not GuessBucket.objects.exists()
