"""Mails: what a mail server gets, and what happens when it is down."""

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from re import findall

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.utils import timezone
from rest_framework.test import APIClient

from tenants.accounts.mails import LAST_RETRY, MAX_AGE, send_waiting
from tenants.models import Mail
from tenants.sweeps import sweep_mails
from tenants.tests.factories import make_member, make_person

RESET = "/api/v1/auth/password/reset/"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Mailboxes:
    """What the mail server got; addresses at `full.example` are refused."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.endswith("@full.example"):
            return "452 4.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Recipients"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def smtp(settings):
    """Send mails to a mail server of this test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    mailboxes = Mailboxes()
    controller = Controller(mailboxes, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    mailboxes.controller = controller
    controller.start()
    yield mailboxes
    if controller.loop.is_running():
        controller.stop()


def ask(email: str = "colleague@shop.example", language: str = "en") -> None:
    answer = APIClient(HTTP_ACCEPT_LANGUAGE=language).post(RESET, {"email": email})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("language", "subject", "hint"),
    [
        ("en", "Set a new password", "within 2 hours"),
        ("de-AT", "Neues Passwort festlegen", "innerhalb von 2 Stunden"),
        ("fr", "Choisir un nouveau mot de passe", "pendant 2 heures"),
        ("es", "Elegir una contraseña nueva", "durante 2 horas"),
        ("pl", "Set a new password", "within 2 hours"),
    ],
)
def test_a_mail_has_text_and_html_in_the_language_of_the_request(
    colleague, smtp, settings, language, subject, hint
):
    ask(language=language)
    assert send_waiting() == 1
    (message,) = smtp.messages
    assert message["Subject"] == subject
    assert message["X-Recipients"] == message["To"] == colleague.user.email
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    links = set(findall(r"http\S+?#[\w:-]+", text))
    assert len(links) == 1 and links == set(findall(r"http[^\"<>]+?#[\w:-]+", html))
    assert hint in text and hint in html


def test_the_name_of_a_shop_is_neither_markup_nor_a_header(db, smtp):
    colleague = make_person(make_member("<b>Bad</b>\r\nBcc: eve@evil.example").shop)
    body = {"email": "bea@shop.example", "role": "viewer"}
    assert colleague.client.post("/api/v1/shop/invitations/", body).status_code == 201
    assert send_waiting() == 1
    (message,) = smtp.messages
    assert message["Bcc"] is None and message["X-Recipients"] == "bea@shop.example"
    assert "<b>" not in message.get_body(("html",)).get_content()


def test_a_mail_server_that_is_down_delays_mails_and_no_request(colleague, smtp, settings):
    smtp.controller.stop()
    ask()
    assert send_waiting() == 0
    assert Mail.objects.get().attempts == 1
    assert send_waiting() == 0  # it is not tried again at once
    controller = Controller(smtp, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    try:
        with time_machine.travel(timezone.now() + LAST_RETRY):
            assert send_waiting() == 1
    finally:
        controller.stop()
    assert len(smtp.messages) == 1 and not Mail.objects.exists()


def test_a_full_mailbox_holds_up_no_other_mail(shop, colleague, smtp):
    make_person(shop.shop, email="bea@full.example")
    ask("bea@full.example")
    ask()
    assert send_waiting() == 1
    assert [message["To"] for message in smtp.messages] == [colleague.user.email]
    assert Mail.objects.get().address == "bea@full.example"


def test_mails_are_given_up_after_two_days(colleague, smtp):
    ask("colleague@shop.example")
    with time_machine.travel(timezone.now() + MAX_AGE):
        sweep_mails()
    assert not Mail.objects.exists()


def test_no_token_waits_in_the_database(colleague, smtp):
    ask()
    stored = str(Mail.objects.values().get())
    send_waiting()
    (token,) = set(findall(r"#([\w:-]+)", smtp.messages[0].get_body(("plain",)).get_content()))
    assert token not in stored


def test_two_workers_do_not_send_one_mail_twice(colleague, smtp):
    ask()
    from tenants.accounts.mails import _claim

    assert _claim() is not None
    assert _claim() is None
    assert send_waiting() == 0
