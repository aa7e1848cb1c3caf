"""Search by text, in a real browser against the real stack."""

import re

from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import (
    HOSTILE,
    NUMBER_OF_IMAGES,
    OpenPage,
    ask_for_everything,
    cards,
    open_filters,
    search,
)
from demo.stack import Stack

# As if enough shoppers had searched for both.
RELATE = """
from core.tenancy import all_shops
from recommendations.models import RelatedSearches
from tenants.models import Shop
with all_shops():
    for shop in Shop.objects.filter(name="Playground shop"):
        RelatedSearches.objects.create(shop=shop, text="red dress", related=["black coat"])
"""


def test_loads_without_console_errors_or_policy_violations(
    open_page: OpenPage, api_key: str
) -> None:
    page = open_page("")
    console_errors: list[str] = []
    page.on("console", lambda message: console_errors.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.evaluate("key => sessionStorage.setItem('atelier-key', key)", api_key)
    page.reload(wait_until="networkidle")
    search(page, "red dress")
    page.wait_for_load_state("networkidle")
    assert console_errors == []


def test_requests_a_key_and_stores_it_in_the_tab_only(open_page: OpenPage, api_key: str) -> None:
    page = open_page("")
    expect(page.get_by_text("Enter an API key to begin")).to_be_visible()
    page.get_by_label("Key", exact=True).fill(api_key)
    page.get_by_role("button", name="Use it").click()
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES)
    assert page.evaluate("Object.values(localStorage).length + document.cookie.length") == 0
    assert api_key not in page.url + page.content()


def test_a_prompt_shows_images_with_scores(page: Page) -> None:
    ask_for_everything(page)
    search(page, "red dress")
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES)
    pictures = cards(page).locator(".tile img")
    pictures.last.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('#grid img')].every((image) => image.naturalWidth > 0)"
    )
    shown = [
        float(text.removeprefix("Score "))
        for text in cards(page).locator(".score").all_inner_texts()
    ]
    assert len(shown) == NUMBER_OF_IMAGES
    assert max(shown) == shown[0] > shown[-1]
    expect(page.locator(".who")).to_contain_text(re.compile("words .*, photos ", re.IGNORECASE))
    expect(page.locator(".legend .total")).to_contain_text("ms at the server")


def test_typed_text_is_completed_in_the_list_of_the_field(page: Page) -> None:
    field = page.get_by_label("What the shopper is looking for")
    field.press_sequentially("dres")
    names = page.locator("#suggestions option")
    expect(names.first).to_have_attribute("value", re.compile("dress", re.IGNORECASE))
    field.fill("")
    expect(names).to_have_count(0)


def test_what_others_searched_for_is_searched_when_clicked(page: Page, live_stack: Stack) -> None:
    live_stack.manage("shell", "-c", RELATE)
    search(page, "red dress")
    related = page.get_by_role("region", name="Others searched for")
    related.get_by_role("button", name="black coat").click()
    expect(page.get_by_role("heading", name="“black coat”")).to_be_visible()
    expect(cards(page)).not_to_have_count(0)
    expect(related).to_be_hidden()


def test_facets_filter_the_results(page: Page) -> None:
    ask_for_everything(page)
    search(page, "something to wear")
    page.locator("label.pill", has_text="blue").click()
    expect(cards(page)).to_have_count(1)
    expect(page.locator("#grid .card h3")).to_contain_text("Blue")
    page.get_by_role("button", name="Remove the filter blue").click()
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES)
    page.get_by_label("At most").fill("2")
    page.get_by_label("At most").press("Tab")
    expect(cards(page)).to_have_count(2)


def test_an_empty_answer_offers_to_clear_the_filters(page: Page) -> None:
    ask_for_everything(page)
    search(page, "a dress")
    page.get_by_label("From", exact=True).fill("90000")
    page.get_by_label("From", exact=True).press("Tab")
    expect(page.get_by_role("heading", name="No good match")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES)


def test_filters_alone_browse(page: Page) -> None:
    open_filters(page)
    page.locator("label.pill", has_text="blue").click()
    expect(page.get_by_role("heading", name="What passes the filters")).to_be_visible()
    expect(cards(page)).to_have_count(1)
    page.reload()
    expect(cards(page)).to_have_count(1)
    page.get_by_role("button", name="Remove the filter blue").click()
    expect(page.get_by_role("heading", name="Newest in your shop")).to_be_visible()


def test_what_does_not_match_is_apart_from_the_results(page: Page) -> None:
    search(page, "cordless drill")
    expect(page.get_by_role("heading", name="No good match")).to_be_visible()
    expect(page.locator("#tally")).to_be_empty()
    expect(page.locator("#grid .badge").first).to_have_text("No match")


def test_prices_in_the_wrong_order_can_be_corrected(page: Page) -> None:
    open_filters(page)
    page.get_by_label("From", exact=True).fill("80")
    page.get_by_label("to", exact=True).fill("20")
    page.get_by_label("What the shopper is looking for").fill("a dress")
    page.keyboard.press("Enter")
    expect(page.get_by_label("to", exact=True)).to_be_focused()
    page.get_by_label("to", exact=True).fill("900")
    search(page, "a dress")
    expect(page.locator("#chosen")).to_have_text("from 80up to 900")


def test_an_unknown_key_can_be_changed(open_page: OpenPage) -> None:
    page = open_page("atelier.unknown")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("key")
    alert.get_by_role("button", name="Change the key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_focused()


def test_an_overloaded_server_is_retried_after_its_delay(page: Page) -> None:
    problem = {
        "title": "Service Unavailable",
        "status": 503,
        "code": "overloaded",
        "detail": "Full.",
    }
    page.route(
        "**/recommendations/",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, json=problem),
        times=1,
    )
    search(page, "red dress")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Full.")
    expect(alert.get_by_role("button", name="Try again in 1 s")).to_be_disabled()
    alert.get_by_role("button", name="Try again", exact=True).click()
    expect(page.locator("#grid .score").first).to_be_visible()
    expect(alert).to_have_count(0)


def test_texts_of_a_shop_are_not_markup(page: Page) -> None:
    search(page, "coat")
    page.locator("#grid").get_by_role("button", name=HOSTILE, exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert page.title() == "Atelier playground"


def test_the_query_is_stored_in_the_address(page: Page) -> None:
    search(page, "red dress")
    open_filters(page)
    page.locator("label.pill", has_text="red").click()
    expect(cards(page)).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="“red dress”")).to_be_visible()
    expect(cards(page)).to_have_count(1)
    page.goto(page.url.replace("#", "?"))
    expect(cards(page)).to_have_count(1)
    assert "?" not in page.url
    page.get_by_role("link", name="Atelier", exact=True).click()
    expect(page.get_by_role("heading", name="Newest in your shop")).to_be_visible()
