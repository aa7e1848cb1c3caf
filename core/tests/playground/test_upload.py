"""Upload of a photo from the page."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import OpenPage, drop, picture
from demo.garments import Garment
from demo.stack import Stack


def test_a_new_photo_is_shown_until_it_is_indexed(
    open_page: OpenPage, live_stack: Stack, tmp_path: Path
) -> None:
    page = open_page(live_stack.create_shop("Upload shop"))
    expect(page.get_by_text("This shop is empty")).to_be_visible()
    photo = tmp_path / "green-rain_coat.jpg"
    photo.write_bytes(picture(Garment(kind="coat", colour="green", seed=6)))
    drop(page, photo, on="#dropzone")
    expect(page.get_by_label("Name")).to_have_value("Green rain coat")
    page.get_by_role("button", name="Add photo").click()
    added = page.locator("#added li")
    expect(added).to_contain_text("indexed, can be found", timeout=60_000)
    added.get_by_role("button", name="Search for it").click()
    expect(page.locator("#grid .card h3")).to_have_text(["Green rain coat"])
    expect(page.locator("#grid .score")).to_have_count(1)


def test_a_refused_photo_shows_the_reason(page: Page) -> None:
    page.locator("#photo").set_input_files(
        {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    )
    page.get_by_label("Name").fill("Notes")
    page.get_by_role("button", name="Add photo").click()
    expect(page.locator("#added li .state")).to_contain_text(
        re.compile("photo|image", re.IGNORECASE)
    )
    expect(page.locator("#added li")).to_have_attribute("data-state", "failed")
