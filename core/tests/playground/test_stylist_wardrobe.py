"""The wardrobe on the stylist page: add photos, correct tags, remove garments."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from core.tests.playground.browser_actions import OpenPage, drop
from core.tests.playground.stylist_actions import (
    fill_wardrobe,
    garments,
    open_section,
    use_shopper,
    wardrobe,
)
from demo.stack import Stack
from stylist.tests.factories import make_blank, make_jpeg, make_pair


@pytest.fixture
def client(live_stack: Stack, styled_key: str) -> Iterator[httpx.Client]:
    with live_stack.client(styled_key) as client:
        yield client


@pytest.fixture
def page(open_page: OpenPage, styled_key: str) -> Page:
    """Open the wardrobe section with the shopper ada."""
    page = open_page(styled_key, path="/stylist/#wardrobe")
    expect(garments(page)).to_have_count(3)
    return page


def photo(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def add(page: Page, *photos: FilePayload) -> None:
    page.locator("#photos").set_input_files(list(photos))


def test_photos_are_shown_while_they_are_tagged_and_then_with_their_tags(page: Page) -> None:
    use_shopper(page, "adder")
    expect(page.locator("#wardrobe-notice")).to_contain_text("Nothing here yet")
    add(page, photo("one.jpg", make_jpeg("t-shirt", "red")), photo("two.jpg", make_jpeg("jeans")))
    expect(garments(page)).to_have_count(2)
    expect(garments(page).first.get_by_role("img")).to_be_visible()
    expect(page.locator("#garments .tags")).to_have_count(2)
    first = garments(page).first
    expect(first.locator("[data-tag=type]")).to_contain_text("t-shirt")
    expect(first.locator("[data-tag=primary_colour]")).to_contain_text("red")
    expect(page.locator("#wardrobe-tally")).to_have_text("2 garments")
    expect(page.locator("#wardrobe-notice")).to_be_empty()


def test_a_photo_dropped_anywhere_goes_into_the_wardrobe(page: Page, tmp_path: Path) -> None:
    use_shopper(page, "dropper")
    open_section(page, "Talk")
    path = tmp_path / "dress.jpg"
    path.write_bytes(make_jpeg("dress", "red"))
    drop(page, path)
    expect(page.get_by_role("heading", name="Wardrobe")).to_be_visible()
    expect(page.locator("#garments [data-tag=type]")).to_contain_text("dress")


def test_unsure_tags_are_marked_and_corrected(page: Page, client: httpx.Client) -> None:
    fill_wardrobe(client, "corrector")
    use_shopper(page, "corrector")
    (item, *_) = wardrobe(client, "corrector")
    card = page.locator(f"[data-garment='{item['id']}']")
    expect(card.locator("[data-kind=unsure]")).to_have_count(len(item["unsure"]))
    card.locator("summary").click()
    card.get_by_label("Type", exact=False).select_option("boots")
    card.get_by_label("Name").fill("Hiking boots")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Hiking boots")).to_be_visible()
    expect(card.locator("[data-tag=type]")).to_have_attribute("data-kind", "corrected")
    expect(card.locator("[data-kind=unsure]")).to_have_count(0)
    expect(card.locator("summary")).to_be_focused()
    stored = client.get(f"shoppers/corrector/wardrobe/{item['id']}/").json()
    assert stored["tags"]["type"]["value"] == "boots"
    assert (stored["name"], stored["slot"], stored["unsure"]) == ("Hiking boots", "shoes", [])
    sure = [tag for tag, seen in item["tags"].items() if seen and seen["is_sure"]]
    assert not [tag for tag in sure if tag != "type" and stored["tags"][tag]["is_corrected"]]


def test_a_correction_is_undone(page: Page, client: httpx.Client) -> None:
    fill_wardrobe(client, "waverer")
    (item, *_) = wardrobe(client, "waverer")
    address = f"shoppers/waverer/wardrobe/{item['id']}/"
    client.patch(address, json={"tags": {"pattern": "floral"}})
    use_shopper(page, "waverer")
    card = page.locator(f"[data-garment='{item['id']}']")
    expect(card.locator("[data-tag=pattern]")).to_have_attribute("data-kind", "corrected")
    card.locator("summary").click()
    card.get_by_label("Pattern").select_option("As seen in the photo")
    card.get_by_role("button", name="Save").click()
    expect(card.locator("[data-tag=pattern]")).not_to_contain_text("floral")
    pattern = client.get(address).json()["tags"]["pattern"]
    assert pattern["value"] == item["tags"]["pattern"]["value"]


def test_tags_that_cannot_be_saved_stay_selected(page: Page) -> None:
    problem = {"status": 503, "code": "overloaded", "detail": "The server is at its limit."}
    card = garments(page).first
    card.locator("summary").click()
    card.get_by_label("Pattern").select_option("floral")
    page.route("**/wardrobe/*/", lambda route: route.fulfill(status=503, json=problem))
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("alert")).to_contain_text("at its limit")
    expect(card.get_by_label("Pattern")).to_have_value("floral")


def test_a_garment_is_removed_after_confirmation(page: Page, client: httpx.Client) -> None:
    fill_wardrobe(client, "remover")
    use_shopper(page, "remover")
    expect(garments(page)).to_have_count(3)
    card = garments(page).nth(1)
    card.get_by_role("button", name="Remove").click()
    card.get_by_role("button", name="Keep it").click()
    expect(garments(page)).to_have_count(3)
    gone = card.get_attribute("data-garment")
    card.get_by_role("button", name="Remove").click()
    card.get_by_role("button", name=re.compile("^Remove it")).click()
    expect(garments(page)).to_have_count(2)
    assert gone not in {item["id"] for item in wardrobe(client, "remover")}
    assert page.evaluate("document.activeElement.closest('#garments .garment') !== null")


def test_an_invalid_file_shows_an_error_and_the_other_photo_is_added(page: Page) -> None:
    use_shopper(page, "mixer")
    add(page, photo("notes.jpg", b"not a photo"), photo("dress.jpg", make_jpeg("dress", "red")))
    refused = garments(page).filter(has_text="notes.jpg")
    expect(refused.get_by_role("alert")).to_contain_text("JPEG")
    expect(garments(page).locator("[data-tag=type]")).to_contain_text("dress")
    refused.get_by_role("button", name="Dismiss").click()
    expect(garments(page)).to_have_count(1)


def test_a_photo_is_sent_again_after_a_busy_server(page: Page, client: httpx.Client) -> None:
    use_shopper(page, "retrier")
    problem = {"status": 503, "code": "overloaded", "detail": "The server is at its limit."}
    page.route("**/retrier/wardrobe/", lambda route: route.fulfill(status=503, json=problem))
    add(page, photo("dress.jpg", make_jpeg("dress", "red")))
    expect(garments(page).get_by_role("alert")).to_contain_text("at its limit")
    page.unroute("**/retrier/wardrobe/")
    garments(page).get_by_role("button", name="Try again").click()
    expect(garments(page).locator("[data-tag=type]")).to_contain_text("dress")
    assert len(wardrobe(client, "retrier")) == 1


def test_photos_of_no_garment_and_of_two_have_a_note(page: Page) -> None:
    use_shopper(page, "puzzler")
    add(page, photo("blank.jpg", make_blank()), photo("pair.jpg", make_pair()))
    expect(garments(page)).to_contain_text(["send one that shows the product", "several garments"])


def test_a_photo_that_could_not_be_tagged_shows_the_reason(
    page: Page, client: httpx.Client
) -> None:
    (item, *_) = wardrobe(client, "ada")
    unseen: dict[str, Any] = dict.fromkeys(item["tags"])
    problem = {"code": "photo_failed", "detail": "The photo could not be read."}
    failed = {**item, "state": "failed", "problem": problem, "tags": unseen, "unsure": []}
    page.route(
        "**/wardrobe/?page_size=*",
        lambda route: route.fulfill(json={"next": None, "previous": None, "results": [failed]}),
    )
    page.reload()
    expect(garments(page)).to_contain_text("The photo could not be read.")
    expect(garments(page).get_by_role("button", name="Remove")).to_be_visible()
    expect(garments(page).locator("summary")).to_have_count(0)
