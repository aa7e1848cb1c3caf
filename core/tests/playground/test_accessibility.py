"""The playground on a phone, in dark mode, by keyboard and by screen reader."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import (
    DESKTOP,
    PHONE,
    OpenPage,
    ask_for_everything,
    brightness,
    cards,
    open_filters,
    scroll_width,
    search,
    violations,
    wait_for_results,
)

# The outline is on the focused element or, for a checkbox or card, on the element that covers it.
SHOWS_FOCUS = """() => {
    const focused = document.activeElement;
    const drawn = [focused, focused.nextElementSibling, focused.closest("label"),
        focused.closest(".card")?.querySelector(".tile")];
    return drawn.some((node) => node && getComputedStyle(node).outlineStyle !== "none");
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone(open_page: OpenPage, api_key: str, scheme: str) -> None:
    page = open_page(api_key, viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme)
    wait_for_results(page)
    assert scroll_width(page) == PHONE["width"]
    search(page, "a-very-long-word-" * 20)
    assert scroll_width(page) == PHONE["width"]
    open_filters(page)
    page.locator("label.pill", has_text="red").click()
    page.get_by_role("button", name="Show the results").click()
    expect(cards(page)).to_have_count(1)
    assert scroll_width(page) == PHONE["width"]
    page.locator("#grid .card h3 button").click()
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_follows_the_systems_colour_scheme(
    open_page: OpenPage, api_key: str, scheme: str, *, is_dark: bool
) -> None:
    page = open_page(api_key, color_scheme=scheme)
    for part in (page.locator("search"), page.locator("#curl-panel")):
        assert (brightness(part) < 60) is is_dark


def test_works_by_keyboard_alone(page: Page) -> None:
    wait_for_results(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    tab_to(page, "#prompt")
    page.keyboard.type("red dress")
    page.keyboard.press("Enter")
    expect(page.locator("#grid .score").first).to_be_visible()
    tab_to(page, "#filters > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=colour][value=red]")
    page.keyboard.press("Space")
    expect(cards(page)).to_have_count(1)
    tab_to(page, "#grid .card h3 button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#grid .card h3 button")).to_be_focused()
    tab_to(page, "#grid [data-kind=dislike]")
    page.keyboard.press("Enter")
    expect(cards(page)).to_be_hidden()
    expect(page.locator("#results")).to_be_focused()
    tab_to(page, "#shopper-panel > summary")


def tab_to(page: Page, selector: str, *, max_presses: int = 80) -> None:
    """Press Tab until the element is focused; each element on the way must show its focus."""
    for _ in range(max_presses):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_accessibility_violations(
    open_page: OpenPage, api_key: str, scheme: str, viewport: Any
) -> None:
    page = open_page(api_key, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    wait_for_results(page)
    assert violations(page) == []
    search(page, "red dress")
    search(page, "-bag")
    ask_for_everything(page)  # another test may have had the only red dress disliked
    page.get_by_role("button", name="Why these?").click()
    page.locator("#shopper-panel > summary").click()
    assert violations(page) == []
    page.locator("#grid .card h3 button").first.click()
    expect(page.get_by_role("heading", name="Most similar")).to_be_visible()
    assert violations(page) == []
