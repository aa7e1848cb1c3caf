"""The parts of the query as chips, and the explanations as bars."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import (
    HOSTILE,
    NUMBER_OF_IMAGES,
    ask_for_everything,
    cards,
    open_filters,
    search,
    wait_for_results,
)


def body_sent_by(page: Page, action: Any) -> dict[str, Any]:
    """Run an action and return the body of the search that it causes."""
    with page.expect_request("**/recommendations/") as request:
        action()
    wait_for_results(page)
    return request.value.post_data_json or {}


def test_a_single_text_is_sent_as_prompt(page: Page) -> None:
    body = body_sent_by(page, lambda: search(page, "red dress"))
    assert body["prompt"] == "red dress"
    assert "terms" not in body
    expect(page.get_by_label("What the shopper is looking for")).to_have_value("")


def test_texts_become_chips_with_weights(page: Page) -> None:
    search(page, "dress")
    body = body_sent_by(page, lambda: search(page, "blue"))
    terms = [{"text": "dress", "weight": 1}, {"text": "blue", "weight": 1}]
    assert body["terms"] == terms
    page.get_by_role("button", name="More of “dress”").click()
    less = page.get_by_role("button", name="Less of “blue”")
    less.click()
    body = body_sent_by(page, less.click)
    assert [term["weight"] for term in body["terms"]] == [1.5, -0.5]
    expect(page.get_by_role("heading", name="“dress”, less “blue”")).to_be_visible()
    body = body_sent_by(page, page.get_by_role("button", name="Remove “blue”").click)
    assert body["terms"] == [{"text": "dress", "weight": 1.5}]


def test_a_minus_makes_a_negative_term(page: Page) -> None:
    search(page, "dress")
    page.get_by_label("What the shopper is looking for").fill("-red")
    body = body_sent_by(page, lambda: page.keyboard.press("Enter"))
    assert body["terms"][1] == {"text": "red", "weight": -1}
    expect(page.locator("#chips li").last).to_have_attribute("data-sign", "against")


def test_chips_are_changed_by_keyboard(page: Page) -> None:
    search(page, "dress")
    search(page, "blue")
    page.get_by_role("button", name="More of “blue”").focus()
    body = body_sent_by(page, lambda: page.keyboard.press("ArrowDown"))
    assert body["terms"][1]["weight"] == 0.5
    expect(page.get_by_role("button", name="More of “blue”")).to_be_focused()
    body = body_sent_by(page, lambda: page.keyboard.press("Delete"))
    assert body["prompt"] == "dress"
    expect(page.get_by_role("button", name="Remove “dress”")).to_be_focused()


def test_products_count_for_and_against(page: Page) -> None:
    ask_for_everything(page)
    bag = cards(page).filter(has_text="bag")
    identity = bag.get_attribute("data-image")
    body = body_sent_by(page, bag.get_by_role("button", name="More like").click)
    assert body["images"] == [{"id": identity, "weight": 1}]
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES - 1)
    expect(cards(page).filter(has_text="bag")).to_have_count(0)
    shirt = cards(page).filter(has_text="shirt")
    body = body_sent_by(page, shirt.get_by_role("button", name="Less like").click)
    assert [image["weight"] for image in body["images"]] == [1, -1]
    expect(page.locator("#chips img")).to_have_count(2)
    body = body_sent_by(page, page.reload)
    assert [image["weight"] for image in body["images"]] == [1, -1]


def test_a_query_without_positive_part_shows_an_error(page: Page) -> None:
    page.get_by_label("What the shopper is looking for").fill("-red")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("at least one thing that is wanted")


def test_start_over_clears_the_query(page: Page) -> None:
    search(page, "dress")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("heading", name="Newest in your shop")).to_be_visible()
    expect(page.locator("#chips li")).to_have_count(0)
    assert "#" not in page.url


def test_options_are_sent_with_the_query(page: Page) -> None:
    open_filters(page)
    body = body_sent_by(page, lambda: search(page, "dress"))
    assert not {"diversity", "group_by", "min_match", "filters"} & body.keys()
    body = body_sent_by(page, lambda: page.get_by_label("Variety").fill("0.6"))
    assert body["diversity"] == 0.6
    body = body_sent_by(page, page.locator("label.pill", has_text="Every variant").click)
    assert body["group_by"] == "none"
    body = body_sent_by(page, page.locator("label.pill", has_text="pre-order").click)
    assert body["filters"] == {"availability": ["preorder"]}
    expect(cards(page)).to_have_count(0)
    # Each sends a query of its own, which would else be taken for the next one.
    for name in ("pre-order", "variety 0.6"):
        body_sent_by(page, page.get_by_role("button", name=f"Remove the filter {name}").click)
    body = body_sent_by(page, page.locator(".segments label", has_text="Everything").click)
    assert body["min_match"] == "none"
    assert "diversity" not in body


def test_each_result_is_explained_with_bars(page: Page) -> None:
    ask_for_everything(page)
    search(page, "red dress")
    first = cards(page).first
    expect(first.get_by_text("Relevance", exact=True)).to_be_hidden()
    first.get_by_text("Why", exact=True).click()
    expect(first.locator(".why dd").first).to_have_text(re.compile(r"^\+\d\.\d{3}$"))
    expect(first.locator(".why p")).to_contain_text("similarity")
    bar = first.locator(".why i").first
    assert bar.evaluate("bar => parseFloat(getComputedStyle(bar, '::before').width)") > 20
    page.get_by_role("button", name="Why these?").click()
    expect(page.locator("#grid .why[open]")).to_have_count(NUMBER_OF_IMAGES)
    search(page, "coat")
    expect(page.locator("#grid .why[open]")).to_have_count(NUMBER_OF_IMAGES)


def test_a_products_name_in_a_chip_is_text(page: Page) -> None:
    coat = cards(page).filter(has_text="coat")
    coat.get_by_role("button", name="More like").click()
    expect(page.locator(".chip-name")).to_have_text(HOSTILE)
    assert page.title() == "Atelier playground"
