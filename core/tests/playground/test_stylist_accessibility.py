"""The stylist page on a phone, in dark mode, by keyboard and by screen reader."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from core.tests.playground.browser_actions import DESKTOP, PHONE, OpenPage, scroll_width, violations
from core.tests.playground.stylist_actions import garments, open_section, send_message, use_shopper
from core.tests.playground.test_accessibility import tab_to


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_the_screen_without_violations_or_console_errors(
    open_page: OpenPage, styled_key: str, scheme: Any, viewport: ViewportSize
) -> None:
    console_errors: list[str] = []
    page = open_page("", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.on("console", lambda message: console_errors.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.evaluate(f"sessionStorage.setItem('atelier-key', {json.dumps(styled_key)})")
    page.goto(page.url + "stylist/")
    expect(garments(page)).to_have_count(3)
    page.get_by_role("button", name="New conversation").click()
    expect_accessible(page, viewport)
    send_message(page, "I am looking for a red dress")
    send_message(page, "Put an outfit together for work")
    send_message(page, "a-very-long-word-" * 20)
    page.locator(".answer .parts summary").first.click()
    page.get_by_role("button", name="Delete this conversation").click()
    expect_accessible(page, viewport)
    open_section(page, "Wardrobe")
    garments(page).first.locator("summary").click()
    garments(page).nth(1).get_by_role("button", name="Remove").click()
    expect_accessible(page, viewport)
    open_section(page, "Outfits")
    page.get_by_role("button", name="Put outfits together").click()
    expect(page.locator("#looks .look-card")).to_have_count(1)
    page.get_by_role("button", name="Like", exact=True).click()
    expect_accessible(page, viewport)
    assert console_errors == []


def expect_accessible(page: Page, viewport: ViewportSize) -> None:
    assert scroll_width(page) == viewport["width"]
    assert violations(page) == []


def test_works_by_keyboard_alone(open_page: OpenPage, styled_key: str) -> None:
    page = open_page(styled_key, path="/stylist/")
    expect(garments(page)).to_have_count(3)
    use_shopper(page, "typist")
    tab_to(page, "#suggestions button")
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_have_text("Answered by rules.")
    tab_to(page, "#words")
    page.keyboard.type("Put an outfit together for work")
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_have_count(2)
    expect(page.locator("#words")).to_be_focused()
    use_shopper(page, "ada")
    tab_to(page, "#sections a[href='#wardrobe']")
    page.keyboard.press("Enter")
    tab_to(page, ".correction summary")
    page.keyboard.press("Enter")
    expect(page.locator(".correct [name=name]").first).to_be_visible()
    tab_to(page, ".correct [name=name]")
    page.keyboard.type("Everyday shoes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Everyday shoes")).to_be_visible()
    expect(page.locator(".garment summary").first).to_be_focused()
    tab_to(page, ".garment .ask-first button")
    page.keyboard.press("Enter")
    expect(page.locator(".garment .sure .danger").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Everyday shoes")).to_be_focused()


def test_requests_a_key(open_page: OpenPage) -> None:
    page = open_page("", path="/stylist/")
    expect(page.get_by_text("Enter an API key to begin")).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/analytics/", "/quality/"])
def test_every_page_links_to_it(open_page: OpenPage, styled_key: str, path: str) -> None:
    page = open_page(styled_key, path=path, viewport=PHONE)
    page.get_by_role("link", name="Stylist", exact=True).click()
    expect(page.get_by_role("heading", name="What should they wear?")).to_be_visible()
    assert scroll_width(page) == PHONE["width"]
