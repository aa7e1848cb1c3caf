"""A few garments, and the actions of a person on a page."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from demo.garments import Garment, draw_garment

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
GARMENTS = [
    Garment(kind="dress", colour="red", seed=1, sleeve="short", cut="a-line", length="midi"),
    Garment(kind="dress", colour="blue", seed=2, sleeve="short", cut="a-line", length="midi"),
    Garment(kind="shirt", colour="white", seed=3, sleeve="long"),
    Garment(kind="bag", colour="brown", seed=4, cut="tote"),
]
# A name that an unsafe page would execute.
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> coat"
NUMBER_OF_IMAGES = len(GARMENTS) + 1

OpenPage = Callable[..., Page]


def picture(garment: Garment) -> bytes:
    out = io.BytesIO()
    draw_garment(garment, height=400).save(out, "JPEG")
    return out.getvalue()


def search(page: Page, prompt: str) -> None:
    """Add a text to the query, and wait for the results."""
    page.get_by_label("What the shopper is looking for").fill(prompt)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#results-title")).to_contain_text(f"“{prompt.removeprefix('-')}”")
    wait_for_results(page)


def wait_for_results(page: Page) -> None:
    expect(page.locator("#results:not([aria-busy])")).to_be_attached()


def open_filters(page: Page) -> None:
    page.get_by_text("Filters and options").click()


def ask_for_everything(page: Page) -> None:
    """Have searches return what does not match, too; opens the filters."""
    open_filters(page)
    page.locator(".segments label", has_text="Everything").click()


def cards(page: Page) -> Locator:
    return page.locator("#grid .card")


def scroll_width(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def drop(page: Page, photo: Path, *, on: str = "body") -> None:
    """Drop a file on an element of the page, like a file manager."""
    transfer = page.evaluate_handle(
        """([bytes, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
            return transfer;
        }""",
        [list(photo.read_bytes()), photo.name],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event(on, event, {"dataTransfer": transfer})


def brightness(part: Locator) -> int:
    """Return the most frequent grey value of a screenshot of the element, 0 to 255."""
    with Image.open(io.BytesIO(part.screenshot())) as shot:
        histogram = shot.convert("L").histogram()
    return max(range(256), key=histogram.__getitem__)


def violations(page: Page) -> list[tuple[str, Any]]:
    """Return the violations that axe finds: each rule with its first place."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
