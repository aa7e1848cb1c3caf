"""One photo on the photo quality page: input, measures, rules and errors."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import drop
from core.tests.playground.photos import MEASURES, Photos, choose_photos

PASTE = """([bytes, name]) => {
    const clipboardData = new DataTransfer();
    const file = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
    clipboardData.items.add(new File([file], name, { type: "image/jpeg" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def test_a_photo_is_measured_and_checked_against_rules(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"])
    expect(photo_page.get_by_role("heading", name="dark-dress.jpg")).to_be_visible()
    expect(photo_page.locator("#overall")).to_have_text("48.1 of 100, fair")
    expect(photo_page.locator("#measured-on")).to_have_text(
        "Measured on the garment. 450 × 600 pixels."
    )
    expect(photo_page.locator("#parts .gauge")).to_have_count(5)
    gauges = photo_page.locator("#measures .gauge")
    expect(gauges).to_have_count(MEASURES)
    exposure = gauges.filter(has_text="Exposure")
    expect(exposure.locator(".raw")).to_contain_text("stops")
    expect(exposure.locator(".verdict")).to_have_text("Poor, 0 of 100")
    expect(exposure.locator(".bar")).to_have_attribute("data-verdict", "poor")
    failed = photo_page.locator("#rules .rule").filter(has_text="Failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("Exposure at least -1.6 and at most 1.5")
    expect(failed).to_contain_text("Correct exposure and contrast")


def test_another_profile_checks_the_same_photo_again(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dress"])
    expect(photo_page.locator("#judgement")).to_contain_text("Every required rule passes")
    photo_page.get_by_label("Checked against").select_option("zalando")
    expect(photo_page.locator("#judgement")).to_have_text("4 required rules failed.")
    width = photo_page.locator("#rules .rule").filter(has_text="Width at least 762 pixels")
    expect(width).to_contain_text("measured 450 pixels")
    expect(width.get_by_role("button")).to_have_count(0)
    aspect = photo_page.locator("#rules .rule").filter(has_text="Width by height")
    expect(aspect.get_by_role("button", name="Preview this")).to_be_visible()


def test_says_when_the_garment_was_not_found(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["blocks"])
    expect(photo_page.locator("#measured-on")).to_contain_text("Measured on the whole frame")
    unknown = photo_page.locator("#rules .rule").filter(has_text="Unknown")
    expect(unknown).to_contain_text("evenly lit")


def test_accepts_a_dropped_or_pasted_photo(photo_page: Page, photos: Photos) -> None:
    drop(photo_page, photos["dress"])
    expect(photo_page.get_by_role("heading", name="dress.jpg", exact=True)).to_be_visible()
    bytes_of = base64.b64encode(photos["shirt"].read_bytes()).decode()
    photo_page.evaluate(PASTE, [bytes_of, "shirt.jpg"])
    expect(photo_page.get_by_role("heading", name="shirt.jpg")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "message"), [("red", "all one colour"), ("tiny", "send a larger photo")]
)
def test_a_refused_photo_shows_the_reason(
    photo_page: Page, photos: Photos, name: str, message: str
) -> None:
    choose_photos(photo_page, photos["dress"])
    expect(photo_page.locator("#one")).to_be_visible()
    choose_photos(photo_page, photos[name])
    expect(photo_page.get_by_role("alert")).to_contain_text(message)
    expect(photo_page.locator("#one")).to_be_hidden()


def test_a_file_that_is_not_a_photo_shows_an_error(photo_page: Page) -> None:
    notes: Any = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    photo_page.locator("#photos").set_input_files(notes)
    expect(photo_page.get_by_role("alert")).to_contain_text("not a JPEG")


def test_rejects_three_photos(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dress"], photos["shirt"], photos["tiny"])
    expect(photo_page.get_by_role("alert")).to_contain_text("These are 3 photos")


def test_a_busy_server_can_be_tried_again(photo_page: Page, photos: Photos) -> None:
    problem = {"status": 503, "code": "busy", "detail": "The worker is busy."}
    photo_page.route("**/quality/assess/", lambda route: route.fulfill(status=503, json=problem))
    choose_photos(photo_page, photos["dress"])
    alert = photo_page.get_by_role("alert")
    expect(alert).to_contain_text("The worker is busy.")
    photo_page.unroute("**/quality/assess/")
    alert.get_by_role("button", name="Try again").click()
    expect(photo_page.locator("#one")).to_be_visible()
    expect(alert).to_have_count(0)


def test_an_image_that_is_not_measured_yet_is_asked_for_again(photo_page: Page) -> None:
    pending = {"status": 503, "code": "report_pending", "detail": "Not measured yet."}
    photo_page.route(
        "**/quality/assess/",
        lambda route: route.fulfill(status=503, json=pending, headers={"Retry-After": "1"}),
        times=2,
    )
    photo_page.locator("#worst").get_by_role("link", name="Dark dress").click()
    expect(photo_page.locator("#overall")).to_have_text("48.1 of 100, fair")
    expect(photo_page.get_by_role("alert")).to_have_count(0)
