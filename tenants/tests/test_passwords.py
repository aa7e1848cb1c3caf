"""Change and reset of passwords, and what they end; passwords in every Unicode form."""

import unicodedata
from datetime import timedelta
from re import search

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from tenants.accounts.mails import send_waiting
from tenants.models import Mail, Session, User
from tenants.tests.factories import PASSWORD, make_client, make_person

AUTH = "/api/v1/auth/"
NEW = "another-staple-8"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def post(action: str, **data: object):
    return APIClient().post(f"{AUTH}{action}/", data)


def change(person, **changes: object):
    body = {"password": PASSWORD, "new_password": NEW, **changes}
    return person.client.post(f"{AUTH}password/change/", body)


def read_token(mailbox) -> str:
    """Send the mails that wait; return the token of the newest."""
    send_waiting()
    return search(r"#(\S+)", mailbox[-1].body)[1]


def request_reset(mailbox, email: str = "colleague@shop.example") -> str:
    assert post("password/reset", email=email).status_code == 202
    return read_token(mailbox)


def is_signed_in(tokens: dict[str, str]) -> bool:
    return make_client(f"Bearer {tokens['access']}").get("/api/v1/shop/").status_code == 200


def test_a_change_ends_every_session_and_opens_a_new_one(shop, colleague, client):
    elsewhere = post("login", email=colleague.user.email, password=PASSWORD).json()
    User.objects.filter(pk=colleague.user.pk).update(is_staff=True)
    client.post(reverse("admin:login"), {"username": colleague.user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session

    fresh = change(colleague).json()

    assert is_signed_in(fresh)
    assert post("refresh", refresh=fresh["refresh"]).status_code == 200
    assert colleague.client.get("/api/v1/shop/").json()["code"] == "invalid_token"
    assert not is_signed_in(elsewhere)
    for refresh in (elsewhere["refresh"], colleague.tokens.refresh):
        assert post("refresh", refresh=refresh).json()["code"] == "session_ended"
    assert is_signed_in(fresh)
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_change_needs_the_present_password(colleague):
    refused = change(colleague, password="wrong-horse-9")
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_password")
    assert colleague.client.get("/api/v1/shop/").status_code == 200


def test_a_key_cannot_change_a_password(shop, colleague):
    body = {"password": PASSWORD, "new_password": NEW}
    assert shop.client.post(f"{AUTH}password/change/", body).status_code == 403


def test_a_change_is_reported_by_mail(colleague, mailoutbox):
    change(colleague)
    send_waiting()
    assert mailoutbox[-1].to == [colleague.user.email]
    assert mailoutbox[-1].subject == "Your password was changed"


def test_signing_out_everywhere_ends_every_token(colleague):
    elsewhere = post("login", email=colleague.user.email, password=PASSWORD).json()
    assert colleague.client.post(f"{AUTH}logout/everywhere/").status_code == 204
    assert colleague.client.get("/api/v1/shop/").status_code == 401
    assert not is_signed_in(elsewhere)
    assert post("refresh", refresh=elsewhere["refresh"]).status_code == 401
    assert post("login", email=colleague.user.email, password=PASSWORD).status_code == 200


def test_a_reset_by_mail_sets_the_password_and_ends_every_session(colleague, mailoutbox):
    token = request_reset(mailoutbox)
    answer = post("password/reset/confirm", token=token, new_password=NEW)
    assert answer.status_code == 200, answer.content
    assert is_signed_in(answer.json())
    assert colleague.client.get("/api/v1/shop/").status_code == 401
    assert post("login", email=colleague.user.email, password=PASSWORD).status_code == 401
    assert post("login", email=colleague.user.email, password=NEW).status_code == 200


def test_a_reset_link_is_valid_once_and_only_the_newest_password_counts(colleague, mailoutbox):
    first, second = request_reset(mailoutbox), request_reset(mailoutbox)
    assert post("password/reset/confirm", token=first, new_password=NEW).status_code == 200
    for token in (first, second):
        refused = post("password/reset/confirm", token=token, new_password="third-staple-9")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_link")


def test_a_reset_link_expires(colleague, mailoutbox, settings):
    token = request_reset(mailoutbox)
    with time_machine.travel(timezone.now() + settings.PASSWORD_RESET_LIFETIME + timedelta(1)):
        refused = post("password/reset/confirm", token=token, new_password=NEW)
    assert refused.json()["code"] == "invalid_link"


def test_a_link_for_another_purpose_does_not_reset(colleague, mailoutbox):
    User.objects.filter(pk=colleague.user.pk).update(email_verified_at=None)
    colleague.client.post(f"{AUTH}verification/")
    refused = post("password/reset/confirm", token=read_token(mailoutbox), new_password=NEW)
    assert refused.json()["code"] == "invalid_link"


def test_a_weak_password_does_not_use_the_link_up(colleague, mailoutbox):
    token = request_reset(mailoutbox)
    weak = post("password/reset/confirm", token=token, new_password="password1")
    assert weak.json()["code"] == "weak_password"
    assert post("password/reset/confirm", token=token, new_password=NEW).status_code == 200


def test_a_reset_opens_a_locked_account(colleague, mailoutbox):
    for n in range(12):
        guess = post("login", email=colleague.user.email, password=f"guess-{n}")
    assert guess.status_code == 429
    token = request_reset(mailoutbox)
    answer = post("password/reset/confirm", token=token, new_password=NEW)
    assert is_signed_in(answer.json())
    assert post("login", email=colleague.user.email, password=NEW).status_code == 200


def test_asking_for_a_reset_is_the_same_for_every_address(
    colleague, mailoutbox, django_assert_num_queries
):
    known, unknown = (
        post("password/reset", email=email)
        for email in (colleague.user.email, "nobody@shop.example")
    )
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    # The address is looked up in the worker: the requests do the same work.
    assert list(Mail.objects.values_list("kind", flat=True)) == ["password_reset"] * 2
    send_waiting()
    assert [message.to for message in mailoutbox] == [[colleague.user.email]]
    assert not Mail.objects.exists()


def test_one_address_gets_few_mails(colleague, mailoutbox):
    for _ in range(12):
        assert post("password/reset", email="COLLEAGUE@shop.example").status_code == 202
    send_waiting()
    assert len(mailoutbox) == 5


def test_a_reset_link_never_leads_to_the_host_of_the_request(colleague, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client = APIClient(SERVER_NAME="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    client.post(f"{AUTH}password/reset/", {"email": colleague.user.email})
    send_waiting()
    assert "evil" not in mailoutbox[-1].message().as_string()
    assert f"{settings.SITE_URL}/account/password/#" in mailoutbox[-1].body


FORMS = ("NFC", "NFD", "NFKD")


@pytest.mark.parametrize("typed", FORMS)
@pytest.mark.parametrize("stored", FORMS)
def test_a_password_is_the_same_however_its_letters_are_typed(shop, client, stored, typed):
    password = "crème-brûlée-é1"
    person = make_person(shop.shop)
    person.user.is_staff = True
    person.user.set_password(unicodedata.normalize(stored, password))
    person.user.save()
    typed_password = unicodedata.normalize(typed, password)
    assert post("login", email=person.user.email, password=typed_password).status_code == 200
    data = {"username": person.user.email, "password": typed_password}
    assert client.post(reverse("admin:login"), data).status_code == 302
    wrong = unicodedata.normalize(typed, "creme-brûlée-é1")
    assert post("login", email=person.user.email, password=wrong).status_code == 401


@pytest.mark.parametrize("form", FORMS)
def test_hashes_from_before_normalization_still_verify_and_are_renewed(shop, form):
    person = make_person(shop.shop)
    old = make_password(unicodedata.normalize(form, "crème-brûlée-é1"))
    User.objects.filter(pk=person.user.pk).update(password=old)
    typed = unicodedata.normalize(form, "crème-brûlée-é1")
    assert post("login", email=person.user.email, password=typed).status_code == 200
    other = unicodedata.normalize("NFC", typed)
    assert post("login", email=person.user.email, password=other).status_code == 200
    assert User.objects.get(pk=person.user.pk).password != old


@pytest.mark.parametrize(
    "password", ["adas-atelier-77", "ADA.lovelace.1", "colleague-shop", "lovelace-é-ada"]
)
def test_passwords_are_compared_with_the_person_and_the_shop(db, password):
    data = {
        "email": "ada.lovelace@shop.example",
        "password": unicodedata.normalize("NFD", password),
        "name": "Lovelace-É-Ada",
        "shop_name": "Adas-Atelier-77" if "atelier" in password else "Colleague-Shop",
    }
    refused = post("register", **data)
    assert refused.json()["code"] == "weak_password", refused.json()


def test_only_digests_of_refresh_tokens_are_stored(colleague, django_db_blocker):
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.app_label in {"tenants", "token_blacklist"}:
            for row in model._base_manager.all():
                stored = str(vars(row))
                assert colleague.tokens.refresh not in stored
                assert colleague.tokens.access not in stored
    assert Session.objects.count() == 1
