"""Outfits on the stylist page: their explanation, and purchases."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import OpenPage
from core.tests.playground.stylist_actions import open_section, use_shopper


@pytest.fixture
def page(open_page: OpenPage, styled_key: str) -> Page:
    """Open the outfits section with the shopper ada."""
    page = open_page(styled_key, path="/stylist/#outfits")
    expect(page.locator("#garments .garment")).to_have_count(3)
    return page


def test_outfits_of_the_wardrobe_are_explained_part_by_part(page: Page) -> None:
    page.get_by_role("button", name="Put outfits together").click()
    looks = page.locator("#looks .look-card")
    expect(looks).to_have_count(1)
    expect(looks.locator(".piece")).to_have_count(3)
    assert set(looks.locator(".piece small").all_inner_texts()) == {"Wardrobe"}
    collage = looks.locator(".collage img")
    page.wait_for_function("image => image.naturalWidth === 800", arg=collage.element_handle())
    earned = [
        float(text.split(" of ")[0]) for text in looks.locator("li .points").all_inner_texts()
    ]
    total = float(looks.locator(".sum .points").inner_text())
    assert len(earned) >= 6
    # Each is rounded to a tenth.
    assert abs(sum(earned) - total) <= 0.05 * (len(earned) + 1)
    assert all(looks.locator(".part p").all_inner_texts())


def test_the_chosen_options_are_sent(page: Page) -> None:
    page.get_by_role("radio", name="Both").check()
    page.get_by_label("Occasion").select_option("work")
    page.get_by_label("Season").select_option("autumn")
    page.get_by_label("Formality").select_option("Smart casual")
    with page.expect_request("**/outfits/") as asked:
        page.get_by_role("button", name="Put outfits together").click()
    body = asked.value.post_data_json
    del body["number_of_outfits"]
    wish = {"occasion": "work", "season": "autumn", "formality": 0.5}
    assert body == {"source": "mixed", **wish}
    expect(page.locator("#looks .look-card").first).to_be_visible()


@pytest.mark.parametrize("part", ["occasion", "season", "formality"])
def test_every_option_is_accepted(page: Page, part: str) -> None:
    select = page.locator(f"#dress [name={part}]")
    values = select.locator("option").evaluate_all("options => options.map((one) => one.value)")
    assert len(values) > 4
    for value in values:
        select.select_option(value)
        with page.expect_response("**/outfits/") as answered:
            page.get_by_role("button", name="Put outfits together").click()
        assert answered.value.status == 200


def test_an_empty_wardrobe_leads_to_adding_photos(page: Page) -> None:
    use_shopper(page, "nobody-yet")
    page.get_by_role("button", name="Put outfits together").click()
    notice = page.locator("#outfits-notice")
    expect(notice).to_contain_text("There are no garments to choose from yet.")
    page.get_by_role("button", name="What one purchase").click()
    expect(notice).to_contain_text("No single purchase completes an outfit")
    notice.get_by_role("button", name="Add photos").click()
    expect(page.get_by_role("heading", name="Wardrobe")).to_be_visible()


def test_a_purchase_says_how_many_outfits_it_would_complete(page: Page) -> None:
    page.get_by_role("button", name="What one purchase").click()
    advice = page.locator("#looks .purchase").first
    expect(advice).to_contain_text("would complete")
    product = re.compile(r"https://shop\.example/(red-t-shirt|black-jeans)")
    expect(advice.get_by_role("link")).to_have_attribute("href", product)
    expect(page.locator("#looks .look-card").first.locator(".piece")).not_to_have_count(0)


def test_a_busy_server_can_be_tried_again(page: Page) -> None:
    problem = {"status": 503, "code": "overloaded", "detail": "The server is at its limit."}
    page.route("**/outfits/", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("button", name="Put outfits together").click()
    alert = page.locator("#outfits-notice").get_by_role("alert")
    expect(alert).to_contain_text("at its limit")
    page.unroute("**/outfits/")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("#looks .look-card")).to_have_count(1)


def test_back_returns_to_the_previous_section(page: Page) -> None:
    open_section(page, "Talk")
    expect(page.locator("#thread")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Outfits")).to_be_visible()
    expect(page.locator("#thread")).to_be_hidden()
