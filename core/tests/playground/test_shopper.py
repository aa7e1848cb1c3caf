"""The shopper, their likes and dislikes, and their feed."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.tests.live import upload, wait_for
from core.tests.playground.browser_actions import OpenPage, cards, picture, search, wait_for_results
from demo.garments import Garment
from demo.stack import Stack

SHOPPER = "playground-shopper"
COLOURS = ("red", "blue", "white", "black", "green")
PAGE = 6


@pytest.fixture(scope="module")
def feed_key(live_stack: Stack) -> str:
    """Make a shop whose feed has more than one page; return its key."""
    key = live_stack.create_shop("Feed shop")
    with live_stack.client(key) as client:
        for number, colour in enumerate(COLOURS * 2):
            kind: Any = "dress" if number < len(COLOURS) else "shirt"
            garment = Garment(kind=kind, colour=colour, seed=number, sleeve="short")
            upload(client, picture(garment), name=f"{colour} {kind}".capitalize())
        wait_for(lambda: client.get("index/").json()["pending"] == 0, what="indexing")
    return key


@pytest.fixture
def page(open_page: OpenPage, feed_key: str, live_stack: Stack) -> Page:
    """Open the playground with an unknown shopper."""
    with live_stack.client(feed_key) as client:
        client.delete(f"shoppers/{SHOPPER}/")
    page = open_page(feed_key)
    expect(feed(page)).to_have_count(PAGE)
    return page


def feed(page: Page) -> Locator:
    return page.locator("#feed-grid .card:not(.skeleton)")


def events(stack: Stack, key: str, kind: str) -> list[dict[str, Any]]:
    with stack.client(key) as client:
        answer = client.get("events/", params={"kind": kind, "shopper": SHOPPER}).json()
    found: list[dict[str, Any]] = answer["results"]
    return found


def test_a_like_changes_the_feed(page: Page, live_stack: Stack, feed_key: str) -> None:
    expect(page.locator("#feed-step")).to_contain_text("nothing is known about this shopper")
    with page.expect_response("**/recommendations/") as answered:
        search(page, "green dress")
    green = cards(page).filter(has_text="Green dress")
    with page.expect_response("**/feed/**"):
        green.get_by_role("button", name="Like Green dress", exact=True).click()
    expect(page.locator("#feed-step")).to_have_text("Based on likes and views")
    expect(feed(page).first).to_contain_text("Green dress")
    (like,) = events(live_stack, feed_key, "like")
    assert like["recommendation"] == answered.value.json()["id"]
    assert like["image"] == green.get_attribute("data-image")
    page.reload()
    expect(
        page.locator("#grid").get_by_role("button", name="Like Green dress", exact=True)
    ).to_have_attribute("aria-pressed", "true")


def test_a_dislike_hides_the_product_now_and_later(
    page: Page, live_stack: Stack, feed_key: str
) -> None:
    search(page, "red dress")
    red = cards(page).filter(has_text="Red dress")
    red.hover()
    red.get_by_role("button", name="Dislike Red dress").click()
    expect(red).to_be_hidden()
    expect(feed(page).filter(has_text="Red dress").filter(visible=True)).to_have_count(0)
    wait_for(lambda: events(live_stack, feed_key, "dislike"), what="the event")
    search(page, "dress")
    expect(cards(page).first).to_be_visible()
    expect(cards(page).filter(has_text="Red dress")).to_have_count(0)


def test_a_dislike_that_cannot_be_sent_is_undone(page: Page) -> None:
    search(page, "red dress")
    problem = {"status": 403, "code": "insufficient_scope", "detail": "This key may not."}
    page.route("**/events/", lambda route: route.fulfill(status=403, json=problem))
    red = cards(page).filter(has_text="Red dress")
    red.hover()
    red.get_by_role("button", name="Dislike Red dress").click()
    expect(page.get_by_role("alert")).to_contain_text("This key may not.")
    expect(red).to_be_visible()


def test_a_failed_event_is_sent_again_with_the_same_id(page: Page) -> None:
    search(page, "red dress")
    tries: list[str] = []

    def refuse_once(route: Any) -> None:
        sent = route.request.post_data_json["events"]
        tries.extend(event["event_id"] for event in sent if event["kind"] == "like")
        if len(tries) == 1:
            route.fulfill(status=503, json={"status": 503, "code": "x", "detail": "Full."})
        else:
            route.continue_()

    page.route("**/events/", refuse_once)
    cards(page).first.get_by_role("button", name="Like", exact=False).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Full.")
    with page.expect_response(lambda answer: answer.url.endswith("/events/") and answer.ok):
        cards(page).last.locator("[data-kind=like]").click()
    assert tries[0] == tries[1]


def test_the_feed_continues_without_repetition(page: Page) -> None:
    page.get_by_role("button", name="Show more").click()
    expect(feed(page)).to_have_count(2 * len(COLOURS))
    shown = feed(page).evaluate_all("cards => cards.map((card) => card.dataset.image)")
    assert len(set(shown)) == len(shown)


def test_records_clicks_and_impressions(page: Page, live_stack: Stack, feed_key: str) -> None:
    with page.expect_response("**/recommendations/") as answered:
        search(page, "blue dress")
    answer = answered.value.json()["id"]
    cards(page).nth(1).locator("h3 button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    (click,) = wait_for(lambda: events(live_stack, feed_key, "click"), what="the click")
    assert (click["recommendation"], click["position"]) == (answer, 2)
    seen = wait_for(
        lambda: [
            event
            for event in events(live_stack, feed_key, "impression")
            if event["recommendation"] == answer
        ],
        what="impressions",
    )
    assert len({event["image"] for event in seen}) == len(seen)


def test_a_shopper_is_chosen_left_out_and_erased(
    page: Page, live_stack: Stack, feed_key: str
) -> None:
    page.locator("#shopper-panel > summary").click()
    page.get_by_label("Your shop’s id of the shopper").fill("Zoë 7")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_role("heading", name="Picked for Zoë 7")).to_be_visible()
    with page.expect_request("**/recommendations/") as asked:
        search(page, "dress")
    assert (asked.value.post_data_json or {})["shopper"] == "Zoë 7"
    cards(page).first.locator("[data-kind=like]").click()
    expect(page.locator("#feed-step")).to_contain_text("likes")
    page.locator("#shopper-panel > summary").click()
    with page.expect_request("**/recommendations/") as asked:
        page.get_by_label("Search as this shopper").click()
    assert "shopper" not in (asked.value.post_data_json or {})
    wait_for_results(page)
    page.get_by_role("button", name="Erase this shopper").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as erased:
        page.get_by_role("button", name="Erase everything").click()
    assert erased.value.status == 204
    expect(page.locator("#forget-note")).to_have_text("All data of Zoë 7 has been erased.")
    expect(page.locator("#feed-step")).to_contain_text("nothing is known about this shopper")
    expect(cards(page).first.locator("[data-kind=like]")).to_have_attribute("aria-pressed", "false")
