"""Conversations on the stylist page: begin, open, delete, separate for each shopper."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.tests.playground.browser_actions import OpenPage
from core.tests.playground.stylist_actions import send_message, use_shopper
from demo.stack import Stack


@pytest.fixture
def page(open_page: OpenPage, styled_key: str) -> Page:
    """Open the stylist page with the shopper ada."""
    page = open_page(styled_key, path="/stylist/")
    expect(page.locator("#garments .garment")).to_have_count(3)
    return page


def conversations(page: Page) -> Locator:
    return page.locator("#talks button")


def test_earlier_conversations_are_found_by_their_first_words(page: Page) -> None:
    use_shopper(page, "talker")
    send_message(page, "How do I wash silk?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("#words")).to_be_focused()
    send_message(page, "Which colours go with olive?")
    send_message(page, "And how do I wash wool?")
    expect(conversations(page)).to_contain_text(
        ["Which colours go with olive?", "How do I wash silk?"]
    )
    expect(conversations(page).first).to_have_attribute("aria-current", "true")
    conversations(page).nth(1).click()
    expect(page.locator(".heard")).to_contain_text(["How do I wash silk?"])
    expect(page.locator(".answer .said")).to_contain_text("Wash silk by hand")
    page.reload()
    expect(page.locator(".heard")).to_contain_text(["olive", "wool"])
    expect(page.get_by_label("Shopper", exact=True)).to_have_value("talker")


def test_a_stored_answer_has_its_products_and_outfits(page: Page) -> None:
    use_shopper(page, "keeper")
    send_message(page, "I am looking for a red dress")
    send_message(page, "Put an outfit together for work")
    page.reload()
    expect(page.locator(".answer .card", has_text="Red dress").first).to_be_visible()
    expect(page.locator(".answer .look-card").first).to_be_visible()
    expect(page.locator(".who").first).to_have_text("Answered by rules.")


def test_a_conversation_is_deleted_after_confirmation(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    use_shopper(page, "forgetter")
    send_message(page, "How do I wash silk?")
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".message")).to_have_count(2)
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name=re.compile("^Delete it")).click()
    expect(page.locator(".message")).to_have_count(0)
    expect(conversations(page)).to_have_count(0)
    expect(page.locator("#opening")).to_be_visible()
    with live_stack.client(styled_key) as client:
        assert client.get("shoppers/forgetter/conversations/").json()["results"] == []


def test_a_conversation_deleted_elsewhere_is_replaced_by_a_new_one(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    use_shopper(page, "elsewhere")
    send_message(page, "How do I wash silk?")
    with live_stack.client(styled_key) as client:
        (talk,) = client.get("shoppers/elsewhere/conversations/").json()["results"]
        client.delete(f"conversations/{talk['id']}/")
    page.get_by_label("Message to the stylist").fill("And wool?")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-notice")).to_contain_text("has been deleted")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".who").last).to_have_text("Answered by rules.")
    expect(conversations(page)).to_contain_text(["And wool?"])


def test_earlier_messages_are_loaded_page_by_page(
    page: Page, live_stack: Stack, styled_key: str
) -> None:
    with live_stack.client(styled_key) as client:
        begun = client.post("shoppers/long/conversations/").json()
        for number in range(26):
            text = {"text": f"How do I wash silk? {number}"}
            client.post(f"conversations/{begun['id']}/messages/", json=text).raise_for_status()
    use_shopper(page, "long")
    expect(page.locator(".heard")).to_have_count(25)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator(".heard")).to_have_count(26)
    expect(page.locator(".heard .said").first).to_have_text("How do I wash silk? 0")
    expect(page.locator("#earlier")).to_be_hidden()


def test_another_shopper_sees_nothing(page: Page) -> None:
    use_shopper(page, "first")
    send_message(page, "How do I wash silk?")
    use_shopper(page, "second")
    expect(page.locator(".message")).to_have_count(0)
    expect(conversations(page)).to_have_count(0)
    expect(page.locator("#garments .garment")).to_have_count(0)
