"""Enhancements on the page: preview, apply, revert, add to the shop, discard."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.tests.playground.photos import MEASURES, Photos, choose_photos
from demo.stack import Stack


@pytest.fixture
def client(live_stack: Stack, photo_key: str) -> Iterator[httpx.Client]:
    with live_stack.client(photo_key) as client:
        yield client


def image_named(client: httpx.Client, name: str) -> dict[str, Any]:
    (image,) = [one for one in client.get("images/").json()["results"] if one["name"] == name]
    return dict(image)


def preview(page: Page) -> None:
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#preview")).to_be_visible()


def test_a_preview_shows_what_was_done(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    with photo_page.expect_request("**/quality/enhance/") as asked:
        preview(photo_page)
    assert asked.value.headers["accept"] == "text/event-stream"
    changed = photo_page.locator("#change")
    expect(changed.locator(".overall")).to_have_text("48.1 → 76 of 100")
    expect(changed).to_contain_text("Exposure and contrast: 0.36 mean change of lightness")
    expect(changed).to_contain_text("The garment’s colour changed by ΔE2000")
    pairs = changed.locator(".gauge.pair")
    expect(pairs).to_have_count(MEASURES)
    exposure = pairs.filter(has_text="Exposure").locator(".side")
    expect(exposure.nth(0)).to_contain_text("Poor")
    expect(exposure.nth(1)).to_contain_text("Good")
    expect(exposure.nth(1)).to_contain_text("better")


def test_the_slider_between_before_and_after_is_moved_with_keys(
    photo_page: Page, photos: Photos
) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    preview(photo_page)
    slider = photo_page.get_by_role("slider", name="Before and after")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "60% before, 40% after")
    clipped = photo_page.locator(".versus img.after").evaluate(
        "one => getComputedStyle(one).clipPath"
    )
    assert clipped == "inset(0px 0px 0px 60%)"
    shown = photo_page.locator(".versus img").evaluate_all(
        "all => all.map((one) => one.naturalWidth)"
    )
    assert shown == [450, 450]


def test_the_fix_of_a_rule_previews_that_step_alone(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    photo_page.get_by_role("button", name="Preview this").click()
    expect(photo_page.locator("#preview")).to_be_visible()
    checked = photo_page.locator("#steps input:checked").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert checked == ["tone"]


def test_a_good_photo_stays_as_it_is(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dress"])
    photo_page.get_by_role("button", name="Preview", exact=True).click()
    expect(photo_page.locator("#enhance-notice")).to_contain_text("No enhancement needed")
    expect(photo_page.locator("#preview")).to_be_hidden()


def test_requires_at_least_one_step(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dress"])
    expect(photo_page.locator("#one")).to_be_visible()
    for step in photo_page.locator("#steps label:has(:checked) span").all_inner_texts():
        photo_page.get_by_role("checkbox", name=step).uncheck()
    photo_page.get_by_role("button", name="Preview", exact=True).click()
    expect(photo_page.locator("#enhance-notice")).to_contain_text("Choose at least one step")


def test_a_preview_of_a_dropped_photo_is_saved_and_added_to_the_shop(
    photo_page: Page, photos: Photos, client: httpx.Client
) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    preview(photo_page)
    with photo_page.expect_download() as download:
        photo_page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename == "dark-dress-enhanced.jpg"
    saved = Path(download.value.path()).read_bytes()
    assert mean_grey(saved) > 2 * mean_grey(photos["dark-dress"].read_bytes())
    photo_page.get_by_label("Name").fill("Lit dress")
    photo_page.get_by_role("button", name="Add to the catalogue").click()
    expect(photo_page.locator("#deeds-note")).to_contain_text("Lit dress is in your shop now")
    added = image_named(client, "Lit dress")
    assert (added["width"], added["height"]) == (450, 600)
    client.delete(f"images/{added['id']}/")


def test_a_discarded_preview_is_deleted(
    photo_page: Page, photos: Photos, client: httpx.Client
) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    preview(photo_page)
    made = client.get("quality/enhance/").json()["results"][0]["id"]
    photo_page.get_by_role("button", name="Discard").click()
    expect(photo_page.locator("#preview")).to_be_hidden()
    assert client.get(f"quality/enhance/{made}/").status_code == httpx.codes.NOT_FOUND


def test_a_failed_preview_shows_the_reason_next_to_the_form(
    photo_page: Page, photos: Photos
) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    failed = 'event: failed\ndata: {"problem": {"code": "x", "detail": "It is not to be."}}\n\n'
    photo_page.route(
        "**/quality/enhance/",
        lambda route: route.fulfill(body=failed, content_type="text/event-stream"),
    )
    photo_page.get_by_role("button", name="Preview", exact=True).click()
    expect(photo_page.locator("#enhance-notice [role=alert]")).to_contain_text("It is not to be.")


def test_an_ended_stream_is_continued(
    photo_page: Page, photos: Photos, client: httpx.Client
) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    expect(photo_page.locator("#one")).to_be_visible()
    sent = {"photo": ("dark-dress.jpg", photos["dark-dress"].read_bytes())}
    made = client.post("quality/enhance/", files=sent).json()
    let_go = f"event: pending\ndata: {json.dumps({'id': made['id']})}\n\n"
    photo_page.route(
        "**/quality/enhance/",
        lambda route: route.fulfill(body=let_go, content_type="text/event-stream"),
    )
    with photo_page.expect_request(f"**/quality/enhance/{made['id']}/progress/"):
        preview(photo_page)
    expect(photo_page.locator("#change .overall")).to_have_text("48.1 → 76 of 100")


def test_an_enhancement_of_an_image_is_applied_and_reverted(
    photo_page: Page, client: httpx.Client
) -> None:
    before = image_named(client, "Dark dress")
    photo_page.locator("#worst").get_by_role("link", name="Dark dress").click()
    expect(photo_page.locator("#overall")).to_have_text("48.1 of 100, fair")
    preview(photo_page)
    photo_page.get_by_role("button", name="Apply").click()
    expect(photo_page.locator("#deeds-note")).to_contain_text("Your shop shows it now")
    expect(photo_page.locator("#overall")).to_contain_text("of 100, good")
    assert image_named(client, "Dark dress")["photo_url"] != before["photo_url"]
    photo_page.reload()
    photo_page.get_by_role("button", name="Revert").click()
    expect(photo_page.locator("#deeds-note")).to_contain_text("shows the previous photo again")
    expect(photo_page.locator("#overall")).to_have_text("48.1 of 100, fair")
    assert image_named(client, "Dark dress")["width"] == before["width"]
    photo_page.get_by_role("button", name="Discard").click()
    expect(photo_page.locator("#preview")).to_be_hidden()


def mean_grey(photo: bytes) -> float:
    with Image.open(io.BytesIO(photo)) as image:
        histogram = image.convert("L").histogram()
    return sum(grey * count for grey, count in enumerate(histogram)) / sum(histogram)
