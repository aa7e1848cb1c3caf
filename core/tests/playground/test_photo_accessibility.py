"""The photo quality page on a phone, in dark mode, by keyboard and by screen reader."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from core.tests.playground.browser_actions import DESKTOP, PHONE, OpenPage, scroll_width, violations
from core.tests.playground.photos import Photos, choose_photos
from core.tests.playground.test_accessibility import tab_to


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_the_screen_without_violations_or_console_errors(
    open_page: OpenPage, photo_key: str, photos: Photos, scheme: Any, viewport: ViewportSize
) -> None:
    console_errors: list[str] = []
    page = open_page("", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.on("console", lambda message: console_errors.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.evaluate(f"sessionStorage.setItem('atelier-key', {json.dumps(photo_key)})")
    page.goto(page.url + "quality/")
    expect(page.locator("#worst .card")).to_have_count(3)
    expect_accessible(page, viewport)
    choose_photos(page, photos["dark-dress"])
    expect(page.locator("#one")).to_be_visible()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#preview")).to_be_visible()
    expect_accessible(page, viewport)
    choose_photos(page, photos["dark-dress"], photos["dress"])
    expect(page.locator("#pair")).to_be_visible()
    expect_accessible(page, viewport)
    assert console_errors == []


def expect_accessible(page: Page, viewport: ViewportSize) -> None:
    assert scroll_width(page) == viewport["width"]
    assert violations(page) == []


def test_an_error_and_an_image_have_no_accessibility_violations(
    photo_page: Page, photos: Photos
) -> None:
    choose_photos(photo_page, photos["red"])
    expect(photo_page.get_by_role("alert")).to_be_visible()
    assert violations(photo_page) == []
    photo_page.locator("#worst").get_by_role("link", name="Dark dress").click()
    expect(photo_page.locator("#one")).to_be_visible()
    assert violations(photo_page) == []


def test_works_by_keyboard_alone(photo_page: Page, photos: Photos) -> None:
    # Listen before the first key, because the event arrives a moment later.
    photo_page.on("filechooser", lambda chooser: chooser.set_files(photos["dark-dress"]))
    tab_to(photo_page, "#photos")
    photo_page.keyboard.press("Enter")
    expect(photo_page.locator("#results")).to_be_focused()
    expect(photo_page.locator("#one")).to_be_visible()
    tab_to(photo_page, "#steps [value=sharpen]")
    photo_page.keyboard.press("Space")
    tab_to(photo_page, "#enhance [type=submit]")
    photo_page.keyboard.press("Enter")
    expect(photo_page.locator("#preview")).to_be_focused()
    tab_to(photo_page, ".versus input")
    photo_page.keyboard.press("ArrowRight")
    expect(photo_page.locator(".versus input")).to_have_value("51")
    tab_to(photo_page, "#deeds > button:last-child")
    photo_page.keyboard.press("Enter")
    expect(photo_page.locator("#preview")).to_be_hidden()
    tab_to(photo_page, "#worst a")
    photo_page.keyboard.press("Enter")
    expect(photo_page.get_by_role("heading", name="Dark dress", level=2)).to_be_visible()


def test_the_pages_link_to_each_other(photo_page: Page) -> None:
    photo_page.get_by_role("link", name="Search", exact=True).click()
    photo_page.get_by_role("link", name="Photos").click()
    expect(photo_page.get_by_role("heading", name="How good is the photo?")).to_be_visible()
