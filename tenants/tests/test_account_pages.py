"""The pages that links in mails open, in a real browser."""

import os
from collections.abc import Iterator
from re import search

import pytest
from playwright.sync_api import Page, expect

from core.tenancy import all_shops
from core.tests.playground.browser_actions import brightness, violations
from core.tests.playground.conftest import browser  # noqa: F401 - a fixture
from tenants.accounts.mails import send_waiting
from tenants.models import Membership, User
from tenants.tests.factories import PASSWORD, make_member, make_person

NEW = "another-staple-8"
EMAIL = "colleague@shop.example"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def _allow_queries() -> Iterator[None]:
    """Allow Django's ORM in this thread, where the browser's event loop runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(autouse=True)
def _settings(settings, live_server):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SITE_URL = live_server.url


@pytest.fixture
def requested() -> list[str]:
    """Return the addresses and Referers of all requests of the tab."""
    return []


@pytest.fixture
def tab(browser, requested, request) -> Iterator[Page]:  # noqa: F811
    context = browser.new_context(
        locale=getattr(request, "param", "en"),
        color_scheme="dark" if getattr(request, "param", "en") == "de" else "light",
        viewport={"width": 390, "height": 800},
    )
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on(
        "request", lambda sent: requested.append(f"{sent.url} {sent.headers.get('referer', '')}")
    )
    yield page
    context.close()
    assert not failures


def take_screenshot(page: Page, name: str) -> None:
    """Save what a person would look at, if `ATELIER_SCREENSHOTS` names a folder."""
    if folder := os.environ.get("ATELIER_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def newest_link(mailbox) -> str:
    send_waiting()
    return search(r"http\S+#\S+", mailbox[-1].body)[0]


def assert_token_stays_here(requested: list[str], link: str) -> None:
    token = link.partition("#")[2]
    assert requested
    assert all(token not in sent.replace("#" + token, "") for sent in requested)


def test_a_password_is_forgotten_and_set_again(tab: Page, live_server, mailoutbox, requested):
    make_person(make_member("Shop").shop)
    tab.goto(f"{live_server.url}/account/password/")
    assert violations(tab) == []
    tab.get_by_label("E-mail address").fill(EMAIL)
    tab.get_by_role("button", name="Send the link").click()
    expect(tab.get_by_role("status")).to_contain_text("is on its way")

    link = newest_link(mailoutbox)
    tab.goto(link)
    expect(tab.get_by_label("New password")).to_be_visible()
    assert "#" not in tab.url
    tab.get_by_label("New password").fill("password1")
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_role("alert")).to_contain_text("too easy to guess")
    assert violations(tab) == []
    take_screenshot(tab, "password")
    tab.get_by_label("New password").fill(NEW)
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_role("status")).to_contain_text("is set")
    assert User.objects.get(email=EMAIL).check_password(NEW)
    assert_token_stays_here(requested, link)


@pytest.mark.parametrize("tab", ["de"], indirect=True)
def test_an_address_is_confirmed_by_a_click_only(tab: Page, mailoutbox, requested):
    person = make_person(make_member("Shop").shop, is_verified=False)
    person.client.post("/api/v1/auth/verification/", HTTP_ACCEPT_LANGUAGE="de")
    link = newest_link(mailoutbox)
    tab.goto(link)
    button = tab.get_by_role("button", name="Diese Adresse bestätigen")
    expect(button).to_be_visible()
    assert brightness(tab.locator("form.panel:visible")) < 60
    assert violations(tab) == []
    take_screenshot(tab, "verification-dark")
    person.user.refresh_from_db()
    assert not person.user.has_verified_email
    button.click()
    expect(tab.get_by_role("status")).to_contain_text("bestätigt")
    person.user.refresh_from_db()
    assert person.user.has_verified_email
    assert_token_stays_here(requested, link)


def test_a_new_person_accepts_an_invitation(tab: Page, mailoutbox):
    owner = make_person(make_member("<i>Shop</i>").shop)
    body = {"email": "bea@shop.example", "role": "editor"}
    owner.client.post("/api/v1/shop/invitations/", body)
    tab.goto(newest_link(mailoutbox))
    expect(tab.locator("#shop")).to_have_text("<i>Shop</i>")
    assert violations(tab) == []
    take_screenshot(tab, "invitation")
    tab.get_by_label("Your name").fill("Bea")
    tab.get_by_label("Choose a password").fill("bea-horse-staple-8")
    tab.get_by_role("button", name="Accept the invitation").click()
    expect(tab.get_by_role("status")).to_contain_text("member of the shop now")
    with all_shops():
        assert Membership.objects.get(user__email="bea@shop.example").role == "editor"


def test_a_used_link_says_so(tab: Page, live_server):
    tab.goto(f"{live_server.url}/account/invitation/#nonsense")
    expect(tab.get_by_role("alert")).to_contain_text("not valid any more")
    tab.goto(f"{live_server.url}/account/verification/")
    expect(tab.locator("#message")).to_contain_text("Open the link in the mail again")


def test_the_sign_in_of_the_admin_asks_for_a_code(tab: Page, live_server):
    User.objects.create_superuser("root@atelier.example", PASSWORD)
    tab.goto(f"{live_server.url}/admin/")
    tab.get_by_label("Email").fill("root@atelier.example")
    tab.get_by_label("Password").fill(PASSWORD)
    expect(tab.get_by_label("Code")).to_be_visible()
    take_screenshot(tab, "admin")
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_label("Code")).to_be_hidden()
    assert {cookie["name"] for cookie in tab.context.cookies()} >= {"sessionid"}
