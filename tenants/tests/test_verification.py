"""Registration and verification: an address belongs to the person who reads its mail."""

import unicodedata
from datetime import timedelta
from re import search

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from core.tenancy import all_shops
from tenants.accounts import guesses
from tenants.accounts.mails import send_waiting
from tenants.models import Mail, Membership, User
from tenants.tests.factories import PASSWORD, make_client

AUTH = "/api/v1/auth/"
ADA = {
    "email": "ada@shop.example",
    "password": PASSWORD,
    "name": "Ada",
    "shop_name": "Ada's Atelier",
}


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMIT_ANONYMOUS = 10_000


def post(action: str, **data: object):
    return APIClient().post(f"{AUTH}{action}/", data)


def register(**changes: object):
    return post("register", **{**ADA, **changes})


def read_token(mailbox) -> str:
    send_waiting()
    return search(r"#(\S+)", mailbox[-1].body)[1]


def test_a_new_person_is_signed_in_and_gets_a_mail_to_confirm_the_address(db, mailoutbox):
    answer = register().json()
    assert answer["email_verified"] is False
    assert make_client(f"Bearer {answer['access']}").get("/api/v1/images/").status_code == 200
    token = read_token(mailoutbox)
    assert mailoutbox[0].to == [ADA["email"]]
    assert post("verification/confirm", token=token).json() == {
        "email": ADA["email"],
        "email_verified": True,
    }
    login = post("login", email=ADA["email"], password=PASSWORD)
    assert login.json()["email_verified"] is True


def test_reading_the_page_of_a_link_does_not_use_it_up(db, mailoutbox, client):
    register()
    token = read_token(mailoutbox)
    for _ in range(3):
        assert client.get("/account/verification/", {"token": token}).status_code == 200
    assert post("verification/confirm", token=token).status_code == 200


def test_a_link_is_valid_once(db, mailoutbox):
    register()
    token = read_token(mailoutbox)
    assert post("verification/confirm", token=token).status_code == 200
    assert post("verification/confirm", token=token).json()["code"] == "invalid_link"


def test_a_link_expires(db, mailoutbox, settings):
    register()
    token = read_token(mailoutbox)
    with time_machine.travel(timezone.now() + settings.VERIFICATION_LIFETIME + timedelta(1)):
        assert post("verification/confirm", token=token).json()["code"] == "invalid_link"


def test_the_mail_is_sent_again_on_request(db, mailoutbox):
    client = make_client(f"Bearer {register().json()['access']}")
    assert client.post(f"{AUTH}verification/").status_code == 202
    token = read_token(mailoutbox)
    assert len(mailoutbox) == 2
    assert post("verification/confirm", token=token).status_code == 200
    assert client.post(f"{AUTH}verification/").status_code == 202
    send_waiting()
    assert len(mailoutbox) == 2


def test_registering_a_verified_address_gives_no_hint_and_no_access(db, mailoutbox):
    owner = register().json()
    post("verification/confirm", token=read_token(mailoutbox))
    stranger = register(password="stranger-horse-1", shop_name="Other")
    fresh = register(email="new@shop.example", password="stranger-horse-1", shop_name="Other")
    assert stranger.status_code == fresh.status_code == 201
    one, other = stranger.json(), fresh.json()
    assert one.keys() == other.keys()
    assert one["email_verified"] == other["email_verified"]
    assert one["shop"]["id"] != owner["shop"]["id"]
    send_waiting()
    (warning,) = [mail for mail in mailoutbox[1:] if mail.to == [ADA["email"]]]
    assert warning.subject == "You already have an account"
    assert "#" not in warning.body
    for password, shop in ((PASSWORD, owner), ("stranger-horse-1", one)):
        login = post("login", email=ADA["email"], password=password).json()
        assert login["shop"]["id"] == shop["shop"]["id"]
    # A reset is the verified person's.
    post("password/reset", email=ADA["email"])
    token = read_token(mailoutbox)
    reset = post("password/reset/confirm", token=token, new_password="another-staple-8").json()
    assert reset["shop"]["id"] == owner["shop"]["id"]


def test_only_one_of_two_claims_can_be_verified(db, mailoutbox):
    register()
    first = read_token(mailoutbox)
    register(password="stranger-horse-1")
    second = read_token(mailoutbox)
    assert post("verification/confirm", token=second).status_code == 200
    late = post("verification/confirm", token=first)
    assert (late.status_code, late.json()["code"]) == (409, "address_taken")
    assert User.objects.filter(email_verified_at__isnull=False).count() == 1


def test_registering_one_address_again_and_again_is_limited_whether_it_is_known_or_not(db):
    for email in (ADA["email"], "new@shop.example"):
        statuses = [register(email=email).status_code for _ in range(7)]
        burst = guesses.REGISTRATIONS.burst
        assert statuses == [201] * burst + [429] * (7 - burst)


def test_an_unverified_person_cannot_have_mails_sent_to_others(db):
    client = make_client(f"Bearer {register().json()['access']}")
    body = {"email": "bea@shop.example", "role": "editor"}
    refused = client.post("/api/v1/shop/invitations/", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
    assert not Mail.objects.filter(kind="invitation").exists()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zoé@shop.example", unicodedata.normalize("NFD", "zoé@shop.example")),
        ("zoé@shop.example", "ZOÉ@SHOP.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@bücher.example", unicodedata.normalize("NFD", "Ada@BÜCHER.example")),
    ],
)
def test_spellings_of_one_address_are_one_person(db, one, other):
    registered = register(email=one).json()
    login = post("login", email=other, password=PASSWORD)
    assert login.json()["shop"]["id"] == registered["shop"]["id"]


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@",
        "@x.example",
        "a b@x.example",
        "a@b@x.example",
        "ada@x\n.example",
        "ada\r\nBcc: eve@x.example@x.example",
        '"a b"@x.example',
        "ada@-x.example",
    ],
)
def test_malformed_addresses_are_refused(db, email):
    assert register(email=email).status_code == 400
    with all_shops():
        assert not Membership.objects.exists()
