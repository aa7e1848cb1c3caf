"""The summary of a shop on the photo quality page: totals, worst photos, gate, held ones."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from core.tests.live import upload
from core.tests.playground.browser_actions import HOSTILE, OpenPage
from core.tests.playground.photos import Photos
from demo.stack import Stack


@pytest.fixture
def client(live_stack: Stack, photo_key: str) -> Iterator[httpx.Client]:
    """Return a client of the shop, and reset the shop's policy after the test."""
    with live_stack.client(photo_key) as client:
        yield client
        client.patch("quality/policy/", json={"gate": "off", "profile": "default"})


def figure(page: Page, name: str) -> str:
    return page.locator(f"#totals dt:text-is('{name}') + dd b").inner_text()


def test_shows_the_summary_of_the_shop(photo_page: Page) -> None:
    assert [figure(photo_page, name) for name in ("Measured", "Passed", "Held")] == ["3", "2", "0"]
    bars = photo_page.locator("#histogram li .visually-hidden")
    expect(bars).to_have_count(10)
    expect(bars.nth(4)).to_have_text("40 to 50: 1 photo")
    expect(bars.nth(7)).to_have_text("70 to 80: 2 photos")


def test_lists_the_worst_first_and_opens_one(photo_page: Page) -> None:
    cards = photo_page.locator("#worst .card")
    expect(cards.first).to_contain_text("Dark dress")
    expect(cards.first).to_contain_text("48.1 of 100, fair")
    expect(cards.first).to_contain_text("Exposure at least -1.6 and at most 1.5")
    hostile = cards.get_by_role("link", name=HOSTILE)
    hostile.click()
    expect(photo_page.get_by_role("heading", name=HOSTILE).first).to_be_visible()
    assert photo_page.title() == "Atelier photo quality"
    photo_page.get_by_role("link", name="below").click()
    expect(photo_page.locator("#one")).to_be_visible()
    photo_page.go_back()
    photo_page.go_back()
    expect(photo_page.locator("#one")).to_be_hidden()


def test_a_failed_rule_filters_the_photos(photo_page: Page) -> None:
    photo_page.locator("#failing").get_by_role("button").click()
    expect(photo_page.locator("#worst .card")).to_have_count(1)
    expect(photo_page.get_by_role("combobox", name="Show", exact=True)).to_have_value(
        "failed_rule=lit"
    )


def test_another_shops_image_is_not_found(
    open_page: OpenPage, live_stack: Stack, photo_page: Page
) -> None:
    link = photo_page.locator("#worst").get_by_role("link", name="Red dress")
    address = link.get_attribute("href")
    rival = open_page(live_stack.create_shop("Rival"), path=f"/quality/{address}")
    expect(rival.get_by_role("alert")).to_be_visible()
    expect(rival.locator("#one")).to_be_hidden()


def test_the_gate_holds_a_bad_photo_until_it_is_cleared(
    photo_page: Page, photos: Photos, client: httpx.Client
) -> None:
    gate = photo_page.get_by_role("radiogroup", name="Gate for new photos")
    gate.get_by_role("radio", name="Hold").check()
    expect(photo_page.locator("#gate-hint")).to_contain_text("before it passes")
    assert client.get("quality/policy/").json()["gate"] == "hold"
    image = upload(client, photos["dark-dress"].read_bytes(), name="Held dress")
    expect(photo_page.locator("#totals dt:text-is('Held') + dd b")).to_have_text("1")
    photo_page.get_by_role("combobox", name="Show", exact=True).select_option("held=true")
    cards = photo_page.locator("#worst .card")
    expect(cards).to_have_count(1)
    expect(cards.locator(".badge")).to_have_text("Held")
    cards.get_by_role("button", name="Clear Held dress").click()
    expect(cards).to_have_count(0)
    assert client.get(f"images/{image['id']}/").json()["status"] == "published"
    gate.get_by_role("radio", name="Gate off").check()
    expect(photo_page.locator("#gate-hint")).to_contain_text("nothing else")
    client.delete(f"images/{image['id']}/")


def test_another_profile_of_the_policy_checks_every_photo_again(
    photo_page: Page, client: httpx.Client
) -> None:
    rules = photo_page.get_by_label("Listing rules in use")
    rules.select_option("zalando")
    failing = photo_page.locator("#failing li")
    expect(failing.filter(has_text="Width at least 762 pixels3 photos")).to_have_count(1)
    expect(failing.filter(has_text="Width at least 1,801 pixels, advised3 photos")).to_have_count(1)
    assert client.get("quality/policy/").json()["profile"] == "zalando"
    rules.select_option("default")
    expect(photo_page.locator("#failing li")).to_have_count(1)


def test_a_policy_that_cannot_be_saved_is_reset(photo_page: Page) -> None:
    problem = {"status": 403, "code": "insufficient_scope", "detail": "This key may not."}
    photo_page.route(
        "**/quality/policy/",
        lambda route: (
            route.fulfill(status=403, json=problem)
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    photo_page.get_by_role("radio", name="Warn").click()
    expect(photo_page.locator("#policy-notice")).to_contain_text("This key may not.")
    expect(photo_page.get_by_role("radio", name="Gate off")).to_be_checked()
