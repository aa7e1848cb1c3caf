"""Conversations on the stylist's page: begun, found again, forgotten, and nobody else's."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.tests.playground.browsing import OpenPage
from core.tests.playground.styling import be, say
from demo.stack import Stack


@pytest.fixture
def page(open_page: OpenPage, styled_key: str) -> Page:
    """The stylist's page of ada."""
    page = open_page(styled_key, path="/stylist/")
    expect(page.locator("#garments .garment")).to_have_count(3)
    return page


def talks(page: Page) -> Locator:
    return page.locator("#talks button")


def test_earlier_conversations_are_found_by_their_first_words(page: Page) -> None:
    be(page, "talker")
    say(page, "How do I wash silk?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("#words")).to_be_focused()
    say(page, "Which colours go with olive?")
    say(page, "And how do I wash wool?")
    expect(talks(page)).to_contain_text(["Which colours go with olive?", "How do I wash silk?"])
    expect(talks(page).first).to_have_attribute("aria-current", "true")
    talks(page).nth(1).click()
    expect(page.locator(".heard")).to_contain_text(["How do I wash silk?"])
    expect(page.locator(".answer .said")).to_contain_text("Wash silk by hand")
    page.reload()
    expect(page.locator(".heard")).to_contain_text(["olive", "wool"])
    expect(page.get_by_label("Shopper", exact=True)).to_have_value("talker")


def test_a_kept_answer_has_its_products_and_outfits(page: Page) -> None:
    be(page, "keeper")
    say(page, "I am looking for a red dress")
    say(page, "Put an outfit together for work")
    page.reload()
    expect(page.locator(".answer .card", has_text="Red dress").first).to_be_visible()
    expect(page.locator(".answer .look-card").first).to_be_visible()
    expect(page.locator(".who").first).to_have_text("By the rules.")


def test_a_conversation_is_forgotten_for_good_once_it_is_confirmed(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    be(page, "forgetter")
    say(page, "How do I wash silk?")
    page.get_by_role("button", name="Forget this conversation").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".message")).to_have_count(2)
    page.get_by_role("button", name="Forget this conversation").click()
    page.get_by_role("button", name=re.compile("^Forget it")).click()
    expect(page.locator(".message")).to_have_count(0)
    expect(talks(page)).to_have_count(0)
    expect(page.locator("#opening")).to_be_visible()
    with live_stack.client(styled_key) as client:
        assert client.get("shoppers/forgetter/conversations/").json()["results"] == []


def test_one_that_was_forgotten_elsewhere_gives_way_to_a_new_one(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    be(page, "elsewhere")
    say(page, "How do I wash silk?")
    with live_stack.client(styled_key) as client:
        (talk,) = client.get("shoppers/elsewhere/conversations/").json()["results"]
        client.delete(f"conversations/{talk['id']}/")
    page.get_by_label("What you say to the stylist").fill("And wool?")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-notice")).to_contain_text("has been forgotten")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".who").last).to_have_text("By the rules.")
    expect(talks(page)).to_contain_text(["And wool?"])


def test_what_was_said_before_is_read_page_by_page(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    with live_stack.client(styled_key) as client:
        begun = client.post("shoppers/long/conversations/").json()
        for number in range(26):
            text = {"text": f"How do I wash silk? {number}"}
            client.post(f"conversations/{begun['id']}/messages/", json=text).raise_for_status()
    be(page, "long")
    expect(page.locator(".heard")).to_have_count(25)
    page.get_by_role("button", name="Show what was said before").click()
    expect(page.locator(".heard")).to_have_count(26)
    expect(page.locator(".heard .said").first).to_have_text("How do I wash silk? 0")
    expect(page.locator("#earlier")).to_be_hidden()


def test_another_shopper_sees_nothing_of_it(page: Page) -> None:
    be(page, "first")
    say(page, "How do I wash silk?")
    be(page, "second")
    expect(page.locator(".message")).to_have_count(0)
    expect(talks(page)).to_have_count(0)
    expect(page.locator("#garments .garment")).to_have_count(0)
